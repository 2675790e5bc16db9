"""Making text from models and files harmless."""

from __future__ import annotations

import re

_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks, embeddings …
_HALVES = "\ud800-\udfff"  # of a character: no encoding can write them

_HALF = re.compile(f"[{_HALVES}]")
# C0 but tab and newline, DEL, C1.
_REMOVED = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_DIRECTIONS}]+")
_REMOVED_ASCII = bytes({*range(0x20), 0x7F} - set(b"\t\n"))
_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029{_DIRECTIONS}{_HALVES}]")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""
_MOST_DIGITS = 18


def clean(text: str) -> str:
    """Return `text` without what could command a terminal or reorder what stands on a line.

    Tabs and newlines stay; other line ends become newlines; half characters become U+FFFD.
    """
    if text.isascii():
        # Ten times as quick as a pattern, which matters where millions of characters are copied.
        return text.encode("ascii").translate(None, _REMOVED_ASCII).decode("ascii")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _HALF.sub("\ufffd", text)
    return _REMOVED.sub("", text)


def clean_line(text: str) -> str:
    """Return `text` cleaned and on one line."""
    return " ".join(clean(text).split())


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number of things: `1 scene`, `1,204 scenes`; `many` where it is not `one` + s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def read_whole(text: str) -> int | None:
    """Return the whole number that a text writes in digits.

    `None` if it is none, or has so many digits that it can be no number of anything.
    """
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def escape_in_json(text: str) -> str:
    """Return JSON text with that as escapes which JSON allows in a string and `clean` does not."""
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def without_formula(cell: str) -> str:
    """Return the text of a cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
