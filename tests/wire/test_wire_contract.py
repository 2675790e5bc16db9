"""One contract for every adapter, against a server that plays each vendor's wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message
from core.providers.base import (
    Chunk,
    Completion,
    ModelRequest,
    Provider,
    ProviderSettings,
    Reasoning,
    StreamPart,
)
from wire.fake_server import FakeServer, Script, failing, split, whole
from wire.frames import INPUT_TOKENS, OUTPUT_TOKENS, WIRES, Wire

KEY = "sk-very-secret"
REQUEST = ModelRequest("m-1", (Message("system", "You are Ada."), Message("user", "Hello")))
PIECES = ["Grüße, ", "漢字 ", "and 👩‍🚀", "\n", "end."]
Kind = ProviderErrorKind


@pytest.fixture(params=WIRES, ids=lambda wire: wire.name)
def wire(request: pytest.FixtureRequest) -> Wire:
    return request.param


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    async with FakeServer() as server:
        yield server


@pytest.fixture
async def adapter(wire: Wire, server: FakeServer) -> AsyncIterator[Provider]:
    settings = ProviderSettings(
        wire.name,
        wire.name,
        base_url=wire.base_url(server.url),
        api_key=KEY,
        key_variable="THE_KEY",
        read_timeout=0.3,
        prompt_timeout=0.3,
        connect_timeout=2,
    )
    provider = wire.adapter(settings)
    yield provider
    await provider.aclose()


async def collect(adapter: Provider, request: ModelRequest = REQUEST) -> list[StreamPart]:
    """Return the parts of an answer; what was thought beside it is none of them."""
    async with aclosing(adapter.stream(request)) as parts:
        return [part async for part in parts if not isinstance(part, Reasoning)]


async def fail(adapter: Provider) -> tuple[ProviderError, str]:
    """Return the error of a stream, and the text that came before it."""
    heard: list[str] = []

    async def read() -> None:
        async with aclosing(adapter.stream(REQUEST)) as parts:
            async for part in parts:
                assert not isinstance(part, Completion), "an answer was completed that failed"
                if isinstance(part, Chunk):
                    heard.append(part.text)

    with pytest.raises(ProviderError) as caught:
        await read()
    error = caught.value
    assert error.message
    assert error.hint
    assert KEY not in f"{error} {error!r}"
    return error, "".join(heard)


def completion_of(parts: list[StreamPart]) -> Completion:
    *chunks, last = parts
    assert isinstance(last, Completion)
    assert all(isinstance(chunk, Chunk) and chunk.text for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == last.text
    return last


async def test_streams_an_answer_piece_by_piece(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    server.plan(whole(*wire.answer(PIECES)))
    parts = await collect(adapter)
    answer = completion_of(parts)
    assert [part.text for part in parts[:-1]] == PIECES
    assert answer.finish == "stop"
    assert answer.model == "served-1"
    assert server.last.path == wire.path
    assert server.last.headers["authorization"] == f"Bearer {KEY}"


async def test_reports_all_input_tokens_and_those_from_a_cache(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    server.plan(whole(*wire.answer(["Hi."])))
    usage = completion_of(await collect(adapter)).usage
    assert (usage.input_tokens, usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert usage.cached_tokens == wire.usage_of_cached()
    assert not usage.estimated


@pytest.mark.parametrize("size", [1, 3, 7])
async def test_bytes_may_be_split_anywhere(
    wire: Wire, server: FakeServer, adapter: Provider, size: int
) -> None:
    server.plan(split(wire.answer(PIECES), size))
    parts = await collect(adapter)
    assert [part.text for part in parts[:-1]] == PIECES


async def test_an_answer_at_its_longest_says_so(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    server.plan(whole(*wire.answer(["Once"], "length")))
    assert completion_of(await collect(adapter)).finish == "length"


async def test_an_answer_without_words_is_one(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    server.plan(whole(*wire.answer([""])))
    parts = await collect(adapter)
    assert len(parts) == 1
    assert completion_of(parts).text == ""


async def test_a_slow_answer_is_waited_for(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    *frames, last = wire.answer(["a", "b", "c"])
    spread = [step for frame in frames for step in (frame, 0.04)]
    server.plan(Script((*spread, last)))
    assert completion_of(await collect(adapter)).text == "abc"


async def test_one_client_serves_answer_after_answer(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    server.plan(*(whole(*wire.answer([str(each)])) for each in range(3)))
    texts = [completion_of(await collect(adapter)).text for _ in range(3)]
    assert texts == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (401, "invalid key sk-very-secret", Kind.AUTH),
        (403, "not from your country", Kind.UNAVAILABLE),
        (403, "not for you", Kind.AUTH),
        (404, "no such thing", Kind.UNKNOWN_MODEL),
        (408, "too slow", Kind.TIMEOUT),
        (429, "slow down", Kind.RATE_LIMIT),
        (500, "oops", Kind.OVERLOADED),
        (502, "bad gateway", Kind.OVERLOADED),
        (503, "Loading model", Kind.LOADING),
        (503, "busy", Kind.OVERLOADED),
        (529, "overloaded", Kind.OVERLOADED),
        (400, "temperature: must be a number", Kind.PROTOCOL),
        (413, "too large", Kind.CONTEXT_OVERFLOW),
        (
            400,
            "This model's maximum context length is 8192 tokens. However, your messages "
            "resulted in 9000 tokens.",
            Kind.CONTEXT_OVERFLOW,
        ),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", Kind.CONTEXT_OVERFLOW),
        (
            400,
            "request (5012 tokens) exceeds the available context size (4096 tokens), try "
            "increasing it",
            Kind.CONTEXT_OVERFLOW,
        ),
    ],
)
async def test_error_statuses_are_told_apart(
    wire: Wire, server: FakeServer, adapter: Provider, status: int, said: str, kind: Kind
) -> None:
    server.plan(failing(status, wire.error("invalid_request_error", said)))
    error, heard = await fail(adapter)
    assert error.kind is kind
    assert error.retry_after is None
    assert not heard
    assert len(server.received) == 1, "the SDK tried again on its own"


async def test_an_unknown_model_is_named_with_what_to_do(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    server.plan(failing(404, wire.error("not_found_error", "model: m-1")))
    error, _ = await fail(adapter)
    assert "'m-1'" in error.message
    assert f"salon models {wire.name}" in error.hint
    assert ("ollama pull m-1" in error.hint) == (wire.name == "ollama")


async def test_the_wait_a_server_asks_for_is_kept(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    body = wire.error("rate_limit_error", "slow down")
    server.plan(
        failing(429, body, retry_after="7"),
        failing(429, body, retry_after="Wed, 01 Jan 2098 00:00:00 GMT"),
        failing(503, body, retry_after="soon"),
    )
    assert (await fail(adapter))[0].retry_after == 7
    assert ((await fail(adapter))[0].retry_after or 0) > 1e6
    assert (await fail(adapter))[0].retry_after is None


async def test_an_error_page_is_capped_and_harmless(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    words = "\x1b[31mred\x07" + "x" * 1000
    server.plan(
        failing(500, wire.error("api_error", words)),
        Script((b"<html>" + b"y" * 50_000,) * 20, 502, {"content-type": "text/html"}),
    )
    error, _ = await fail(adapter)
    assert "red" in error.message
    assert error.message.isprintable()
    assert len(error.message) < 500
    error, _ = await fail(adapter)
    assert len(error.message) < 500


async def test_an_error_in_mid_stream(wire: Wire, server: FakeServer, adapter: Provider) -> None:
    server.plan(whole(*wire.start(), wire.text("Once upon"), wire.fault("Overloaded, alas")))
    error, heard = await fail(adapter)
    assert error.kind is Kind.OVERLOADED
    assert "Overloaded, alas" in error.message
    assert heard == "Once upon"


@pytest.mark.parametrize("ending", ["cut", "proper"])
async def test_an_answer_that_breaks_off(
    wire: Wire, server: FakeServer, adapter: Provider, ending: str
) -> None:
    server.plan(Script((*wire.start(), wire.text("Once upon")), ending=ending))
    error, heard = await fail(adapter)
    assert error.kind is Kind.NETWORK
    assert heard == "Once upon"


async def test_silence_in_mid_stream(wire: Wire, server: FakeServer, adapter: Provider) -> None:
    server.plan(Script((*wire.start(), wire.text("Once upon")), ending="stall"))
    error, heard = await fail(adapter)
    assert error.kind is Kind.TIMEOUT
    assert heard == "Once upon"
    await asyncio.wait_for(server.disconnected.wait(), 5)


async def test_silence_from_the_start(wire: Wire, server: FakeServer, adapter: Provider) -> None:
    server.plan(Script(ending="stall"))
    assert (await fail(adapter))[0].kind is Kind.TIMEOUT


@pytest.mark.parametrize("body", [b"", b"<html>Please log in to this network</html>"])
async def test_a_body_that_is_no_answer(
    wire: Wire, server: FakeServer, adapter: Provider, body: bytes
) -> None:
    server.plan(whole(*([body] if body else [])))
    assert (await fail(adapter))[0].kind is Kind.PROTOCOL


async def test_malformed_frames(wire: Wire, server: FakeServer, adapter: Provider) -> None:
    server.plan(whole(*wire.start(), wire.text("Once"), wire.malformed(), *wire.end()))
    error, heard = await fail(adapter)
    assert error.kind is Kind.PROTOCOL
    assert heard == "Once"


async def test_nobody_listens(wire: Wire) -> None:
    async with FakeServer() as server:
        url = wire.base_url(server.url)
    adapter = wire.adapter(ProviderSettings(wire.name, wire.name, base_url=url))
    error, _ = await fail(adapter)
    assert error.kind is Kind.NETWORK
    readiness = await adapter.readiness()
    assert not readiness.ready
    assert "127.0.0.1" in readiness.reason
    await adapter.aclose()


async def test_a_missing_key_is_noticed_before_anything_is_sent(
    wire: Wire, server: FakeServer
) -> None:
    settings = ProviderSettings(
        wire.name,
        wire.name,
        base_url=wire.base_url(server.url),
        key_required=True,
        key_variable="THE_KEY",
    )
    adapter = wire.adapter(settings)
    error, _ = await fail(adapter)
    assert error.kind is Kind.AUTH
    assert str(error) == "No THE_KEY in the environment. Set it, or pick a local model."
    assert await adapter.readiness() == replace(await adapter.readiness(), ready=False)
    assert not server.received
    await adapter.aclose()


async def test_a_key_that_cannot_be_sent_is_not_shown(wire: Wire, server: FakeServer) -> None:
    settings = ProviderSettings(
        wire.name, wire.name, base_url=wire.base_url(server.url), api_key="sk-ünsendable\n"
    )
    adapter = wire.adapter(settings)
    error, _ = await fail(adapter)
    assert error.kind is Kind.AUTH
    assert "nsendable" not in str(error)
    await adapter.aclose()


async def test_readiness_of_a_server_that_listens(adapter: Provider) -> None:
    assert (await adapter.readiness()).ready


@pytest.mark.parametrize("by", ["closing", "cancelling"])
async def test_stopping_lets_go_of_the_connection(
    wire: Wire, server: FakeServer, adapter: Provider, by: str
) -> None:
    server.plan(Script((*wire.start(), wire.text("Once upon")), ending="stall"))
    heard = asyncio.Event()

    async def read() -> None:
        async with aclosing(adapter.stream(REQUEST)) as parts:
            async for _ in parts:
                heard.set()
                if by == "closing":
                    return

    reading = asyncio.create_task(read())
    await asyncio.wait_for(heard.wait(), 5)
    if by == "cancelling":
        reading.cancel()
    await asyncio.wait({reading}, timeout=5)
    assert reading.done()
    await asyncio.wait_for(server.disconnected.wait(), 0.1)


async def test_stopping_before_the_first_word(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    server.plan(Script((5.0,)))
    reading = asyncio.create_task(collect(adapter))
    await asyncio.wait_for(server.asked.wait(), 5)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.wait_for(server.disconnected.wait(), 0.1)


async def test_two_streams_at_once_do_not_mix(
    wire: Wire, server: FakeServer, adapter: Provider
) -> None:
    frames = wire.answer(["a", "b"])
    spread: tuple[Any, ...] = tuple(step for frame in frames for step in (frame, 0.01))
    server.plan(Script(spread), Script(spread))
    both = await asyncio.gather(collect(adapter), collect(adapter))
    assert [completion_of(parts).text for parts in both] == ["ab", "ab"]
