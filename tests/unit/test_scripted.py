"""Answers from a script."""

from __future__ import annotations

import json
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message, Usage
from core.providers.base import Completion, ModelRequest, Origin, ProviderSettings, StreamPart
from core.providers.model import Model
from core.providers.script import Fault, Reply
from core.providers.scripted import Scripted


def model_policy(node: str = "", ordinal: int | None = None, model: str = "") -> ModelRequest:
    origin = None if ordinal is None else Origin(node, ordinal)
    return ModelRequest(model, (Message("user", "Go on."),), origin=origin)


async def parts_of(provider: Scripted, request: ModelRequest) -> list[StreamPart]:
    async with aclosing(provider.stream(request)) as parts:
        return [part async for part in parts]


async def answer(provider: Scripted, request: ModelRequest | None = None) -> str:
    end = (await parts_of(provider, request or model_policy()))[-1]
    assert isinstance(end, Completion)
    return end.text


def from_file(path: Path, text: str) -> Scripted:
    path.write_text(text, encoding="utf-8")
    return Scripted(ProviderSettings("scripted", "scripted", default_model=str(path)))


async def test_replies_come_in_order_and_then_there_are_none() -> None:
    provider = Scripted.of(["one", "two"])
    assert [await answer(provider), await answer(provider)] == ["one", "two"]
    with pytest.raises(ProviderError) as caught:
        await answer(provider)
    assert caught.value.kind is ProviderErrorKind.NOT_RECORDED
    assert "2 replies" in caught.value.message
    assert len(provider.requests) == 3


async def test_the_ordinal_of_a_request_decides_where_it_has_one() -> None:
    provider = Scripted.of(["one", "two", "three"])
    assert await answer(provider, model_policy("a", 2)) == "three"
    assert await answer(provider, model_policy("a", 0)) == "one"
    assert await answer(provider) == "one"


async def test_a_loop_begins_again() -> None:
    provider = Scripted.of(["one", "two"], loop=True)
    assert [await answer(provider) for _ in range(5)] == ["one", "two", "one", "two", "one"]


async def test_nodes_may_have_replies_of_their_own() -> None:
    provider = Scripted.of({"replies": ["anyone"], "nodes": {"a": ["only a"]}})
    assert await answer(provider, model_policy("a", 0)) == "only a"
    assert await answer(provider, model_policy("b", 0)) == "anyone"
    with pytest.raises(ProviderError, match="for a"):
        await answer(provider, model_policy("a", 1))


async def test_a_function_may_answer() -> None:
    provider = Scripted.of(lambda request: Reply(request.messages[-1].content.upper()))
    assert await answer(provider) == "GO ON."


async def test_a_reply_can_be_described_in_full() -> None:
    provider = Scripted.of([
        {
            "chunks": ["a", "bc"],
            "usage": {"input_tokens": 5, "output_tokens": 6},
            "finish": "length",
            "delay": 0.001,
        }
    ])
    *chunks, end = await parts_of(provider, model_policy())
    assert [chunk.text for chunk in chunks] == ["a", "bc"]
    assert end == Completion("abc", Usage(5, 6), "length")


async def test_an_error_follows_on_the_text_before_it() -> None:
    provider = Scripted.of([
        {"text": "Well", "error": {"kind": "rate_limit", "message": "Slow.", "retry_after": 3}}
    ])
    heard: list[StreamPart] = []

    async def listen() -> None:
        async for part in provider.stream(model_policy()):
            heard.append(part)

    with pytest.raises(ProviderError) as caught:
        await listen()
    assert [part.text for part in heard] == ["Well"]
    assert caught.value.kind is ProviderErrorKind.RATE_LIMIT
    assert caught.value.retry_after == 3
    assert caught.value.message == "Slow."


async def test_an_error_can_pass_after_some_times() -> None:
    fault = Fault(ProviderErrorKind.OVERLOADED, times=2, retry_after=0)
    provider = Scripted.of([Reply("at last", error=fault)])

    async def no_wait(seconds: float) -> None:
        return None

    completion = await Model(provider, "", sleep=no_wait).answer(model_policy("a", 0))
    assert completion.text == "at last"
    assert len(provider.requests) == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("script.yml", "replies:\n  - one\n  - text: two\nloop: true\n"),
        ("script.json", json.dumps({"replies": ["one", {"text": "two"}], "loop": True})),
    ],
)
async def test_scripts_are_read_from_files(tmp_path: Path, name: str, text: str) -> None:
    provider = from_file(tmp_path / name, text)
    assert [await answer(provider) for _ in range(3)] == ["one", "two", "one"]


async def test_a_plain_text_is_split_at_its_rules(tmp_path: Path) -> None:
    provider = from_file(tmp_path / "script.txt", "one\nand a half\n---\ntwo\n")
    assert [await answer(provider), await answer(provider)] == ["one\nand a half", "two"]


async def test_the_settings_may_name_scripts(tmp_path: Path) -> None:
    path = tmp_path / "script.yml"
    path.write_text("[from a file]")
    options: dict[str, Any] = {"models": {"inline": ["from the settings"], "file": str(path)}}
    provider = Scripted(ProviderSettings("scripted", "scripted", options=options))
    assert await answer(provider, model_policy(model="inline")) == "from the settings"
    assert await answer(provider, model_policy(model="file")) == "from a file"
    assert [each.name for each in await provider.models()] == ["inline", "file"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("replies: [", "line "),
        ("replies: none", "list of replies"),
        ("answers: [one]", "unknown keys: answers"),
        ("- text: x\n  colour: red", "colour"),
        ("- text: x\n  finish: never", "finish"),
        ("- error: {kind: sulking}", "sulking"),
        ("- text: x\n  tokens_per_second: -1", "tokens_per_second"),
        ("- [nested]", "text is wanted"),
        ("", "list of replies"),
    ],
)
async def test_a_script_that_makes_no_sense_is_an_error_that_says_why(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ProviderError) as caught:
        await answer(from_file(tmp_path / "bad.yml", text))
    assert said in str(caught.value)


async def test_a_file_that_is_not_there_is_an_error() -> None:
    provider = Scripted(ProviderSettings("scripted", "scripted"))
    with pytest.raises(ProviderError, match="No such file"):
        await answer(provider, model_policy(model="/nowhere/script.yml"))
    with pytest.raises(ProviderError, match="No script is named"):
        await answer(provider)
