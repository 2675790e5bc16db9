"""A record survives its line, whatever is in it."""

from __future__ import annotations

import json
import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import Usage
from core.sessions.codec import decode_line, decode_record, encode_line
from core.sessions.lines import Documents, read_last_lines, read_lines
from core.sessions.record import Author, Record
from store_samples import message

# A high surrogate followed by a low one *is* the character both stand for, so that pair alone
# does not come back as two.
ANY_TEXT = st.text(st.characters()) | st.text(st.characters(exclude_categories=()), max_size=1)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | ANY_TEXT
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(ANY_TEXT, JSON, max_size=4)
TIMES = [datetime(year, 1, 1) for year in (1970, 2999)]  # noqa: DTZ001
UNKNOWN_FIELDS = st.dictionaries(st.sampled_from(["mood", "später", "x"]), JSON, max_size=2)
RECORDS = st.builds(
    Record,
    id=ANY_TEXT.filter(bool),
    kind=ANY_TEXT.filter(bool),
    parent=st.none() | ANY_TEXT,
    author=st.builds(Author, st.sampled_from(["persona", "human", "code"]), ANY_TEXT),
    at=st.datetimes(*TIMES, timezones=st.just(UTC)),
    node=ANY_TEXT,
    audience=st.lists(ANY_TEXT, max_size=2).map(tuple),
    text=ANY_TEXT,
    status=st.sampled_from(["complete", "stopped", "failed", "interrupted"]),
    model=st.none() | ANY_TEXT,
    params=st.none() | OBJECTS,
    request=st.none() | ANY_TEXT,
    usage=st.none() | st.builds(Usage, st.integers(0, 9), st.integers(0, 9)),
    data=OBJECTS,
    seq=st.integers(0, 10**6),
    extra=UNKNOWN_FIELDS,
)


@given(RECORDS)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    line = encode_line(record.to_json())
    read = decode_record(line)
    assert encode_line(read.to_json()) == line
    assert read.malformed or read == record
    assert line.count(b"\n") == 1


@given(RECORDS)
def test_a_line_is_strict_json_that_commands_no_terminal(record: Record) -> None:
    line = encode_line(record.to_json()).decode("utf-8")

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    json.loads(line, parse_constant=refuse)
    assert not [each for each in line[:-1] if ord(each) < 32 or 0x7F <= ord(each) < 0xA0]


def test_lone_surrogates_survive_even_behind_a_backslash() -> None:
    text = "\\\ud800 \udfff \\\\\udc00"
    assert decode_line(encode_line({"text": text})) == {"text": text}


def test_two_halves_come_back_as_the_character_they_are() -> None:
    assert decode_line(encode_line({"text": "\ud83d\ude00"})) == {"text": "😀"}


def test_what_json_has_no_number_for_becomes_null() -> None:
    values = {"a": [math.nan, 1.5], "b": {"c": math.inf}}
    assert decode_line(encode_line(values)) == {"a": [None, 1.5], "b": {"c": None}}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\0\0\0",
        b"[1]",
        b'"text"',
        b"{",
        b"[" * 100_000,
        b'{"id": "x"}',
        b"\xff\xfe",
        encode_line(message(None, "x").to_json())[:-3],
        encode_line({**message(None, "x").to_json(), "id": 5}),
        encode_line({**message(None, "x").to_json(), "id": ""}),
        encode_line({**message(None, "x").to_json(), "kind": None}),
    ],
    ids=range(12),
)
def test_anything_else_is_refused_with_one_kind_of_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_record(line)


CONTENT = st.lists(st.binary(max_size=12), max_size=12).map(b"\n".join)


@given(content=CONTENT, count=st.integers(0, 15))
def test_lines_are_those_between_line_feeds(
    content: bytes, count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes(content)
    expected = content.split(b"\n")
    if not expected[-1]:
        expected.pop()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert list(read_lines(descriptor, len(content))) == expected
        assert read_last_lines(descriptor, len(content), count) == expected[-count:][:count]
    finally:
        os.close(descriptor)


def test_lines_longer_than_a_block_are_put_together(tmp_path: Path) -> None:
    path = tmp_path / "file"
    documents = [
        {"text": letter * size} for letter, size in (("a", 700_000), ("b", 3), ("c", 300_000))
    ]
    path.write_bytes(b"".join(encode_line(each) for each in documents))
    descriptor = os.open(path, os.O_RDONLY)
    try:
        found = Documents(descriptor)
        assert [each for _, each in found.items()] == documents
        assert found.last(2) == documents[1:]
        assert found["3"] == documents[2]
        assert list(found) == ["1", "2", "3"]
        assert "4" not in found
        assert "0" not in found
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", 5),
        ("author", "Ada"),
        ("author", {"kind": None}),
        ("at", "yesterday"),
        ("at", "9999-12-31T23:59:59Z"),
        ("data", [1]),
        ("usage", [1]),
        ("usage", {"input_tokens": "many"}),
        ("seq", "x"),
        ("seq", 10**30),
        ("parent", ["a"]),
        ("node", None),
        ("audience", [1]),
        ("params", True),
        ("request", ["a"]),
        ("status", {}),
        ("model", 1),
        ("v", None),
    ],
)
def test_a_value_of_a_wrong_type_is_taken_out_and_kept(field: str, value: object) -> None:
    line = encode_line({**message(None, "Hello").to_json(), field: value})
    record = decode_record(line)
    assert record.malformed == {field: value}
    assert record.text == ("" if field == "text" else "Hello")
    assert decode_line(encode_line(record.to_json())) == decode_line(line)


def test_a_record_without_what_it_is_about_is_a_notice_that_says_so() -> None:
    values = {**message("P", "x").to_json(), "kind": "decision", "data": {"proposal": [1]}}
    record = decode_record(encode_line(values))
    assert (record.kind, record.parent, record.data) == ("notice", "P", {"code": "unreadable"})
    assert record.text == (
        "This record (decision) cannot be understood: proposal is not text, state is missing."
    )
    assert record.to_json() == values


def test_an_overlay_without_its_target_has_no_effect() -> None:
    values = {**message("P", "x").to_json(), "kind": "edit", "data": {"target": [1], "a": 2}}
    record = decode_record(encode_line(values))
    assert (record.kind, record.data) == ("edit", {})
    assert record.to_json() == values


def test_words_of_a_later_version_are_kept() -> None:
    values = {**message("P", "x").to_json(), "kind": "hologram", "status": "archived"}
    record = decode_record(encode_line(values))
    assert (record.kind, record.status, record.malformed) == ("hologram", "archived", {})
    assert record.to_json() == values
