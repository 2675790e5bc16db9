"""YAML that is pleasant to edit: texts as they are, line by line, below their key."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_STEP = "  "
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*+(?:[ .'_-][A-Za-z0-9]++)*+[.!?]?", re.ASCII)
_NOT_TEXT = frozenset("yes no true false on off null y n".split())
_LONGEST_LIST = 72
_LONGEST_QUOTED = 72
# What YAML does not hold as it is, or reads as a line end.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def dump(values: Mapping[str, Any]) -> str:
    """Return a mapping of texts, numbers, truth values, lists and mappings as YAML lines."""
    return "".join(_entry(key, value, "") for key, value in values.items())


def _entry(key: str, value: Any, indent: str) -> str:
    return f"{indent}{_scalar(key)}:{_value(value, indent)}\n"


def _value(value: Any, indent: str) -> str:
    """Return a value as it stands behind its key or dash, which is indented by `indent`."""
    if isinstance(value, str):
        return " " + _text(value, indent)
    if isinstance(value, Mapping):
        inner = "".join(_entry(key, each, indent + _STEP) for key, each in value.items())
        return "\n" + inner.rstrip("\n") if value else " {}"
    if isinstance(value, list):
        return _list(value, indent)
    return " " + json.dumps(value)


def _text(value: str, indent: str) -> str:
    short = "\n" not in value and len(value) <= _LONGEST_QUOTED
    if short or value != value.strip() or _ESCAPED.search(value):
        return _scalar(value)
    lines = (f"{indent}{_STEP}{line}" if line else "" for line in value.split("\n"))
    return "|-\n" + "\n".join(lines)


def _scalar(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _list(values: list[Any], indent: str) -> str:
    if all(isinstance(each, str) and "\n" not in each for each in values):
        line = f" [{', '.join(map(_scalar, values))}]"
        if len(line) <= _LONGEST_LIST:
            return line
    return "\n" + "\n".join(_item(each, indent + _STEP) for each in values)


def _item(value: Any, indent: str) -> str:
    if isinstance(value, Mapping) and value:
        inner = "".join(_entry(key, each, indent + _STEP) for key, each in value.items())
        return f"{indent}- {inner.strip()}"
    return f"{indent}-{_value(value, indent)}"
