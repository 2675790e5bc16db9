"""What the preview shows of a persona, read from its file. Blocks: call it in a thread."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import PersonaError
from core.personas.encoding import decode, split_lines
from core.personas.facts import facts, short_path
from core.personas.headers import PersonaHeader
from core.personas.headings import title_heading
from core.personas.lint import lint
from core.personas.markdown import parse_persona, read_bytes
from core.personas.persona import Persona
from core.personas.problems import Problem
from core.text import clean_line


@dataclass(frozen=True, slots=True)
class Preview:
    """A persona as a page. All text in it is untrusted but for the names, which are clean."""

    header: PersonaHeader
    name: str
    role: str
    facts: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    text: str
    """Markdown, without the heading that names the persona."""


def read_preview(header: PersonaHeader, usual_model: str) -> Preview:
    """Read a persona's file; one that does not load is shown as it stands."""
    try:
        data = read_bytes(header.path)
    except PersonaError as error:
        return _broken(header, (Problem(1, error.message),), "")
    problems = tuple(lint(data, header.path))
    try:
        persona = parse_persona(data, header.path)
    except PersonaError:
        return _broken(header, problems, _as_it_stands(data))
    return Preview(
        header,
        clean_line(persona.name),
        clean_line(persona.role),
        (("source", header.source), *facts(persona, usual_model)),
        problems,
        _text(persona),
    )


def _broken(header: PersonaHeader, problems: tuple[Problem, ...], text: str) -> Preview:
    shown = (("source", header.source), ("file", short_path(header.path)))
    return Preview(header, clean_line(header.name), "does not load", shown, problems, text)


def _as_it_stands(data: bytes) -> str:
    try:
        text = decode(data, None).text
    except PersonaError:  # no text at all; the problem says so
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _text(persona: Persona) -> str:
    lines = split_lines(persona.body)
    heading = title_heading(lines)
    if heading is not None:
        del lines[heading.index : heading.index + heading.height]
    return "".join(lines).strip()
