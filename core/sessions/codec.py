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
from typing import Any

from core import json_safe
from core.sessions.record import Record
from core.text import escape_in_json

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
    values = json_safe.loads(line.decode("utf-8"))
    if not isinstance(values, dict):
        raise ValueError("not a JSON object")
    return values


def decode_record(line: bytes) -> Record:
    """Return the record of one line.

    Raises:
        ValueError: the line is no JSON object or lacks what makes a record.
    """
    values = decode_line(line)
    try:
        record = Record.from_json(values)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not a record: {error}") from error
    if not _well_typed(record):
        raise ValueError("not a record: a field has the wrong type")
    return record


def _well_typed(record: Record) -> bool:
    return (
        isinstance(record.text, str)
        and isinstance(record.node, str)
        and isinstance(record.data, dict)
        and isinstance(record.author.kind, str)
        and isinstance(record.author.name, str)
        and (record.parent is None or isinstance(record.parent, str))
        and all(isinstance(each, str) for each in record.audience)
    )


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return value
