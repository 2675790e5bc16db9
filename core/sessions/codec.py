"""One record as one line of bytes, and back.

A line is compact JSON in UTF-8 that any JSON reader understands. What Python can hold and
such a file should not is settled here: a lone surrogate and every control character are
written as their `\\uXXXX` escapes (so that `cat` is harmless) and come back as they were;
NaN and the infinities become null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core import json_safe
from core.sessions.record import OFF_PATH_KINDS, Kind, Record, format_time
from core.sessions.kinds import missing, problems_of
from core.text import escape_in_json

UNREADABLE = "unreadable"
"""The `code` of a notice that stands for a record which cannot be understood."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode_line(values: Mapping[str, Any]) -> bytes:
    """Return the values as one line, line feed included.

    Raises:
        TypeError, ValueError: the values are no JSON values.
    """
    plain = dict(values)
    try:
        text = _ENCODER.encode(plain)
    except ValueError:
        text = _ENCODER.encode(_finite(plain))
    return escape_in_json(text).encode("utf-8") + b"\n"


def decode_line(line: bytes) -> dict[str, Any]:
    """Return the JSON object of one line.

    Raises:
        ValueError: the line holds anything else.
    """
    try:
        values = json_safe.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    if not isinstance(values, dict):
        raise ValueError("not a JSON object")
    return values


def decode_record(line: bytes) -> Record:
    """Return the record of one line.

    What in it has a wrong type is taken out and kept as `malformed`; a record that means
    nothing without it becomes a notice that says so.

    Raises:
        ValueError: the line is no JSON object, or has no id or no kind.
    """
    return record_of(decode_line(line))


def salvage_record(line: bytes) -> Record:
    """Return the record of one line, with U+FFFD for bytes that are not UTF-8.

    Raises:
        ValueError: see `decode_record`.
    """
    return decode_record(line.decode("utf-8", "replace").encode("utf-8"))


def record_of(values: Mapping[str, Any]) -> Record:
    """Return the record that JSON values describe; see `decode_record`.

    Raises:
        ValueError: they have no id or no kind.
    """
    for key in ("id", "kind"):
        if not isinstance(values.get(key), str) or not values[key]:
            raise ValueError(f"not a record: it has no {key}")
    problems = problems_of(values)
    if problems:
        return _salvaged(values, problems)
    record = Record.from_json(values)
    lacking = missing(record.kind, record.data)
    return _not_understood(record, {}, lacking) if lacking else record


def _salvaged(values: Mapping[str, Any], problems: Mapping[str, str]) -> Record:
    """Return a record without the values that have a wrong type."""
    whole = {key: value for key, value in values.items() if key not in problems}
    malformed = {key: values[key] for key in problems if key in values}
    if isinstance(data := whole.get("data"), dict):
        malformed |= {f"data.{key}": data[key] for key in data if f"data.{key}" in problems}
        whole["data"] = {key: data[key] for key in data if f"data.{key}" not in problems}
    for key in ("author", "at"):
        whole.setdefault(key, _UNKNOWN[key])
    record = replace(Record.from_json(whole), malformed=malformed)
    lacking = missing(record.kind, record.data)
    return _not_understood(record, problems, lacking) if lacking else record


def _not_understood(record: Record, problems: Mapping[str, str], lacking: list[str]) -> Record:
    """Return a notice in place of a record that lacks what it is about.

    One that is no part of any path keeps its kind and has no effect.
    """
    if record.kind in OFF_PATH_KINDS:
        data = {f"data.{key}": value for key, value in record.data.items()}
        return replace(record, data={}, malformed={**data, **record.malformed})
    reasons = [
        f"{key} is not {problems[place]}" if (place := f"data.{key}") in problems else f"{key} is missing"
        for key in lacking
    ]
    whole = record.to_json()
    kept: dict[str, Any] = {key: whole[key] for key in ("kind", "text", "data") if key in whole}
    return replace(
        record,
        kind=Kind.NOTICE,
        text=f"This record ({record.kind}) cannot be understood: {', '.join(reasons)}.",
        data={"code": UNREADABLE},
        malformed={
            **{key: each for key, each in record.malformed.items() if not key.startswith("data.")},
            "text": "",
            "data": {},
            **kept,
        },
    )


_UNKNOWN: Mapping[str, Any] = {
    "author": {"kind": "unknown", "name": ""},
    "at": format_time(datetime.fromtimestamp(0, UTC)),
}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return value
