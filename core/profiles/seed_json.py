"""The JSON of the data sets that came with "AI PERSONA": read as it was written, and written.

They wrap people in one more level, spell fields in several ways, keep the name in two places
and write `None` as a word. Whatever is not understood is told and kept, never dropped. A
pickle is refused whatever its file is called: reading one would run code.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core import json_safe
from core.errors import UsageError
from core.faults import as_salon_error
from core.personas.casefold import fold
from core.personas.names import free_name
from core.profiles.fields import FIELDS, GROUPS, find_field, find_group
from core.profiles.front_matter import read_profile
from core.profiles.profile import Profile, tidy
from core.profiles.seed_scenes import SeedScene, read_scenes

_LARGEST = 64 * 1024 * 1024
"""Bytes of a data set."""
_DEEPEST = 6
_OLD_PICKLES = frozenset({b"(", b"c", b"}", b"]"})
"""First bytes of pickles of the protocols 0 and 1; no JSON begins with one of them."""
_NEWEST_PICKLE = 9
"""Protocol up to which a pickle is known for one; five are in use."""
_ENCODINGS = ("utf-8-sig", "gb18030")
"""That a text without a mark may be in: the data sets are Chinese."""
_NAMES = ("Name", "name", "姓名")
_SCENES = ("scenes", "Scenes")


@dataclass(frozen=True)
class SeedPerson:
    """Somebody of a data set."""

    key: str
    """What the data set calls them, such as `persona_001`; empty if nothing."""
    name: str
    profile: Profile
    scenes: tuple[SeedScene, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What was not understood, as it was."""


@dataclass(frozen=True, slots=True)
class SeedData:
    """A data set that was read."""

    people: tuple[SeedPerson, ...]
    problems: tuple[str, ...]
    """Sentences on what in it was not as it should be."""


def read_seed(path: Path) -> SeedData:
    """Read a data set: JSON, or JSON Lines with a person a line.

    Raises:
        UsageError: it cannot be read, is a pickle, is no JSON (with the line), or holds nobody.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"{path} is larger than {_LARGEST >> 20} MiB.", "Split it.")
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from error
    refuse_pickle(path, content)
    return seed_of(_parse(path, content), str(path))


def refuse_pickle(path: Path, content: bytes) -> None:
    """Refuse a pickle, whatever its file is called.

    Raises:
        UsageError: it is one.
    """
    new = len(content) > 1 and content[0] == 0x80 and content[1] <= _NEWEST_PICKLE
    old = content[:1] in _OLD_PICKLES and content.rstrip().endswith(b".")
    if new or old or path.suffix in {".pkl", ".pickle"}:
        raise UsageError(
            f"{path} is a pickle. Salon reads none: opening one runs whatever code it holds.",
            "Convert it to JSON where it comes from.",
        )


def _parse(path: Path, content: bytes) -> Any:
    text = _decoded(path, content)
    try:
        return json_safe.loads(text)
    except ValueError as error:
        found = _lines(path, text)
        if found is not None:
            return found
        line, what = getattr(error, "lineno", 1), getattr(error, "msg", str(error))
        raise UsageError(
            f"{path}, line {line}: this is not JSON: {what}.", "Mend that line."
        ) from None


def _decoded(path: Path, content: bytes) -> str:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{path} is not a text.", "Save it as JSON in UTF-8.")


def _lines(path: Path, text: str) -> list[Any] | None:
    """Read JSON Lines; `None` if the first line is none of it."""
    found: list[Any] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json_safe.loads(line)
        except ValueError as error:
            if not found:
                return None
            what = getattr(error, "msg", str(error))
            raise UsageError(
                f"{path}, line {number}: this is not JSON: {what}.", "Mend that line."
            ) from None
        if not isinstance(value, dict):
            return None
        found.append(value)
    return found or None


def seed_of(values: Any, where: str = "the data set") -> SeedData:
    """Read the values of a data set.

    Raises:
        UsageError: nobody is in it.
    """
    problems: list[str] = []
    people: list[SeedPerson] = []
    seen: dict[str, SeedPerson] = {}
    for key, each in _people(values, ""):
        try:
            person, complaints = _person(key, each)
        except Exception as error:  # noqa: BLE001 - logged, and told; the others are read
            told = as_salon_error(error, f"reading {key or 'a person'} of {where}")
            problems.append(f"{key or f'person {len(people) + 1}'}: {told}")
            continue
        who = person.name or person.key or f"person {len(people) + 1}"
        problems += [f"{who}: {complaint}" for complaint in complaints]
        if not person.name:
            problems.append(f"{who}: there is no name; nobody can be called that way.")
            continue
        if (first := seen.get(fold(person.name))) is not None:
            if replace(person, key="", name="") == replace(first, key="", name=""):
                problems.append(f"{who}: the very same person was there before, and stays once.")
                continue
            person = replace(person, name=free_name(person.name, seen))
            problems.append(
                f"{who}: somebody of that name was there before; this one is called {person.name}."
            )
        seen[fold(person.name)] = person
        people.append(person)
    if not people:
        raise UsageError(
            f"{where} holds nobody: there is no one with a name and a profile in it.",
            "Each person needs a Name and groups such as Demographics or Preference.",
        )
    return SeedData(tuple(people), tuple(problems))


def _people(values: Any, key: str, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield everything that looks like a person, however deep it was wrapped."""
    if isinstance(values, Mapping):
        if _is_person(values):
            yield key, values
        elif depth < _DEEPEST:
            for name, each in values.items():
                yield from _people(each, str(name), depth + 1)
    elif isinstance(values, list) and depth < _DEEPEST:
        for each in values:
            yield from _people(each, "", depth + 1)


def _is_person(values: Mapping[str, Any]) -> bool:
    groups = any(find_group(str(each)) and isinstance(values[each], Mapping) for each in values)
    flat = sum(find_field(str(each)) is not None for each in values)
    return groups or (flat > 1 and any(name in values for name in _NAMES))


def _person(key: str, values: Mapping[str, Any]) -> tuple[SeedPerson, list[str]]:
    name = next((tidy(values[each]) for each in _NAMES if values.get(each)), "")
    rest: dict[str, Any] = {}
    scenes: Sequence[Any] | None = None
    groups: dict[str, Any] = {}
    for title, each in values.items():
        if title in _NAMES:
            continue
        if title in _SCENES:
            scenes = each if isinstance(each, list) else []
        elif find_group(str(title)) and isinstance(each, Mapping):
            inner = dict(each)
            for spelling in _NAMES:
                found = inner.pop(spelling, None)
                name = name or tidy(found or "")
            groups[title] = inner
        elif find_field(str(title)):
            groups[title] = each
        else:
            rest[str(title)] = each
    profile, unknown = read_profile(groups)
    read, complaints = read_scenes(scenes or [])
    if scenes is None or not read:
        complaints.append("there are no scenes.")
    keys = [*unknown, *rest]
    if keys:
        complaints.append(f"not understood, and kept as it is: {', '.join(keys)}.")
    return SeedPerson(key, name, profile, tuple(read), {**_odd_in(groups), **rest}), complaints


def _odd_in(groups: Mapping[str, Any]) -> dict[str, Any]:
    """Return what in groups and fields means nothing to a profile, where it stands."""
    found: dict[str, Any] = {}
    for title, each in groups.items():
        if isinstance(each, Mapping):
            odd: Any = {k: v for k, v in each.items() if read_profile({title: {k: v}})[1]}
        else:
            odd = each if read_profile({title: each})[1] else None
        if odd:
            found[title] = odd
    return found


def seed_json(people: Sequence[SeedPerson]) -> dict[str, dict[str, Any]]:
    """Return people as a data set in the seed's layout: by `persona_001` and so on."""
    return {
        f"persona_{number:03}": {
            "Name": each.name,
            **_with_extra(_titled(each.profile), each.extra),
            "scenes": [scene.to_json() for scene in each.scenes],
        }
        for number, each in enumerate(people, 1)
    }


def _with_extra(titled: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the groups with what was not understood in them, and beside them."""
    found = dict(titled)
    for title, each in extra.items():
        group = find_group(title)
        if group and isinstance(each, Mapping):
            found[GROUPS[group]] = {**each, **titled[GROUPS[group]]}
        else:
            found.setdefault(title, each)
    return found


def _titled(profile: Profile) -> dict[str, Any]:
    plain = profile.plain()
    groups: dict[str, Any] = {title: {} for title in GROUPS.values()}
    for path, each in FIELDS.items():
        if path in plain:
            groups[GROUPS[each.group]][each.title] = plain[path]
    return groups
