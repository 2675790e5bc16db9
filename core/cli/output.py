"""How commands print: cleaned, coloured only where that is wanted, fitted to the terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TextIO

import click

from core.text import clean, clean_line, escape_in_json

__all__ = ["clean", "clean_line", "colour_wanted", "complain", "echo", "echo_json", "echo_table"]

_GAP = 2
_NARROWEST = 8


def colour_wanted(environ: Mapping[str, str], is_terminal: bool) -> bool:
    """Return whether to colour: on a terminal, unless NO_COLOR or a dumb terminal speak against."""
    return is_terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


class StyledWriter:
    """Writes to a stream at once, coloured where that is wanted."""

    def __init__(self, stream: TextIO, *, terminal: bool | None = None) -> None:
        """`terminal` says whether it is one, where that is not for the stream to say."""
        self._stream = stream
        is_terminal = stream.isatty() if terminal is None else terminal
        self._colour = colour_wanted(os.environ, is_terminal)

    def _style(
        self, text: str, *, fg: str | None = None, bold: bool = False, dim: bool = False
    ) -> str:
        return click.style(text, fg=fg, bold=bold, dim=dim) if self._colour and text else text

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def echo(text: str = "", *, nl: bool = True, err: bool = False) -> None:
    """Print cleaned text."""
    click.echo(clean(text), nl=nl, err=err)


def complain(message: str, hint: str = "") -> None:
    """Print an error on standard error, in the manner of Unix tools."""
    echo(f"salon: {message} {hint}".rstrip(), err=True)


def echo_json(value: object, *, indent: int | None = None) -> None:
    """Print a JSON value on one line, or indented; safe on any terminal and in any encoding."""
    click.echo(to_json(value, indent=indent, encoding=sys.stdout.encoding))


def to_json(value: object, *, indent: int | None = None, encoding: str = "utf-8") -> str:
    """Return JSON text without raw control characters, in ASCII unless `encoding` is UTF-8."""
    unicode = encoding.lower().replace("-", "") == "utf8"
    return escape_in_json(json.dumps(value, ensure_ascii=not unicode, indent=indent))


def echo_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; on a terminal its cells are wrapped until it fits, elsewhere never."""
    cells = [[_cell(value) for value in row] for row in rows]
    table = [list(headers), *cells]
    natural = [max(_width(row[i]) for row in table) for i in range(len(headers))]
    widths = natural
    if sys.stdout.isatty():
        widths = fit_widths(natural, shutil.get_terminal_size().columns)
    for number, row in enumerate(table):
        bold: Callable[[str], str] = _bold if number == 0 else str
        for line in table_lines(row, widths):
            click.echo(bold(line))


def fit_widths(natural: Sequence[int], columns: int) -> list[int]:
    """Shrink the widest columns, in cells, until all fit beside each other."""
    widths = list(natural)
    space = columns - _GAP * (len(widths) - 1)
    while sum(widths) > space:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def table_lines(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Lay out one row of a table, as many lines as its longest cell needs."""
    columns = [wrap(text, width) for text, width in zip(row, widths, strict=True)]
    for i in range(max(len(lines) for lines in columns)):
        parts = [lines[i] if i < len(lines) else "" for lines in columns]
        padded = (_padded(part, width) for part, width in zip(parts, widths, strict=True))
        yield (" " * _GAP).join(padded).rstrip()


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` cells, at spaces where there are any."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and _width(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return ", ".join(_cell(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(each)}" for key, each in value.items())
    return clean_line(str(value))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in text
    )


def _bold(text: str) -> str:
    return click.style(text, bold=True) if colour_wanted(os.environ, True) else text
