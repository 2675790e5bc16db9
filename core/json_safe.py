"""JSON values: those that come from outside are read, dataclasses are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

_DEEPEST = 100
"""Levels; whoever walks the values may recurse that far, on any version of Python."""


def loads(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or holds a number of thousands of digits.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _openings(text) > _DEEPEST and _is_deep(value):
        raise ValueError("nested too deeply")
    return value


def _openings(text: str | bytes) -> int:
    """Return how many levels there could be at most."""
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{")
    return text.count("[") + text.count("{")


def _is_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [each for holder in level for each in _held(holder)]
        if not level:
            return False
    return True


def _held(value: Any) -> Iterable[Any]:
    """Return the lists and objects directly in a value."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (each for each in parts if isinstance(each, (dict, list)))


def plain(value: Any) -> dict[str, Any]:
    """Return a dataclass as JSON values, its fields in order.

    A part that has a `to_json` of its own is written by that.
    """
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json"):
        return value.to_json()
    if is_dataclass(value):
        return plain(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
