"""The facts about a persona that stand beside its text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.errors import PersonaError
from core.personas.character import Character
from core.personas.languages import language_name
from core.personas.persona import Persona
from core.personas.values import read_words
from core.providers.tokens import estimate_tokens

CHILDREN = "delegates"
"""Front-matter key: the personas that this one hands work to."""
_MOST_NAMED = 6


def facts(persona: Persona, default_model: str) -> list[tuple[str, str]]:
    """Return labels and values, in the order of a page; all of them untrusted.

    Args:
        persona: Whose.
        default_model: The model of personas that name none.
    """
    return [(label, value) for label, value in _facts(persona, default_model) if value]


def _facts(persona: Persona, default_model: str) -> Iterator[tuple[str, str]]:
    yield "language", language_name(persona.language) if persona.language else ""
    yield "gender", persona.gender or ""
    yield "size", _size(persona)
    yield "tags", ", ".join(persona.tags)
    yield from _settings(persona, default_model)
    yield "children", _listed(children(persona))
    yield from _card(Character.of(persona))
    yield "rules", "its own" if persona.has_own_instructions else ""
    if persona.path is not None:
        yield "file", short_path(persona.path)


def children(persona: Persona) -> tuple[str, ...]:
    """Return the names of the personas that one hands work to."""
    value = persona.front.get(CHILDREN)
    return tuple(read_words(value))


def _settings(persona: Persona, default_model: str) -> Iterator[tuple[str, str]]:
    try:
        model, params = persona.settings()
    except PersonaError:  # a problem of the file, listed as such
        yield "model", "cannot be read"
        return
    yield "model", model or f"Default model ({default_model})"
    yield "parameters", ", ".join(f"{key} {value}" for key, value in params.to_json().items())


def _size(persona: Persona) -> str:
    return f"~{estimate_tokens(persona.system_text()):,} tokens"


def _card(character: Character) -> Iterator[tuple[str, str]]:
    yield "called", character.nickname
    count = len(character.greetings)
    yield "greetings", f"{count}" if count else ""
    entries = len(character.lorebook.entries)
    yield "lorebook", f"{entries} {'entry' if entries == 1 else 'entries'}" if entries else ""
    yield "card", character.card


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def short_path(path: Path) -> str:
    """Return a path with the home folder as `~`."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
