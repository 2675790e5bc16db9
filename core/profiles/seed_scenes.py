"""The scenes of the seed's data sets, whose keys are spelt in several ways."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.text import clean

_KEYS: Mapping[str, tuple[str, ...]] = {
    "type": ("scene_type", "type"),
    "description": ("scene_desc", "sence_desc", "scene_description", "description"),
    "expected": ("expected_response", "expected_results", "expected_behaviour", "expected"),
    "tools": ("available_apis", "apis", "tools"),
    "facts": ("scene_context", "context", "facts"),
    "personal": ("personalized_query", "personalised_query"),
    "neutral": ("neutralized_query", "neutralised_query", "query"),
}
_KNOWN = {spelling for each in _KEYS.values() for spelling in each}
_HALF_WIDTH = str.maketrans("：，；（）", ":,;()")
_ITEM = re.compile(r"[\n;；]+")
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class SeedScene:
    """A scene of a data set."""

    type: str
    description: str
    expected: str = ""
    tools: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    """Name, arguments and description of each."""
    facts: tuple[str, ...] = ()
    personal: str = ""
    neutral: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What was not understood, as it was."""

    def to_json(self) -> dict[str, Any]:
        """Return it in the seed's layout."""
        return {
            "scene_type": self.type,
            "scene_desc": self.description,
            "expected_response": self.expected,
            "available_apis": {
                name: {"arguments": list(arguments), "description": description}
                for name, arguments, description in self.tools
            },
            "scene_context": "\n".join(self.facts),
            "personalized_query": self.personal,
            "neutralized_query": self.neutral,
            **self.extra,
        }


def read_scenes(values: Sequence[Any]) -> tuple[list[SeedScene], list[str]]:
    """Read scenes, and say what is missing in which."""
    scenes: list[SeedScene] = []
    complaints: list[str] = []
    for number, each in enumerate(values, 1):
        if not isinstance(each, Mapping):
            complaints.append(f"scene {number} is no scene and was left out.")
            continue
        found = {
            name: next((each[key] for key in spellings if each.get(key)), None)
            for name, spellings in _KEYS.items()
        }
        if not found["description"] and not found["type"]:
            complaints.append(f"scene {number} says nothing and was left out.")
            continue
        scenes.append(_scene(found, {k: v for k, v in each.items() if k not in _KNOWN}))
    return scenes, complaints


def _scene(found: Mapping[str, Any], extra: Mapping[str, Any]) -> SeedScene:
    kind = _text(found["type"])
    description = _text(found["description"])
    # In some files the title stands before a colon, in either width, and the scene behind it.
    title, colon, rest = kind.translate(_HALF_WIDTH).partition(":")
    if colon and rest.strip() and not description:
        kind, description = title.strip(), rest.strip()
    return SeedScene(
        type=kind,
        description=description or kind,
        expected=_text(found["expected"]),
        tools=tuple(_tools(found["tools"])),
        facts=tuple(_facts(found["facts"])),
        personal=_text(found["personal"]),
        neutral=_text(found["neutral"]),
        extra=dict(extra),
    )


def _tools(value: Any) -> list[tuple[str, tuple[str, ...], str]]:
    items: list[Mapping[str, Any]]
    if isinstance(value, Mapping):
        items = [
            {"name": name, **(each if isinstance(each, Mapping) else {})}
            for name, each in value.items()
        ]
    else:
        listed = value if isinstance(value, list) else []
        items = [each for each in listed if isinstance(each, Mapping)]
    found = []
    for each in items:
        arguments = each.get("arguments") or each.get("parameters") or []
        names = list(arguments) if isinstance(arguments, list | Mapping) else [arguments]
        name = _text(each.get("name")).replace(" ", "_")
        if name:
            found.append((name, tuple(map(_text, names)), _text(each.get("description"))))
    return found


def _facts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{_text(key)}: {_text(each)}" for key, each in value.items()]
    items = value if isinstance(value, list) else _ITEM.split(_text(value))
    return [text for each in items if (text := _text(each))]


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(_text, value))
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_text(each)}" for key, each in value.items())
    return "" if value is None else clean(str(value)).strip()[:_LONGEST]
