"""The body of a request as JSON, its messages encoded once for all requests that share them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.messages import MeasuredMessages, Message, message_json


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return a body as JSON; a value may be a sequence of `Message`s."""
    pieces = [b"{"]
    for key, value in body.items():
        lead = b"" if len(pieces) == 1 else b","
        pieces += (lead, _json(key), b":", *_values(value))
    return b"".join((*pieces, b"}"))


def _values(value: object) -> tuple[bytes, ...]:
    if isinstance(value, MeasuredMessages):
        return b"[", b",".join(value.json()), b"]"
    if isinstance(value, tuple | list) and value and isinstance(value[0], Message):
        return b"[", b",".join(map(message_json, value)), b"]"
    return (_json(value),)


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace")
