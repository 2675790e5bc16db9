"""What a card and a persona have in common, in one shape, so that the two can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.personas.cards.lore import tidy_book
from core.personas.character import CARD, LIST_KEY, LOREBOOK
from core.personas.encoding import split_lines
from core.personas.headings import Title, parse_title, title_heading
from core.personas.persona import Persona
from core.personas.values import read_text, read_texts, read_words
from core.text import clean_line

EXTENSION = "salon"
"""Key in a card's `extensions` for what only a persona's heading says."""

# Front-matter keys by the field of a card, in the order in which a file has them.
KEYS = {
    "tags": "tags",
    "creator_notes": "creator_notes",
    "nickname": "nickname",
    "personality": "personality",
    "scenario": "scenario",
    "system_prompt": "system_prompt",
    "first_mes": "greeting",
    "alternate_greetings": LIST_KEY,
    "mes_example": "examples",
    "post_history_instructions": "post_history_instructions",
    "character_book": LOREBOOK,
}
_READERS = {"tags": read_words, "alternate_greetings": read_texts, "character_book": tidy_book}

_LONGEST_NAME = 100
_COLON = re.compile("[:：]")
_BRACKETS = re.compile(r"[()\[\]（）［］【】]")
_MARKS = re.compile(r"[*_`#]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A character; every text tidied, so that what reads alike is alike."""

    title: Title
    description: str
    fields: Mapping[str, Any]
    """By the field of a card; all of `KEYS`."""

    @property
    def length(self) -> int:
        """About how many characters it has."""
        return len(self.description) + _length(self.fields)

    def front(self, card: str) -> dict[str, Any]:
        """Return the front matter of its persona, imported from the file `card`."""
        filled = {key: self.fields[field] for field, key in KEYS.items() if self.fields.get(field)}
        return {CARD: card, **filled}

    def body(self) -> str:
        """Return the body of its persona."""
        heading = f"# {self.title}\n"
        return f"{heading}\n{self.description}\n" if self.description else heading

    def card_fields(self) -> dict[str, Any]:
        """Return name, description and fields as a card has them."""
        return {"name": self.title.name, "description": self.description, **self.fields}


def sheet_of_card(values: Mapping[str, Any], stem: str) -> Sheet:
    """Return what a card says; `stem` names one that has no name."""
    fields = _fields(values)
    name = clean_line(read_text(values.get("name"))) or fields["nickname"] or stem
    title = fitting_title(name, _extension(values))
    if title.name != name[:_LONGEST_NAME] and not fields["nickname"]:
        # What no heading can say is still what it is called.
        fields["nickname"] = name[:_LONGEST_NAME]
    return Sheet(title, read_text(values.get("description")), fields)


def sheet_of_persona(persona: Persona) -> Sheet:
    """Return what a persona's file says."""
    front = persona.front
    fields = _fields({field: front.get(key) for field, key in KEYS.items()})
    title = Title(persona.name, persona.role, persona.language, persona.gender)
    return Sheet(title, description_of(persona), fields)


def description_of(persona: Persona) -> str:
    """Return the body without the heading that names the persona."""
    lines = split_lines(persona.body)
    heading = title_heading(lines)
    if heading is not None:
        del lines[heading.index : heading.index + heading.height]
    return read_text("".join(lines))


def title_extension(title: Title) -> dict[str, str]:
    """Return what `EXTENSION` holds for a title."""
    parts = {"role": title.role, "language": title.language, "gender": title.gender}
    return {key: value for key, value in parts.items() if value}


def fitting_title(name: str, more: Mapping[str, str]) -> Title:
    """Return a title that a heading can say, as much of it as can be."""
    title = Title(_fitting_name(name))
    wider = (
        replace(title, role=more.get("role", "")),
        replace(title, language=more.get("language") or None),
        replace(title, gender=more.get("gender") or None),
    )
    role, language, gender = (each if _said(each) == each else title for each in wider)
    whole = Title(title.name, role.role, language.language, gender.gender)
    return whole if _said(whole) == whole else title


def _fitting_name(name: str) -> str:
    name = " ".join(name[:_LONGEST_NAME].split())
    tries = (
        name,
        _COLON.sub(" – ", name),
        _BRACKETS.sub(" ", _COLON.sub(" – ", name)),
        _MARKS.sub(" ", _BRACKETS.sub(" ", _COLON.sub(" – ", name))),
    )
    for each in tries:
        plain = " ".join(each.split())
        if plain and _said(Title(plain)) == Title(plain):
            return plain
    return "Nameless"


def _said(title: Title) -> Title:
    """Return what a heading made of the title reads as."""
    heading = title_heading([f"# {title}\n"])
    return replace(parse_title(heading.text if heading else ""), has_colon=False)


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: _READERS.get(field, read_text)(values.get(field)) for field in KEYS}


def _extension(values: Mapping[str, Any]) -> dict[str, str]:
    extensions = values.get("extensions")
    ours = extensions.get(EXTENSION) if isinstance(extensions, Mapping) else None
    if not isinstance(ours, Mapping):
        return {}
    return {str(key): clean_line(read_text(value)) for key, value in ours.items()}


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(len(key) + _length(each) for key, each in value.items())
    if isinstance(value, list):
        return sum(map(_length, value))
    return 8
