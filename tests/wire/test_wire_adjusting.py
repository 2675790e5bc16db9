"""What a server refuses is sent otherwise, or told; what may pass is waited for."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message, Params
from core.providers.base import Completion, ModelRequest, Provider, StreamPart, Waiting
from core.providers.model import Model
from wire.asking import Outcome, ask
from wire.fake_server import FakeServer, Script, failing, whole
from wire.frames import AnthropicWire, OllamaWire, OpenAIWire, Wire

OPENAI, ANTHROPIC, OLLAMA = OpenAIWire(), AnthropicWire(), OllamaWire()
ALL: tuple[Wire, ...] = (OPENAI, ANTHROPIC, OLLAMA)
Make = Callable[..., Provider]


def no(message: str, status: int = 400, **more: object) -> Script:
    return failing(status, {"error": {"message": message, **more}})


def good(wire: Wire, *pieces: str) -> Script:
    return whole(*wire.answer(pieces or ("Fine.",)))


def completed(found: Outcome) -> Completion:
    assert found.error is None
    assert found.completion is not None
    return found.completion


@pytest.mark.parametrize(
    "said",
    [
        "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead.",
        "max_tokens is not supported, use max_completion_tokens",
        "Unrecognized request argument supplied: max_tokens",
    ],
)
async def test_max_tokens_goes_under_its_other_name(
    said: str, server: FakeServer, made: Make
) -> None:
    server.plan(no(said, param="max_tokens"), good(OPENAI), good(OPENAI))
    adapter = made(OPENAI)
    for _ in range(2):
        answer = completed(await ask(adapter, Params(max_tokens=64)))
        assert server.last.body["max_completion_tokens"] == 64
        assert "max_tokens" not in server.last.body
        assert answer.sent["max_completion_tokens"] == 64
        assert not answer.not_sent
    assert len(server.received) == 3


@pytest.mark.parametrize(
    ("wire", "said", "most"),
    [
        (ANTHROPIC, "max_tokens: 8192 > 4096, which is the maximum allowed number of output "
         "tokens for m-1", 4096),
        (OPENAI, "max_tokens is too large: 8192. This model supports at most 4096 completion "
         "tokens, whereas you provided 8192.", 4096),
        (OPENAI, "`max_tokens` must be less than or equal to `1024`, the maximum value for "
         "`max_tokens` is less than the `context_window` for this model", 1024),
        (OPENAI, "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's "
         "maximum context length is 4096 tokens and your request has 39 input tokens "
         "(8192 > 4096 - 39).", 4057),
        (OPENAI, "This model's maximum context length is 4096 tokens. However, you requested "
         "8231 tokens (39 in the messages, 8192 in the completion). Please reduce the length of "
         "the messages or completion.", 4057),
        (OPENAI, "Range of max_tokens should be [1, 4096]", 4096),
        (OPENAI, "Invalid max_tokens value, the valid range of max_tokens is [1, 4096]", 4096),
    ],
)  # fmt: skip
async def test_max_tokens_is_lowered_to_what_the_model_has(
    wire: Wire, said: str, most: int, server: FakeServer, made: Make
) -> None:
    server.plan(no(said), good(wire), good(wire))
    adapter = made(wire)
    answer = completed(await ask(adapter, Params(max_tokens=8192)))
    assert server.last.body["max_tokens"] == answer.sent["max_tokens"] == most
    await ask(adapter, Params(max_tokens=16))
    assert server.last.body["max_tokens"] == 16


@pytest.mark.parametrize(
    "said",
    [
        "Unsupported parameter: 'stop' is not supported with this model.",
        "stop: array too long. Expected an array with maximum length 1",
    ],
)
async def test_stop_texts_are_applied_here_where_a_server_has_none(
    said: str, server: FakeServer, made: Make
) -> None:
    pieces = ("One. E", "N", "D Two.")
    server.plan(no(said, param="stop"), good(OPENAI, *pieces))
    found = await ask(made(OPENAI), Params(stop=("END",)))
    answer = completed(found)
    assert (found.text, answer.text, answer.finish) == ("One. ", "One. ", "stop")
    assert not answer.not_sent
    assert "stop" not in answer.sent


async def test_stop_texts_of_white_space_are_applied_here(server: FakeServer, made: Make) -> None:
    server.plan(good(ANTHROPIC, "One.\n", "\nTwo."))
    assert completed(await ask(made(ANTHROPIC), Params(stop=("\n\n", "END")))).text == "One."
    assert server.last.body["stop_sequences"] == ["END"]


@pytest.mark.parametrize(
    ("wire", "name", "said"),
    [
        (OPENAI, "temperature", "Unsupported value: 'temperature' does not support 0.3 with this "
         "model. Only the default (1) value is supported."),
        (OPENAI, "top_k", 'Invalid JSON payload. Unknown name "top_k": Cannot find field.'),
        (OPENAI, "seed", "seed: Extra inputs are not permitted"),
        (OPENAI, "top_p", "top_p is not supported by this model"),
        (ANTHROPIC, "temperature", "`temperature` is deprecated for this model."),
    ],
)  # fmt: skip
async def test_a_parameter_that_is_refused_is_told_as_not_sent(
    wire: Wire, name: str, said: str, server: FakeServer, made: Make
) -> None:
    params = Params(temperature=0.3, top_p=0.9, top_k=5, seed=7)
    server.plan(no(said), good(wire), good(wire))
    adapter = made(wire)
    for _ in range(2):
        answer = completed(await ask(adapter, params))
        assert name not in server.last.body
        assert name not in answer.sent
        assert said[:40] in answer.not_sent[name]


async def test_a_gemini_list_names_the_parameter_too(server: FakeServer, made: Make) -> None:
    said = 'Unknown name "top_k": Cannot find field.'
    server.plan(failing(400, [{"error": {"code": 400, "message": said}}]), good(OPENAI))
    assert "top_k" in completed(await ask(made(OPENAI), Params(top_k=5))).not_sent


async def test_what_a_wire_does_not_have_is_told(server: FakeServer, made: Make) -> None:
    server.plan(good(ANTHROPIC))
    answer = completed(await ask(made(ANTHROPIC), Params(seed=7, context_length=4096)))
    assert answer.not_sent == {"seed": "anthropic has no such parameter"}


@pytest.mark.parametrize(
    "said",
    [
        "temperature must be between 0 and 2",
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 9.",
        "temperature: Input should be less than or equal to 2",
    ],
)
async def test_a_value_out_of_range_is_told_and_not_dropped(
    said: str, server: FakeServer, made: Make
) -> None:
    server.plan(no(said, param="temperature", code="decimal_above_max_value"))
    found = await ask(made(OPENAI), Params(temperature=9))
    assert found.error is not None
    assert found.error.kind is ProviderErrorKind.PROTOCOL
    assert said[:30] in found.error.message
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "said",
    [
        "System role not supported",
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "Developer instruction is not enabled; system messages are not supported for this model",
    ],
)
async def test_instructions_are_folded_where_there_is_no_system_role(
    said: str, server: FakeServer, made: Make
) -> None:
    server.plan(no(said), good(OPENAI))
    messages = (
        Message("system", "You are Ada."),
        Message("user", "Hello"),
        Message("assistant", "Hi."),
        Message("user", "Who?"),
    )
    request = ModelRequest("m-1", messages)
    async with aclosing(made(OPENAI).stream(request)) as parts:
        *_, last = [part async for part in parts]
    assert isinstance(last, Completion)
    assert server.last.body["messages"] == [
        {"role": "user", "content": "You are Ada.\n\nHello"},
        {"role": "assistant", "content": "Hi."},
        {"role": "user", "content": "Who?"},
    ]


@pytest.mark.parametrize(
    ("wire", "answer"),
    [
        (OPENAI, {"model": "served-1", "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"content": "Once upon"}}]}),
        (ANTHROPIC, {"type": "message", "model": "served-1", "stop_reason": "end_turn",
                     "content": [{"type": "text", "text": "Once upon"}]}),
        (OLLAMA, {"model": "served-1", "done": True, "done_reason": "stop",
                  "message": {"role": "assistant", "content": "Once upon"}}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)  # fmt: skip
@pytest.mark.parametrize(
    "said",
    [
        "Streaming is not supported for this model.",
        "Your organization must be verified to stream this model.",
        "Unsupported value: 'stream' does not support true with this model.",
    ],
)
async def test_a_server_that_does_not_stream_answers_as_a_whole(
    wire: Wire, answer: dict[str, Any], said: str, server: FakeServer, made: Make
) -> None:
    server.plan(no(said, param="stream"), failing(200, answer))
    assert completed(await ask(made(wire))).text == "Once upon"
    assert server.last.body["stream"] is False
    assert "stream_options" not in server.last.body


async def test_only_an_unknown_field_of_the_bodys_is_left_out(
    server: FakeServer, made: Make
) -> None:
    server.plan(no("Unknown field: stream_options"), good(OPENAI))
    assert completed(await ask(made(OPENAI))).text == "Fine."
    assert server.last.body["stream"] is True


# What may pass


class Clock:
    """Stands in for `asyncio.sleep` and keeps what it was asked for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def parts_of(model: Model) -> list[StreamPart]:
    async with aclosing(model.stream(ModelRequest("m-1", (Message("user", "Hello"),)))) as parts:
        return [part async for part in parts]


def patient(adapter: Provider) -> tuple[Model, Clock]:
    clock = Clock()
    return Model(adapter, "m-1", rng=random.Random(1), sleep=clock), clock


@pytest.mark.parametrize("wire", ALL, ids=lambda wire: wire.name)
async def test_retries_are_announced_before_they_are_waited_for(
    wire: Wire, server: FakeServer, made: Make
) -> None:
    server.plan(no("busy", 503), no("slow", 429), good(wire))
    model, clock = patient(made(wire))
    waits = [part for part in await parts_of(model) if isinstance(part, Waiting)]
    assert [(each.attempt, each.most) for each in waits] == [(2, 4), (3, 4)]
    assert [each.seconds for each in waits] == clock.seconds
    assert [each.error.kind.value for each in waits] == ["overloaded", "rate_limit"]


@pytest.mark.parametrize("wire", ALL, ids=lambda wire: wire.name)
async def test_a_model_that_is_loaded_is_waited_for(
    wire: Wire, server: FakeServer, made: Make
) -> None:
    loading = no("Loading model", 503, type="unavailable_error", code=503)
    server.plan(*[loading] * 12, good(wire))
    model, clock = patient(made(wire))
    *parts, last = await parts_of(model)
    assert isinstance(last, Completion)
    waits = [part for part in parts if isinstance(part, Waiting)]
    assert [each.attempt for each in waits] == list(range(2, 14))
    assert sum(clock.seconds) > 60
    assert max(clock.seconds) <= 10


@pytest.mark.parametrize("wire", ALL, ids=lambda wire: wire.name)
async def test_a_model_that_is_never_loaded_is_given_up(
    wire: Wire, server: FakeServer, made: Make
) -> None:
    server.plan(*[no("Loading model", 503)] * 200)
    model, clock = patient(made(wire))
    with pytest.raises(ProviderError, match=r"loading the model.*after \d\d+ tries"):
        await parts_of(model)
    assert 900 <= sum(clock.seconds) <= 920
    server.forget_plans()


@pytest.mark.parametrize("wire", ALL, ids=lambda wire: wire.name)
async def test_a_prompt_that_is_being_read_is_not_sent_again(
    wire: Wire, server: FakeServer, made: Make
) -> None:
    server.plan(Script(ending="stall"))
    model, _ = patient(made(wire))
    with pytest.raises(ProviderError, match=r"sent nothing for 0\.8 s") as caught:
        await parts_of(model)
    assert caught.value.kind is ProviderErrorKind.TIMEOUT
    assert "cancel" not in str(caught.value)
    assert "prompt_timeout" in caught.value.hint
    assert len(server.received) == 1


@pytest.mark.parametrize("wire", ALL, ids=lambda wire: wire.name)
async def test_a_slow_prompt_may_take_longer_than_a_pause(
    wire: Wire, server: FakeServer, made: Make
) -> None:
    server.plan(Script((0.6, *wire.answer(["Fine."]))))
    answer = completed(await ask(made(wire, prompt_timeout=20.0)))
    assert answer.text == "Fine."


async def test_keep_alives_are_a_sign_of_life_for_so_long(server: FakeServer, made: Make) -> None:
    comments = [piece for _ in range(40) for piece in (b": alive\n\n", 0.1)]
    server.plan(Script((*comments[:16], *OPENAI.answer(["Fine."]))), Script(tuple(comments)))
    adapter = made(OPENAI, prompt_timeout=2.0)
    assert completed(await ask(adapter)).text == "Fine."
    error = (await ask(adapter)).error
    assert error is not None
    assert error.kind is ProviderErrorKind.TIMEOUT
    assert "prompt_timeout" in error.hint
    assert not error.retryable


async def test_a_schema_that_is_refused_is_put_into_words_at_once(
    server: FakeServer, made: Make
) -> None:
    schema = {"type": "object", "properties": {"mood": {"type": "string"}}}
    server.plan(no("output_config: Extra inputs are not permitted"), good(ANTHROPIC, "{}"))
    completed(await ask(made(ANTHROPIC), schema=schema))
    assert "output_config" not in server.last.body
    assert "mood" in server.last.body["messages"][-1]["content"]
