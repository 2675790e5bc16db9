"""What the fields of a record have to look like: types by field, and by key of its `data`.

A value of another type was damaged or comes from elsewhere. Unknown keys and unknown words
are those of a later version and always fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.sessions.record import Kind

Check = Callable[[Any], bool]

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


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _object_of(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def _has(**checks: Check) -> Check:
    return lambda value: (
        isinstance(value, dict)
        and all(key in value and check(value[key]) for key, check in checks.items())
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(is_text, value))


def _is_knowledge(value: Any) -> bool:
    return isinstance(value, dict) and _texts(value.get("fields", []))


_texts = _list_of(is_text)

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

_TYPES: Mapping[str, tuple[Check, str]] = {
    "text": (is_text, "text"),
    "count": (is_count, "a whole number"),
    "number": (is_number, "a number"),
    "flag": (is_flag, "true or false"),
    "object": (is_object, "an object"),
    "texts": (_texts, "a list of texts"),
    "counts": (_object_of(is_count), "numbers by name"),
    "numbers": (_list_of(is_number), "a list of numbers"),
    "objects": (_list_of(is_object), "a list of objects"),
    "pairs": (_list_of(_is_pair), "a list of pairs of texts"),
    "quotes": (
        _list_of(_has(quote=is_text, session=is_text, record=is_text, span=_list_of(is_count))),
        "a list of quotations",
    ),
    "tools": (_list_of(_has(name=is_text, arguments=_texts)), "a list of tools"),
    "call": (_has(name=is_text, arguments=is_object), "a name and arguments"),
    "known": (_is_knowledge, "passages, or a version and fields"),
    "given": (lambda value: is_flag(value) or is_object(value), "true, false or an object"),
}


def _keys(declared: Mapping[str, str]) -> Mapping[str, str]:
    """Turn `{"count": "day turn"}` into `{"day": "count", "turn": "count"}`."""
    return {key: name for name, keys in declared.items() for key in keys.split()}


_DATA = _keys(
    {
        "text": "target code media title person scene setting field why op policy action product"
        " message status stage word verdict metric proposal state to by source seen raw reasoning"
        " continues summary problem fallback hint use type expected personal checkpoint reason"
        " blob before engine world forked_from edited hash finish",
        "count": "day ordinal turn turns taken_over customers update kept dropped limit_from"
        " purchases",
        "number": "seconds estimated_prompt delta engagement cost regret revenue propensity spend"
        " margin n mean value confidence",
        "flag": "pinned deleted erased success changed satisfied over repeated opening request"
        " said on mended watch_loops",
        "texts": "flags allowed events facts leaks choices locked",
        "object": "observation after scores profile",
        "call": "call",
        "counts": "statuses actions",
        "numbers": "interval",
        "pairs": "addressed",
        "tools": "tools",
        "known": "known",
        "given": "given",
    }
)
"""Types by key, whatever the kind, unless `_DATA_BY_KIND` says otherwise; others are free."""
_DATA_BY_KIND: Mapping[str, Mapping[str, str]] = {
    Kind.PROFILE_EDIT: {"evidence": "quotes"},
    Kind.PROPOSAL: {"evidence": "quotes"},
    Kind.CHOICE: {"evidence": "objects"},
    Kind.SESSION: {"opening": "text"},
}
_NULL = frozenset({"hash", "value", "to", "product", "success", "verdict", "mean"})
"""Keys that may be null."""
_REQUIRED: Mapping[str, str] = {
    Kind.HEAD: "target",
    Kind.EDIT: "target",
    Kind.DELETE: "target",
    Kind.DECISION: "proposal state",
    Kind.DAY: "day",
    Kind.CHOICE: "day action propensity policy allowed observation message",
    Kind.IMPACT: "day action success delta engagement status events value cost regret word after",
    Kind.LEARNED: "day action verdict n mean changed",
    Kind.DAY_ENDED: "day customers statuses",
    Kind.PERSON: "person name profile",
    Kind.SCENE: "person scene type expected tools facts",
    Kind.QUERY: "person scene",
    Kind.VERDICT: "person setting scene satisfied",
    Kind.SCORE: "person setting metric",
}
"""Keys without which the record of a kind means nothing."""


def problems_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the fields of a record, by field; empty if all fit."""
    found: dict[str, str] = {}
    for key, value in values.items():
        if (known := _FIELDS.get(key)) is not None and not known[0](value):
            found[key] = known[1]
    for key in _NEEDED:
        if key not in values:
            found[key] = _FIELDS[key][1]
    data = values.get("data")
    if isinstance(data, dict):
        _check_data(str(values.get("kind")), data, found)
    return found


def _check_data(kind: str, data: Mapping[str, Any], found: dict[str, str]) -> None:
    own = _DATA_BY_KIND.get(kind, {})
    erased = data.get("erased") is True
    for key, value in data.items():
        name = own.get(key) or _DATA.get(key)
        if name is None or (value is None and (erased or key in _NULL)):
            continue
        check, words = _TYPES[name]
        if not check(value):
            found[f"data.{key}"] = words


def missing(kind: str, data: Mapping[str, Any]) -> list[str]:
    """Return the keys that the data of a record of this kind lacks; none of an erased one."""
    if data.get("erased") is True:
        return []
    return [key for key in _REQUIRED.get(kind, "").split() if key not in data]
