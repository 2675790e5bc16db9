"""What the fields of a record have to look like, and the types that keys of its `data` can have.

A value of another type was damaged or comes from elsewhere. Unknown keys and unknown words
are those of a later version and always fit. Which key has which type says the kind of a record
(`core.sessions.kinds`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value has to look like."""

    fits: Check
    words: str
    """What it has to be: "a whole number"."""


_LARGEST = 2**53
_YEARS = range(1970, 3000)


def is_text(value: Any) -> bool:
    """Whether a value is a string."""
    return isinstance(value, str)


def is_count(value: Any) -> bool:
    """Whether a value is a whole number that every JSON reader can hold."""
    return type(value) is int and -_LARGEST <= value <= _LARGEST


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    if type(value) is float:
        return math.isfinite(value)
    return is_count(value)


def is_flag(value: Any) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool)


def is_object(value: Any) -> bool:
    """Whether a value is an object."""
    return isinstance(value, dict)


def is_time(value: Any) -> bool:
    """Whether a value is a time that a calendar of any zone can show."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).year in _YEARS
    except ValueError:
        return False


def _is_author(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("kind"), str)
        and isinstance(value.get("name", ""), str)
    )


def _is_usage(value: Any) -> bool:
    return isinstance(value, dict) and all(
        is_count(value.get(key, 0)) for key in ("input_tokens", "output_tokens", "cached_tokens")
    )


def _optional(check: Check) -> Check:
    return lambda value: value is None or check(value)


def list_of(check: Check) -> Check:
    """Return the check of a list."""
    return lambda value: isinstance(value, list) and all(map(check, value))


def object_of(check: Check) -> Check:
    """Return the check of an object with values of one type."""
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def has(**checks: Check) -> Check:
    """Return the check of an object that has these keys."""
    return lambda value: (
        isinstance(value, dict)
        and all(key in value and check(value[key]) for key, check in checks.items())
    )


_texts = list_of(is_text)

Text = Annotated[str, Shape(is_text, "text")]
Count = Annotated[int, Shape(is_count, "a whole number")]
Number = Annotated[float, Shape(is_number, "a number")]
Flag = Annotated[bool, Shape(is_flag, "true or false")]
Object = Annotated[dict[str, Any], Shape(is_object, "an object")]
Texts = Annotated[list[str], Shape(_texts, "a list of texts")]
Counts = Annotated[dict[str, int], Shape(object_of(is_count), "numbers by name")]
Numbers = Annotated[list[float], Shape(list_of(is_number), "a list of numbers")]
Objects = Annotated[list[dict[str, Any]], Shape(list_of(is_object), "a list of objects")]

_FIELDS: Mapping[str, tuple[Check, str]] = {
    "v": (is_count, "a whole number"),
    "seq": (is_count, "a whole number"),
    "parent": (_optional(is_text), "the id of a record"),
    "author": (_is_author, "a kind and a name"),
    "at": (is_time, "a time"),
    "status": (is_text, "a word"),
    "node": (is_text, "text"),
    "audience": (_texts, "a list of texts"),
    "text": (is_text, "text"),
    "model": (_optional(is_text), "text"),
    "params": (_optional(is_object), "parameters"),
    "request": (_optional(is_text), "the hash of a request"),
    "usage": (_optional(_is_usage), "numbers of tokens"),
    "data": (is_object, "an object"),
}
_NEEDED = ("author", "at")
"""Fields that every record has, apart from its id and its kind."""


def problems_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the fields of a record but its `data`, by field."""
    found: dict[str, str] = {}
    for key, value in values.items():
        if (known := _FIELDS.get(key)) is not None and not known[0](value):
            found[key] = known[1]
    for key in _NEEDED:
        if key not in values:
            found[key] = _FIELDS[key][1]
    return found
