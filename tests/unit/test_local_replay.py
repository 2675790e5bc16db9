"""Streaming a text that is known beforehand."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from core.messages import Message, Params, Usage
from core.providers.base import Completion, ModelRequest
from core.providers.local_replay import Answer, replay

TEXT = "  One two,\n\nthree 漢字 👩‍🚀 " + "x" * 100 + " end. "


async def told(answer: Answer, **params: object) -> tuple[list[str], Completion]:
    request = ModelRequest("", (Message("user", "Say it."),), Params(**params))
    async with aclosing(replay(answer, request)) as parts:
        *chunks, end = [part async for part in parts]
    assert isinstance(end, Completion)
    assert "".join(chunk.text for chunk in chunks) == end.text
    return [chunk.text for chunk in chunks], end


async def test_the_pieces_are_words_and_add_up_to_the_text() -> None:
    pieces, end = await told(Answer(TEXT))
    assert end.text == TEXT
    assert end.finish == "stop"
    assert pieces[:2] == ["  One ", "two,\n\n"]
    assert max(map(len, pieces)) < 40


async def test_usage_is_estimated_unless_it_is_known() -> None:
    _, end = await told(Answer("Some words."))
    assert end.usage.estimated
    assert end.usage.input_tokens > 0
    assert end.usage.output_tokens > 0
    _, end = await told(Answer("Some words.", usage=Usage(7, 8)))
    assert end.usage == Usage(7, 8)


async def test_max_tokens_cuts_at_a_word() -> None:
    pieces, end = await told(Answer("one two three four"), max_tokens=2)
    assert pieces == ["one ", "two "]
    assert end.finish == "length"


async def test_the_first_of_the_stop_texts_ends_it() -> None:
    _, end = await told(Answer("one two three", chunks=("one t", "wo three")), stop=("ee", " two"))
    assert end.text == "one"
    assert end.finish == "stop"


async def test_given_chunks_are_sent_as_they_are() -> None:
    pieces, _ = await told(Answer("abc", chunks=("a", "", "bc")))
    assert pieces == ["a", "bc"]


async def test_an_empty_text_is_a_completion_alone() -> None:
    pieces, end = await told(Answer(""))
    assert pieces == []
    assert end.text == ""


async def test_the_pace_is_kept_and_a_slow_telling_can_be_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    await told(Answer("one two three four five", tokens_per_second=0.01))
    assert [round(wait / 100) for wait in waits] == [0, 1, 2, 3, 4]
