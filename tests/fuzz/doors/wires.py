"""What servers answer: bodies and frames of every wire, sent by a server on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from random import Random

from core.errors import ProviderError
from core.messages import Message
from core.providers.base import (
    Chunk,
    Completion,
    ModelRequest,
    Provider,
    ProviderSettings,
    Retraction,
)
from fuzz.door import Door, Drive, Shape
from fuzz.structures import change_json, change_json_line
from wire.fake_server import FakeServer, Script
from wire.frames import WIRES, Wire

_REQUEST = ModelRequest("m-1", (Message("system", "You are Ada."), Message("user", "Hello")))
_PIECES = ("Grüße, ", "漢字 ", "and 👩‍🚀", "\n", "end.")
_DETAILS = json.dumps({"model_info": {"x.context_length": 4096}, "details": {}}).encode()
_STATUSES = (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529, 204, 301, 418)
_WAITS = ("5", "0.5", "-1", "nan", "1e999", "Wed, 21 Oct 2099 07:28:00 GMT", "x", "\xff", "9" * 400)


def _change_frame(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Change the JSON of one frame of server-sent events, or its order."""
    frames = data.split(b"\n\n")
    at = rng.randrange(len(frames))
    head, mark, body = frames[at].partition(b"data: ")
    if mark and rng.random() < 0.8:
        frames[at] = head + mark + change_json(rng, body, seeds)
    elif rng.random() < 0.5:
        frames.insert(rng.randrange(len(frames)), frames[at])
    else:
        del frames[at]
    return b"\n\n".join(frames)


def _streams(wire: Wire) -> list[bytes]:
    ends = ("stop", "length", "refused")
    answers = [b"".join(wire.answer(_PIECES, reason)) for reason in ends]
    fault = b"".join([*wire.start(), wire.text("So"), wire.fault("Overloaded")])
    return [*answers, answers[0], fault]


def _errors(wire: Wire) -> list[bytes]:
    words = ("Overloaded", "max_tokens is not supported", "context length exceeded", "no model m")
    return [json.dumps(wire.error("server_error", each)).encode() for each in words]


def _models(wire: Wire) -> list[bytes]:
    listed = {
        "openai": {"object": "list", "data": [{"id": "m", "object": "model", "n_ctx": 4096}]},
        "anthropic": {
            "data": [{"type": "model", "id": "m", "display_name": "M", "created_at": "2026-01-01"}],
            "has_more": False,
            "first_id": "m",
            "last_id": "m",
        },
        "ollama": {"models": [{"model": "m", "name": "m", "size": 1, "details": {}}]},
    }
    return [json.dumps(listed[wire.name]).encode()]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Have a server, and an adapter of each wire that asks it."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FakeServer())
        adapters: dict[str, Provider] = {}
        for wire in WIRES:
            settings = ProviderSettings(
                wire.name,
                wire.name,
                wire.base_url(server.url),
                "sk-a-secret",
                read_timeout=5,
                prompt_timeout=5,
            )
            adapters[wire.name] = wire.adapter(settings)
            stack.push_async_callback(adapters[wire.name].aclose)
            # What an SDK imports with its first request is no cost of an input.
            server.plan(Script(tuple(wire.answer(_PIECES))))
            await _answered(adapters[wire.name])

        async def drive(shape: str, data: bytes) -> None:
            name, what = shape.split()
            server.received.clear()
            server.plan(*_scripts(what, data))
            try:
                if what == "models":
                    for each in await adapters[name].models():
                        assert isinstance(each.name, str)
                        assert each.context_length is None or type(each.context_length) is int
                else:
                    await _answered(adapters[name])
            except ProviderError as error:
                _check_wait(error.retry_after)
                raise
            finally:
                server.forget_plans()

        yield drive


def _check_wait(seconds: float | None) -> None:
    assert seconds is None or 0 <= seconds < 1e10, f"a wait of {seconds} seconds"


def _scripts(what: str, data: bytes) -> list[Script]:
    """Return how the server answers; a request whose parameters are refused comes again."""
    rng = Random(data)
    if what == "models":
        kind = {"content-type": "application/json"}
        return [Script((data,), headers=kind), *[Script((_DETAILS,), headers=kind)] * 60]
    if what == "error":
        headers = {"content-type": rng.choice(("application/json", "text/html", "x"))}
        headers["retry-after"] = rng.choice(_WAITS)
        return [Script((data or b" ",), rng.choice(_STATUSES), headers)] * 8
    cut = rng.randint(0, len(data))
    pieces = tuple(filter(None, (data[:cut], data[cut:])))
    return [Script(pieces, ending=rng.choice(("proper", "proper", "proper", "cut")))]


async def _answered(adapter: Provider) -> None:
    """Read an answer as engines do. Raises `ProviderError`."""
    text = ""
    done: Completion | None = None
    async with aclosing(adapter.stream(_REQUEST)) as parts:
        async for part in parts:
            assert done is None, "something came after the end"
            if isinstance(part, Chunk):
                assert isinstance(part.text, str)
                assert part.text
                text += part.text
            elif isinstance(part, Retraction):
                text = ""
            elif isinstance(part, Completion):
                done = part
    assert done is not None, "it ended without a completion"
    assert done.text == text
    assert done.finish in {"stop", "length", "paused", "unknown"}
    assert isinstance(done.model, str)
    json.dumps(done.usage.to_json(), allow_nan=False)
    usage = done.usage
    for count in (usage.input_tokens, usage.output_tokens, usage.cached_tokens):
        assert type(count) is int, f"{count!r} tokens"
        assert 0 <= count < 10**15, f"{count!r} tokens"
    text.encode()


def _shapes(wire: Wire) -> tuple[Shape, ...]:
    frames = (change_json_line,) if wire.name == "ollama" else (_change_frame,)
    stream = Shape(f"{wire.name} stream", lambda: _streams(wire), frames)
    errors = Shape(f"{wire.name} error", lambda: _errors(wire), (change_json,))
    models = Shape(f"{wire.name} models", lambda: _models(wire), (change_json,))
    return (stream, stream, stream, errors, models)


DOOR = Door(
    "wires",
    tuple(each for wire in WIRES for each in _shapes(wire)),
    opened,
    batch=500,
    refuses=True,
)
