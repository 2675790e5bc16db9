"""TinyTroupe's persona specifications (`*.agent.json`) and the personas they become.

A specification is `{"type": "TinyPerson", "persona": {…}}`, where the persona has a name and
whatever else. Each of its keys becomes a section, short ones lines of a list before them. An
edited section is read back in the form that it had; what was not edited is copied.
"""

from __future__ import annotations

import json
from typing import Any

from core.personas.cards.json_text import JsonObject, dump
from core.personas.cards.outline import (
    facts,
    is_plain,
    key_of,
    read_back,
    say,
    section,
    split_sections,
    titles,
)
from core.personas.cards.sheet import Sheet, fitting_title, sheet_of_persona
from core.personas.persona import Persona
from core.personas.values import read_text
from core.text import clean_line

_TYPE = "TinyPerson"
_PERSONA = "persona"
_NAME = "name"
_OCCUPATION = "occupation"
_LEVEL = 2
_LONGEST_FACT = 60
_INDENT = 4


def is_agent(root: JsonObject) -> bool:
    """Whether the JSON is such a specification."""
    persona = root.inner(_PERSONA)
    return persona is not None and (root.values.get("type") == _TYPE or _NAME in persona.values)


def sheet_of_agent(root: JsonObject, stem: str) -> Sheet:
    """Return what a specification says; `stem` names one that has no name."""
    values = _values(root)
    name = clean_line(read_text(values.pop(_NAME, ""))) or stem
    role = values.get(_OCCUPATION)
    if isinstance(role, dict):
        role = role.get("title")
    title = fitting_title(name, {"role": clean_line(read_text(role))[:_LONGEST_FACT]})
    names = titles(list(values))
    short = [f"- {names[key]}: {say(values[key])}" for key in values if _is_fact(values[key])]
    long = (
        section(names[key], value, _LEVEL) for key, value in values.items() if not _is_fact(value)
    )
    return Sheet(title, read_text("\n\n".join(["\n".join(short), *long])), {})


def edited_agent(root: JsonObject, before: Sheet, persona: Persona) -> str:
    """Return a specification with what was edited in its persona put in."""
    inner = root.inner(_PERSONA)
    now = sheet_of_persona(persona)
    if inner is None or (now.title.name, now.description) == (
        before.title.name,
        before.description,
    ):
        return root.text
    values = _values(root)
    values.pop(_NAME, None)
    old, new = _parts(before.description), _parts(now.description)
    keys = {title: key for key, title in titles(list(values)).items()}
    changes: dict[str, str | None] = {
        keys[title]: None for title in old if title in keys and title not in new
    }
    for title, text in new.items():
        if old.get(title) != text:
            key = keys.get(title, key_of(title))
            changes[key] = dump(read_back(text, values.get(key), _LEVEL))
    if now.title.name != before.title.name:
        changes[_NAME] = dump(now.title.name)
    return root.replaced_in_text({_PERSONA: inner.rebuilt(changes)})


def fresh_agent(persona: Persona) -> str:
    """Return a specification of a persona that was none before."""
    sheet = sheet_of_persona(persona)
    values: dict[str, Any] = {_NAME: sheet.title.name}
    if sheet.title.gender:
        values["gender"] = sheet.title.gender
    if sheet.title.role:
        values[_OCCUPATION] = {"title": sheet.title.role}
    for title, text in _parts(sheet.description).items():
        values.setdefault(key_of(title), read_back(text, None, _LEVEL))
    for field in ("personality", "scenario"):
        if sheet.fields[field]:
            values.setdefault(field, sheet.fields[field])
    agent = {"type": _TYPE, _PERSONA: values}
    return json.dumps(agent, ensure_ascii=False, indent=_INDENT) + "\n"


def _values(root: JsonObject) -> dict[str, Any]:
    inner = root.inner(_PERSONA)
    return dict(inner.values) if inner is not None else {}


def _is_fact(value: Any) -> bool:
    """Whether a value is short enough for a line of the list."""
    text = say(value) if is_plain(value) else ""
    return is_plain(value) and "\n" not in text and len(text) <= _LONGEST_FACT


def _parts(description: str) -> dict[str, str]:
    """Return the parts of a description by title; prose before the sections is its description."""
    before, parts = split_sections(description, _LEVEL)
    short = facts(before)
    prose = "\n".join(line for line in before.split("\n") if not line.startswith(("- ", "  ")))
    first = {"Description": prose.strip()} if prose.strip() else {}
    return {**short, **first, **parts}
