"""A profile in the front matter of a persona, so that its people can be seated anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.personas.persona import Persona
from core.profiles.fields import FIELDS, find_field, find_group
from core.profiles.profile import Profile, tidy
from core.profiles.validation import fit_value

PROFILE = "profile"
"""Front-matter key of a persona's own profile."""
SEES_YOURS = "sees_your_profile"
"""Front-matter key: `false` denies a persona the profile of the person at the keyboard."""
_DEEPEST = 8


def persona_profile(persona: Persona) -> tuple[Profile, list[str]]:
    """Return the profile that a persona's front matter holds, and what in it was not understood."""
    return read_profile(persona.front.get(PROFILE))


def may_see_yours(persona: Persona) -> bool:
    """Whether a persona may be told about the person at the keyboard."""
    return persona.front.get(SEES_YOURS) not in {False, "false", "no", "off"}


def with_profile(persona: Persona, profile: Profile) -> Persona:
    """Return the persona with a profile in its front matter; render it to get its file."""
    front = {key: each for key, each in persona.front.items() if key != PROFILE}
    if profile:
        front[PROFILE] = profile.grouped()
    return replace(persona, front=front)


def read_profile(values: object) -> tuple[Profile, list[str]]:
    """Read a profile from values nested in whatever way, and say which keys mean nothing."""
    texts: dict[str, list[str]] = {}
    unknown: list[str] = []
    if values is None:
        return Profile(), []
    if not isinstance(values, Mapping):
        return Profile(), ["the profile is no list of `group: field: value`"]
    for name, value in _leaves(values, ""):
        field = find_field(name)
        if field is None:
            unknown.append(name)
            continue
        items = value if isinstance(value, list) else [value]
        for each in items:
            if isinstance(each, Mapping | list) or each is None:
                unknown.append(name)
                continue
            fitted = fit_value(field, str(each))
            if fitted is None:
                unknown.append(f"{name}: {tidy(each)}")
            elif fitted:
                texts.setdefault(field.path, []).append(fitted)
    plain = {path: each if FIELDS[path].many else each[-1] for path, each in texts.items()}
    return Profile.of(plain), list(dict.fromkeys(unknown))


def _leaves(values: Mapping[Any, Any], above: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        name = f"{above}.{key}" if above else str(key)
        if isinstance(value, Mapping) and depth < _DEEPEST:
            # What wraps the groups is no part of a field's name.
            inner = name if find_group(str(key)) else above
            yield from _leaves(value, inner, depth + 1)
        else:
            yield name, value
