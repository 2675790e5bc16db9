"""Values from files that people and other programs write, read for what they are meant to be.

Whatever cannot be meant counts as not there: an empty text, no words, `None`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from core.personas.encoding import unify_line_ends
from core.text import clean, clean_line

_LARGEST = 2**53
"""Beyond it not every program keeps a whole number."""
_NUMERAL = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,16})?")
_FLAGS = {"true": True, "false": False, "1": True, "0": False}


def read_text(value: Any) -> str:
    """Return a text without outer blanks, control characters and foreign line ends."""
    if isinstance(value, str):
        return clean(unify_line_ends(value)).strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) if number(value) is not None else ""
    return ""


def read_texts(value: Any) -> list[str]:
    """Return the texts of a list that are not empty; a single text is a list of one."""
    items: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return [text for each in items if (text := read_text(each))]


def read_keys(value: Any) -> list[str]:
    """Return the texts of a list, or of one text with commas."""
    return read_texts(value.split(",") if isinstance(value, str) else value)


def read_words(value: Any) -> list[str]:
    """Return what `read_keys` finds, each on one line."""
    return [word for each in read_keys(value) if (word := clean_line(each))]


def number(value: Any) -> int | float | None:
    """Return a number of sensible size, a whole one as an integer."""
    if isinstance(value, str):
        value = float(value) if _NUMERAL.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not -_LARGEST <= value <= _LARGEST:  # which NaN is not either
        return None
    # No more digits than YAML and JSON spell alike.
    value = round(value, 4)
    return int(value) if int(value) == value else value


def whole(value: Any) -> int | None:
    """Return a whole number that is not negative."""
    found = number(value)
    return int(found) if found is not None and found >= 0 else None


def flag(value: Any) -> bool | None:
    """Return whether something is so; `None` where nothing is said."""
    if isinstance(value, bool):
        return value
    return _FLAGS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
