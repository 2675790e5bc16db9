"""Persona files: Markdown under a heading `# Role: Name (lang) [gender]`.

The format is that of LLM-Meetup's personas (github.com/rheiger/LLM-Meetup): the text
after the last colon of the first heading is the name, what stands before it the role,
language and gender may follow, sections are free. YAML front matter on top is optional.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import PersonaError
from core.personas import frontmatter
from core.personas.encoding import (
    MAX_BYTES,
    Decoded,
    decode,
    line_end,
    line_number,
    split_lines,
    unify_line_ends,
)
from core.personas.headings import Title, parse_title, title_heading
from core.personas.languages import canonical_language
from core.personas.persona import Persona

SUFFIX = ".md"
_UNNAMED = "Nameless"


def read_persona(path: Path) -> Persona:
    """Read a persona file.

    Raises:
        PersonaError: it cannot be read, or not as a persona.
    """
    return parse_persona(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """Read a file, up to one byte more than a persona may have.

    Raises:
        PersonaError: it is no regular file, or the system refuses.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise PersonaError(f"{path} is not a file.", "Name a Markdown file.")
        with path.open("rb", buffering=0) as file:
            # Asked for in one go, the largest size would be set aside for every file.
            size = os.fstat(file.fileno()).st_size
            data = file.read(min(size, MAX_BYTES) + 1)
            while len(data) <= MAX_BYTES and (more := file.read(MAX_BYTES + 1 - len(data))):
                data += more
            return data
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PersonaError(
            f"{path} cannot be read: {reason}.", "Check the path and who may read the file."
        ) from error


def parse_persona(data: bytes, path: Path | None = None) -> Persona:
    """Read the bytes of a persona file; without a heading the file's stem is the name.

    Raises:
        PersonaFileError: the file is too large, binary, or its front matter invalid.
    """
    return parse_parts(data, path).persona


@dataclass(frozen=True, slots=True)
class PersonaParts:
    """A persona file and what it was read from."""

    persona: Persona
    decoded: Decoded
    block: str
    """Its front matter with both rules; empty without one."""
    front: frontmatter.FrontMatter


def parse_parts(data: bytes, path: Path | None) -> PersonaParts:
    """Read the bytes of a persona file as `parse_persona` does, and return its parts as well."""
    decoded = decode(data, path)
    block, body, front = cut(decoded, path)
    lines = split_lines(body)
    heading = title_heading(lines)
    title = parse_title(heading.text) if heading else Title("")
    body_line = line_number(block, len(block))
    persona = Persona(
        name=title.name or (path.stem if path else "") or _UNNAMED,
        role=title.role,
        language=title.language or _front_language(front.values),
        gender=title.gender,
        body=body,
        front=front.values,
        source=data,
        path=path,
        heading_line=body_line + heading.index if heading else None,
        body_line=body_line,
        front_lines=front.lines,
    )
    return PersonaParts(persona, decoded, block, front)


def cut(decoded: Decoded, path: Path | None) -> tuple[str, str, frontmatter.FrontMatter]:
    """Cut a file into the block of its front matter, the body, and what the block says.

    Raises:
        PersonaFileError: the front matter is invalid.
    """
    block, body = frontmatter.split(decoded.text, path)
    front = frontmatter.read(block, path)
    if front is None:
        return "", decoded.text, frontmatter.FrontMatter()
    return block, body, front


def _front_language(front: Mapping[str, Any]) -> str | None:
    value = front.get("language")
    return canonical_language(value.strip()) or None if isinstance(value, str) else None


def render_persona(persona: Persona) -> bytes:
    """Return the file for a persona.

    One that is as it was read gives the bytes it was read from. Of a changed one only
    what changed is written anew: single keys of the front matter, the body, the naming
    heading. One without a source gets a file made for it.

    Raises:
        PersonaError: its name, role, language or gender do not fit the heading.
    """
    parts = parse_parts(persona.source, persona.path)
    old, decoded = parts.persona, parts.decoded
    end = line_end(decoded.text)
    body = old.body if persona.body == old.body else _with_line_ends(persona.body, old.body)
    block = frontmatter.edit(parts.block, old.front, persona.front, end)
    text = block + body
    if _identity(persona) != _identity(old):
        text = block + _retitled(persona, body, end)
    if text == decoded.text:
        return persona.source
    if not block and _begins_with_front_matter(text):
        text = f"---{end}---{end}{text}"
    data = decoded.encode(text)
    if _identity(parse_persona(data, persona.path)) != _identity(persona):
        raise PersonaError(
            f"A heading `# Role: Name (lang) [gender]` cannot say {persona.name!r}.",
            "Leave colons, brackets and line breaks out of the name, and put in what is missing.",
        )
    return data


def _begins_with_front_matter(text: str) -> bool:
    try:
        return bool(cut(Decoded(text), None)[0])
    except PersonaError:
        return True


def _identity(persona: Persona) -> Title:
    language = canonical_language(persona.language) if persona.language else None
    return Title(persona.name, persona.role, language, persona.gender or None)


def _retitled(persona: Persona, body: str, end: str) -> str:
    """Return the body with the heading that names `persona`."""
    lines = split_lines(body)
    heading = title_heading(lines)
    old = parse_title(heading.text) if heading else Title("")
    title = _identity(persona)
    if old.language is None and title.language == _front_language(persona.front):
        title = Title(title.name, title.role, None, title.gender)
    if heading is None:
        return f"# {title}{end}{end}{body}" if body else f"# {title}{end}"
    last = lines[heading.index + heading.height - 1]
    ending = last[len(last.rstrip("\r\n")) :]
    new = f"{'#' * heading.level} {title}{ending}"
    return "".join([
        *lines[: heading.index],
        new,
        *lines[heading.index + heading.height :],
    ])


def _with_line_ends(body: str, old: str) -> str:
    """Return an edited body with the old one's line ends where an editor unified them."""
    end = line_end(old)
    return unify_line_ends(body, end) if end != "\n" and "\r" not in body else body
