"""Values that engines write and that a strict reading could take for damage."""

from __future__ import annotations

import json

import pytest

from core.sessions.codec import decode_record


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("session", {"engine": "meetup", "opening": "Good evening."}),
        ("message", {"turn": 0, "opening": True}),
        (
            "learned",
            {"day": 1, "action": "DO_NOTHING", "verdict": None, "n": 0, "mean": None}
            | {"changed": False},
        ),
        ("person", {"person": "p001", "name": "Ada", "profile": {}, "given": True}),
        ("profile_edit", {"field": "demographics.age", "given": True}),
        ("answer", {"use": "person", "given": {"demographics.age": "40"}}),
        ("message", {"known": {"passages": 0}}),
        ("message", {"known": {"fields": ["demographics.age"], "version": 3}}),
        (
            "impact",
            {"day": 1, "action": "DO_NOTHING", "success": None, "delta": -5.0, "engagement": 3.0}
            | {"status": "active", "events": [], "value": None, "cost": 0.0, "regret": 0.0}
            | {"word": "", "after": {}},
        ),
    ],
)
def test_what_engines_write_is_understood(kind: str, data: dict[str, object]) -> None:
    line = {
        "v": 1,
        "id": "01A",
        "kind": kind,
        "parent": None,
        "author": {"kind": "code", "name": "salon"},
        "at": "2026-01-01T00:00:00Z",
        "data": data,
    }
    record = decode_record(json.dumps(line).encode())
    assert (record.kind, record.data, record.malformed) == (kind, data, {})
