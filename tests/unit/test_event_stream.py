"""Server-sent events and their kin are read alike, wherever the bytes are cut."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.providers.event_stream import DONE, Malformed, Value, ValueReader, WebPage

LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
NOISE = st.sampled_from(["", ": alive", "retry: 3000", "id: 7", "data:", "data: ", "foo: bar", "x"])
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def read(data: bytes, cuts: list[int]) -> list[Value]:
    """Return the values of a body that arrives cut at these places."""
    reader, values = ValueReader(), []
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    for start, end in pairwise(places):
        values += reader.feed(data[start:end])
    return values + reader.finish()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(JSONS.map(lambda value: {"v": value}), max_size=5),
    LINE_ENDS,
    st.lists(NOISE, max_size=3),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(0, 400), max_size=8),
)
def test_events(
    values: list[Any], end: str, noise: list[str], mark: bool, done: bool, cuts: list[int]
) -> None:
    text = ("\ufeff" if mark else "") + "".join(line + end + end for line in noise if values)
    for value in values:
        text += f"data: {json.dumps(value, ensure_ascii=False)}{end}{end}"
        text += "".join(line + end for line in noise) + end
    text += f"data: [DONE]{end}{end}" if done and values else ""
    found = read(text.encode(), cuts)
    wanted = [Value("", value) for value in values] + ([DONE] if done and values else [])
    assert found == wanted


@settings(max_examples=100, deadline=None)
@given(
    st.lists(JSONS.map(lambda value: {"v": value}), min_size=1, max_size=5),
    LINE_ENDS,
    st.lists(st.integers(0, 400), max_size=8),
)
def test_lines_of_json(values: list[Any], end: str, cuts: list[int]) -> None:
    data = end.join(json.dumps(each) for each in values).encode()
    assert [each.value for each in read(data, cuts)] == values


@settings(max_examples=50, deadline=None)
@given(JSONS.map(lambda value: {"v": value}), st.lists(st.integers(0, 400), max_size=8))
def test_one_indented_value(value: Any, cuts: list[int]) -> None:
    data = f"\n  {json.dumps(value, indent=2)}\n".encode()
    assert [each.value for each in read(data, cuts)] == [value]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=6))
def test_any_bytes_are_read_or_refused(data: bytes, cuts: list[int]) -> None:
    def outcome(cuts: list[int]) -> object:
        try:
            return read(data, cuts)
        except (Malformed, WebPage) as error:
            return type(error)

    assert outcome(cuts) == outcome([])


def test_names_of_events() -> None:
    data = b'event: error\ndata: {"a": 1}\n\ndata: {"b": 2}\n\n'
    assert read(data, []) == [Value("error", {"a": 1}), Value("", {"b": 2})]


def test_an_event_over_several_lines() -> None:
    assert read(b'data: {"a":\ndata: 1}\n\n', []) == [Value("", {"a": 1})]


@pytest.mark.parametrize(
    "data", [b"data: {oops\n\n", b'{"a": 1}\n{oops\n', b"{\n oops", b"data: {\ndata: oops\n\n"]
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"oops|\{"):
        read(data, [])


@pytest.mark.parametrize("data", [b"<html>", b"\n <!doctype html><html>x</html>", b"<?xml ?>"])
def test_pages(data: bytes) -> None:
    with pytest.raises(WebPage):
        read(data, [])


def test_how_a_body_begins_of_which_nothing_can_be_read() -> None:
    reader = ValueReader()
    assert reader.feed(b"upstream connect error") + reader.finish() == []
    assert reader.began == "upstream connect error"
