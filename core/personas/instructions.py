"""The instructions that all personas share, from one file that a person can edit.

The file is Markdown: see `config/instructions.md`, which explains itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.errors import ConfigError
from core.files import open_file
from core.personas.encoding import split_lines, unify_line_ends
from core.personas.headings import sections
from core.personas.languages import language_name
from core.personas.persona import Persona

_PLACEHOLDER = re.compile(r"\{(name|language|partner|speaker)\}")
_ROW = re.compile(r"\s*\|(.*)\|\s*$")
_WORD = re.compile(r"/\w+")
_SOMEBODY = "Your partner"
_MAX_CHARACTERS = 64 * 1024


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A row of the table of control words."""

    words: tuple[str, ...]
    asks_for: str
    sent: str


@dataclass(frozen=True, slots=True)
class Instructions:
    """The common instructions, taken apart."""

    in_character: str = ""
    human: str = ""
    controls: tuple[ControlRow, ...] = ()
    before_controls: str = ""
    after_controls: str = ""

    @classmethod
    def load(cls, source: Path | str) -> Self:
        """Read the instructions from a file, or from the text of one.

        Raises:
            ConfigError: the file cannot be read or is no UTF-8 text of sensible length.
        """
        text = _read(source) if isinstance(source, Path) else source
        text = _without_comments(unify_line_ends(text))
        parts = {each.title.casefold(): each.text for each in sections(split_lines(text))}
        table = parts.get("controls", "")
        rows = tuple(row for line in table.split("\n") if (row := _row(line)))
        before, _, after = _around_table(table)
        return cls(
            in_character=parts.get("in character", ""),
            human=parts.get("human", ""),
            controls=rows,
            before_controls=before,
            after_controls=after,
        )

    def system_prompt(
        self,
        persona: Persona,
        *,
        partner_name: str | None,
        pass_for_human: bool,
        controls: bool = True,
    ) -> str:
        """Return what a model is told that speaks as a persona without a character card.

        That is the persona's own text, and below it the common instructions, unless it
        brings its own. The common ones come last, where small models heed them most.
        """
        common = self.common(
            persona,
            name=persona.name,
            partner_name=partner_name,
            pass_for_human=pass_for_human,
            controls=controls,
        )
        return "\n\n".join(part for part in (persona.system_text(), common) if part)

    def common(
        self,
        persona: Persona,
        *,
        name: str,
        partner_name: str | None,
        pass_for_human: bool,
        controls: bool = True,
    ) -> str:
        """Return the common instructions for a persona called `name`.

        There are none for one that brings its own. Without `controls` it is told of no
        control words.
        """
        if persona.has_own_instructions:
            return ""
        common = "\n".join(
            part
            for part in (
                self.in_character,
                self.human if pass_for_human else "",
                self._control_text() if controls else "",
            )
            if part
        )
        language = language_name(persona.language) if persona.language else None
        return _fill(common, {"name": name, "partner": partner_name, "language": language})

    def ask(self, control_word: str, speaker_name: str | None) -> str:
        """Return the message that hands a control word on: the word, then what it asks for."""
        word = control_word.lower()
        sent = next((row.sent for row in self.controls if word in row.words), "")
        return f"{word}\n{_fill(sent, {'speaker': speaker_name or _SOMEBODY})}".strip()

    def _control_text(self) -> str:
        # One running sentence: small models copy a list of words on lines of their own.
        asks = "; ".join(f"{' or '.join(row.words)}: {row.asks_for}" for row in self.controls)
        line = f"{self.before_controls} {asks}." if asks else self.before_controls
        return "\n".join(part for part in (line.strip(), self.after_controls) if part)


def _read(path: Path) -> str:
    try:
        with open(path, encoding="utf-8-sig", newline="", opener=open_file) as file:
            text = file.read(_MAX_CHARACTERS + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    if len(text) > _MAX_CHARACTERS:
        raise ConfigError(
            f"{path} is longer than {_MAX_CHARACTERS} characters.",
            "The instructions go into every prompt: keep them short.",
        )
    return text


def _without_comments(text: str) -> str:
    """Leave out HTML comments; one that is never closed is text."""
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[at:start])
        at = end + 3
    return "".join((*parts, text[at:]))


def _cells(line: str) -> list[str] | None:
    match = _ROW.match(line)
    return [cell.strip() for cell in match.group(1).split("|")] if match else None


def _row(line: str) -> ControlRow | None:
    """Read a line of the table; `None` for its head, its rule, and all other lines."""
    cells = _cells(line)
    words = tuple(word.lower() for word in _WORD.findall(cells[0])) if cells else ()
    if not cells or not words:
        return None
    return ControlRow(words, cells[1] if len(cells) > 1 else "", cells[2] if len(cells) > 2 else "")


def _around_table(text: str) -> tuple[str, str, str]:
    """Cut a section into what stands before its table, the table, and what follows it."""
    lines = text.split("\n")
    rows = [index for index, line in enumerate(lines) if _cells(line) is not None]
    if not rows:
        return text, "", ""
    first, last = rows[0], rows[-1] + 1
    before, table, after = (
        "\n".join(part).strip() for part in (lines[:first], lines[first:last], lines[last:])
    )
    return before, table, after


def _fill(text: str, values: Mapping[str, str | None]) -> str:
    """Put values in for placeholders; leave out blank lines and those with one missing."""
    kept = []
    for line in text.split("\n"):
        wanted = _PLACEHOLDER.findall(line)
        if line.strip() and all(values.get(name) for name in wanted):
            kept.append(_PLACEHOLDER.sub(lambda match: values[match.group(1)] or "", line.strip()))
    return "\n".join(kept)
