"""A persona: who it is, what it says about itself, and the file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.messages import Params
from core.personas.encoding import split_lines, unify_line_ends
from core.personas.headings import Section, sections
from core.personas.params import Fault, read_model, read_params
from core.personas.problems import PersonaFileError

if TYPE_CHECKING:
    from core.personas.character import Character

_INSTRUCTIONS = "instructions"


@dataclass(frozen=True)
class Persona:
    """One persona; to change it, `dataclasses.replace` it and render it."""

    name: str
    role: str = ""
    language: str | None = None
    """A code such as `de` or `pt-BR`."""
    gender: str | None = None
    """As the file has it: `m`, `f`, `non-binary` …"""
    body: str = ""
    """The Markdown below the front matter, the heading included, with its own line ends."""
    front: Mapping[str, Any] = field(default_factory=dict)
    """The front matter; unknown keys are kept."""
    source: bytes = b""
    """The file as it was read, which `markdown.render_persona` starts from."""
    path: Path | None = None
    heading_line: int | None = None
    """Line of the naming heading in the file, from 1; `None` where there is none."""
    body_line: int = 1
    """Line of the file that the body begins on, from 1."""
    front_lines: Mapping[str, int] = field(default_factory=dict)
    """Line of each front-matter key in the file."""

    @property
    def sections(self) -> list[Section]:
        """The body cut at its headings; `line` counts within the body."""
        return sections(split_lines(self.body))

    @property
    def has_own_instructions(self) -> bool:
        """Whether a section `Instructions` stands in for the common instructions."""
        return any(_plain_title(each.title) == _INSTRUCTIONS for each in self.sections)

    @property
    def tags(self) -> tuple[str, ...]:
        """The front matter's `tags`, written as a list or with commas."""
        return read_tags(self.front)

    @cached_property
    def character(self) -> Character:
        """What the front matter says about playing it, where it says any of that."""
        from core.personas.character import Character

        return Character.of(self)

    def system_text(self) -> str:
        """Return the persona's own text for a prompt: the body, heading and all."""
        return unify_line_ends(self.body).strip()

    def settings(self) -> tuple[str | None, Params]:
        """Return the model (`provider:model`) and the parameters that the persona asks for.

        Raises:
            PersonaFileError: one of them is invalid.
        """
        model, params = read_model(self.front), read_params(self.front)
        if isinstance(model, Fault):
            raise self._error(model)
        if isinstance(params, Fault):
            raise self._error(params)
        return model, params

    def _error(self, fault: Fault) -> PersonaFileError:
        return PersonaFileError(self.path, self.front_lines.get(fault.key, 1), fault.message)


def read_tags(front: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the `tags` of a front matter; anything but texts and numbers is passed over."""
    value = front.get("tags")
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        return ()
    words = [str(each).strip() for each in items if isinstance(each, str | int | float)]
    return tuple(word for word in words if word)


def _plain_title(title: str) -> str:
    return title.strip("*_:# ").casefold()
