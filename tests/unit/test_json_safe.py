"""JSON from outside: what it holds, or one kind of error on any version of Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from core import json_safe


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("text", ["{", "", nested(101), nested(100_000), '{"a":' * 500, "9" * 5000])
def test_what_cannot_be_walked_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        json_safe.loads(text)


@pytest.mark.parametrize(
    "text", [nested(100), json.dumps([[]] * 500), '{"a": "[[[[' + "[" * 500 + '"}']
)
def test_what_is_wide_or_only_looks_deep_is_read(text: str) -> None:
    assert json_safe.loads(text) == json.loads(text)
    assert json_safe.loads(text.encode()) == json.loads(text)


@dataclass(frozen=True)
class Inner:
    texts: tuple[str, ...] = ("a", "b")

    def to_json(self) -> list[str]:
        return list(self.texts)


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner
    by_name: Mapping[str, Inner]
    none: None = None


def test_a_dataclass_is_written_field_by_field() -> None:
    values = json_safe.plain(Outer("x", Inner(), {"y": Inner(())}))
    assert list(values.items()) == [
        ("name", "x"),
        ("inner", ["a", "b"]),
        ("by_name", {"y": []}),
        ("none", None),
    ]
