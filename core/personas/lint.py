"""What is wrong or suspicious in a persona file, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import PersonaError
from core.faults import as_salon_error
from core.personas.character import character_faults
from core.personas.encoding import Decoded, line_number, split_lines
from core.personas.headings import Title, headings, parse_title, title_heading
from core.personas.languages import has_code_form
from core.personas.markdown import parse_parts, read_bytes
from core.personas.params import Fault, read_model, read_params, unknown_params
from core.personas.persona import Persona
from core.personas.problems import PersonaFileError, Problem
from core.text import clean

_BYTES_PER_TOKEN = 4
_MANY_TOKENS = 3000
"""Of the embedded model's 4,096, which the conversation and the answer have to fit in too."""

_FIRST_PRINTABLE = 0xA0
_BARE_CR = re.compile(r"\r(?!\n)")
_TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)
_NO_SPACE = re.compile(r"^#{1,6}[^#\s]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _File:
    """A file that loads, in the shapes that the checks look at."""

    persona: Persona
    decoded: Decoded
    block: str
    lines: list[str]
    title: Title
    repeated: tuple[Problem, ...]

    def at_key(self, fault: Fault) -> Problem:
        return Problem(self.persona.front_lines.get(fault.key, 1), fault.message)

    @property
    def heading_line(self) -> int:
        return self.persona.heading_line or self.persona.body_line


def lint(data: bytes, path: Path | None = None) -> list[Problem]:
    """Return the problems of a persona file in the order of their lines."""
    try:
        file = _load(data, path)
    except PersonaFileError as error:
        return [error.problem]
    problems = (
        *_encoding(file),
        *_characters(file),
        *_front_matter(file),
        *_heading(file),
        *_body(file),
    )
    return sorted(problems, key=lambda problem: problem.line)


def lint_file(path: Path) -> list[Problem]:
    """Return the problems of the file at `path`; that it cannot be read is one as well."""
    try:
        return lint(read_bytes(path), path)
    except PersonaError as error:
        return [Problem(1, error.message)]
    except Exception as error:  # noqa: BLE001 - logged, and told as the file's problem
        return [Problem(1, str(as_salon_error(error, f"checking {path}")))]


def _load(data: bytes, path: Path | None) -> _File:
    parts = parse_parts(data, path)
    lines = split_lines(parts.persona.body)
    heading = title_heading(lines)
    title = parse_title(heading.text) if heading else Title("")
    return _File(parts.persona, parts.decoded, parts.block, lines, title, parts.front.repeated)


def _encoding(file: _File) -> Iterator[Problem]:
    codec = file.decoded.codec
    if file.decoded.guessed:
        yield Problem(1, f"the file is not UTF-8; it was read as {codec}, which is a guess.")
    elif codec != "utf-8":
        yield Problem(1, f"the file is in {codec}; other programs expect UTF-8.")
    bare = _BARE_CR.search(file.decoded.text)
    if bare:
        line = line_number(file.decoded.text, bare.start())
        yield Problem(line, "the line ends with a bare carriage return; other programs see none.")


def _characters(file: _File) -> Iterator[Problem]:
    """Point out the first character that Salon never shows; the rest are seen with it."""
    for number, line in enumerate(split_lines(file.decoded.text), 1):
        text = line.rstrip("\r\n")
        if clean(text) == text:
            continue
        code = ord(next(each for each in text if clean(each) != each))
        what = "control character" if code < _FIRST_PRINTABLE else "invisible change of direction"
        yield Problem(number, f"the {what} U+{code:04X} is never shown; take it out.")
        return


def _front_matter(file: _File) -> Iterator[Problem]:
    yield from file.repeated
    front = file.persona.front
    if not file.block and file.lines and file.lines[0].rstrip() == "---":
        yield Problem(1, "the file begins with `---`, but no `key: value` lines and `---` follow.")
    faults = (*unknown_params(front), *character_faults(front))
    for result in (read_model(front), read_params(front), *faults):
        if isinstance(result, Fault):
            yield file.at_key(result)
    language = front.get("language")
    if language is not None and not isinstance(language, str):
        yield file.at_key(Fault("language", "language has to be a code such as de or pt-BR."))
    tags = front.get("tags")
    if tags is not None and not isinstance(tags, str | list):
        yield file.at_key(Fault("tags", "tags has to be a list such as [history, stage]."))
    card = file.persona.character.card
    if card and file.persona.path and not (file.persona.path.parent / card).is_file():
        yield file.at_key(Fault("card", f"{card} is not beside this file; exports do without it."))
    tab = _TAB_INDENT.search(file.block)
    if tab:
        yield Problem(
            line_number(file.block, tab.start()), "YAML is indented with spaces, not tabs."
        )


def _heading(file: _File) -> Iterator[Problem]:
    persona, line = file.persona, file.heading_line
    if persona.heading_line is None:
        yield Problem(_near_heading(file), "there is no heading `# Role: Name (lang) [gender]`.")
        return
    if not file.title.name:
        yield Problem(line, "the heading holds no name.")
    elif not file.title.has_colon:
        if not (persona.character.is_card or persona.character.card):
            yield Problem(line, "the heading has no colon, so it is a name without a role.")
    elif not file.title.role:
        yield Problem(line, "the heading needs both a role before the colon and a name after it.")
    if persona.language and not has_code_form(persona.language):
        key_line = line if file.title.language else persona.front_lines.get("language", line)
        yield Problem(
            key_line, f"the language {persona.language!r} is not a code such as de or pt-BR."
        )


def _near_heading(file: _File) -> int:
    """Return the line of a heading that lacks only its blank, else the body's first line."""
    body = "".join(file.lines)
    near = _NO_SPACE.search(body)
    return file.persona.body_line + (line_number(body, near.start()) - 1 if near else 0)


def _body(file: _File) -> Iterator[Problem]:
    persona = file.persona
    own = title_heading(file.lines)
    skip = range(own.index, own.index + own.height) if own else range(0)
    said = any(line.strip() for index, line in enumerate(file.lines) if index not in skip)
    if not said and not persona.character.is_card:
        yield Problem(file.heading_line, "nothing is said about the persona below its heading.")
    tokens = len(persona.body.encode("utf-8", "replace")) // _BYTES_PER_TOKEN
    if tokens > _MANY_TOKENS:
        yield Problem(
            persona.body_line,
            f"the text takes about {tokens:,} tokens of every prompt; "
            "the embedded model holds 4,096.",
        )
    yield from _repeated_headings(file)


def _repeated_headings(file: _File) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], int] = {}
    trail: list[tuple[int, str]] = []
    for heading in headings(file.lines):
        # The same words under another parent are no repetition.
        trail = [each for each in trail if each[0] < heading.level]
        trail.append((heading.level, heading.text.casefold()))
        key = tuple(text for _, text in trail)
        line = file.persona.body_line + heading.index
        if key in seen:
            yield Problem(line, f"the heading {heading.text!r} stands on line {seen[key]} already.")
        seen.setdefault(key, line)
