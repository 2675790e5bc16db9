"""From the bytes of a file to text and back, without losing one of them."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from core.personas.problems import PersonaFileError

MAX_BYTES = 4 * 1024 * 1024
"""Largest persona file that is read."""

_BINARY_SHARE = 0.1
"""Share of control characters from which a file is not a text."""

# UTF-32 before UTF-16: the mark of the one begins with that of the other.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FALLBACKS = ("cp1252", "latin-1")

_LINE = re.compile(r"[^\r\n]++(?:\r\n|\r|\n|\Z)|\r\n|\r|\n")
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, and what is needed to write it the way it was read."""

    text: str
    codec: str = "utf-8"
    mark: bytes = b""
    """The byte order mark that the file began with."""

    @property
    def guessed(self) -> bool:
        """Whether the file is not Unicode and its encoding a guess."""
        return self.codec in _FALLBACKS

    def encode(self, text: str) -> bytes:
        """Return `text` in the file's encoding, or in UTF-8 where that cannot hold it."""
        try:
            return self.mark + text.encode(self.codec)
        except UnicodeEncodeError:
            return text.encode("utf-8")


def decode(data: bytes, path: Path | None) -> Decoded:
    """Read UTF-8, UTF-16 or UTF-32 (the latter with a mark), else Windows-1252 or Latin-1.

    Raises:
        PersonaFileError: the file is too large or no text.
    """
    if len(data) > MAX_BYTES:
        raise PersonaFileError(
            path,
            1,
            f"the file is larger than {MAX_BYTES // 1024 // 1024} MB.",
            "A persona is a page or two of text.",
        )
    decoded = _decode(data, path)
    controls = len(_CONTROL.findall(decoded.text))
    if "\0" in decoded.text or controls > 2 + _BINARY_SHARE * len(decoded.text):
        raise PersonaFileError(
            path,
            _line_of_control(decoded.text),
            "this is a binary file, not a text.",
            "Save the persona as Markdown in UTF-8.",
        )
    return decoded


def _decode(data: bytes, path: Path | None) -> Decoded:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data[len(mark) :].decode(codec), codec, mark)
            except UnicodeDecodeError as error:
                line = data[: error.start].count(b"\n") + 1
                raise PersonaFileError(
                    path,
                    line,
                    f"the file is marked as {codec.removesuffix('-le').removesuffix('-be')} "
                    "but holds bytes that are not.",
                    "Save the persona in UTF-8.",
                ) from error
    for codec in ("utf-8", *_FALLBACKS[:-1]):
        try:
            return Decoded(data.decode(codec), codec)
        except UnicodeDecodeError:
            continue
    return Decoded(data.decode(_FALLBACKS[-1]), _FALLBACKS[-1])


def _line_of_control(text: str) -> int:
    found = _CONTROL.search(text)
    return line_number(text, found.start() if found else 0)


def split_lines(text: str) -> list[str]:
    """Cut at LF, CRLF and CR only; each line keeps its end."""
    return _LINE.findall(text)


def line_number(text: str, index: int) -> int:
    """Return the line, from 1, that the character at `index` is on."""
    return count_line_ends(text, 0, index) + 1


def count_line_ends(text: str, start: int, end: int) -> int:
    """Return how many lines end between two characters."""
    return len(_LINE_END.findall(text, start, end))


def line_end(text: str) -> str:
    """Return the first line end of a text, LF where it has none."""
    found = _LINE_END.search(text)
    return found.group() if found else "\n"


def unify_line_ends(text: str, end: str = "\n") -> str:
    """Return the text with every line ending in `end`."""
    return _LINE_END.sub(end, text)
