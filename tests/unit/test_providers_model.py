from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message, Usage
from core.providers.base import (
    Chunk,
    Completion,
    ModelInfo,
    ModelRequest,
    Readiness,
    StreamPart,
)
from core.providers.model import Model

SCHEMA = {"type": "object", "required": ["mood"], "properties": {"mood": {"type": "string"}}}
REQUEST = ModelRequest("m", (Message("user", "How are you?"),))
Kind = ProviderErrorKind


def fault(kind: Kind = Kind.OVERLOADED, retry_after: float | None = None) -> ProviderError:
    return ProviderError(kind, "It did not work.", "Hint.", retry_after=retry_after)


class Listed:
    """A provider whose answers are a list; an error is raised, after the text if a pair."""

    name = "listed"

    def __init__(
        self,
        *answers: str | ProviderError | tuple[str, ProviderError],
        native_schema: bool = True,
    ) -> None:
        self.native_schema = native_schema
        self.requests: list[ModelRequest] = []
        self._answers = list(answers)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        self.requests.append(request)
        answer = self._answers.pop(0)
        text, error = answer if isinstance(answer, tuple) else (answer, None)
        if isinstance(text, ProviderError):
            raise text
        yield Chunk(text)
        if error is not None:
            raise error
        yield Completion(text, Usage(10, 5))

    async def models(self) -> list[ModelInfo]:
        return []

    def check(self, model: str) -> None:
        pass

    async def readiness(self) -> Readiness:
        return Readiness(True)

    async def aclose(self) -> None:
        pass


class Waits:
    """Stands in for `asyncio.sleep` and keeps what it was asked for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def model(provider: Listed, waits: Waits, **kwargs: int) -> Model:
    return Model(provider, "m", rng=random.Random(1), sleep=waits, **kwargs)


async def test_a_fault_that_may_pass_is_waited_out() -> None:
    provider, waits = Listed(fault(), fault(Kind.NETWORK), "Fine."), Waits()
    assert (await model(provider, waits).answer(REQUEST)).text == "Fine."
    assert len(waits.seconds) == 2
    assert 0 <= waits.seconds[0] <= 0.5
    assert 0 <= waits.seconds[1] <= 1.0


async def test_the_waits_are_jittered_and_grow_up_to_a_cap() -> None:
    waits = Waits()
    for _ in range(50):
        provider = Listed(*[fault()] * 9)
        with pytest.raises(ProviderError):
            await Model(
                provider, "m", retries=8, rng=random.Random(_), sleep=waits
            ).answer(REQUEST)  # fmt: skip
    firsts, lasts = waits.seconds[0::8], waits.seconds[7::8]
    assert max(firsts) <= 0.5
    assert 15 < max(lasts) <= 20
    assert min(lasts) < 5
    assert len(set(firsts)) > 40


async def test_the_last_error_tells_how_many_tries_there_were() -> None:
    provider, waits = Listed(*[fault()] * 3), Waits()
    with pytest.raises(ProviderError, match=r"did not work \(after 3 tries\)\.") as caught:
        await model(provider, waits, retries=2).answer(REQUEST)
    assert caught.value.hint == "Hint."
    assert len(provider.requests) == 3


async def test_the_wait_a_server_names_is_kept() -> None:
    provider, waits = Listed(fault(Kind.RATE_LIMIT, 7.0), "Fine."), Waits()
    await model(provider, waits).answer(REQUEST)
    assert 7.0 <= waits.seconds[0] <= 7.5


async def test_a_wait_of_an_hour_is_not_waited() -> None:
    provider, waits = Listed(fault(Kind.RATE_LIMIT, 3600.0)), Waits()
    with pytest.raises(ProviderError) as caught:
        await model(provider, waits).answer(REQUEST)
    assert caught.value.retry_after == 3600.0
    assert not waits.seconds


@pytest.mark.parametrize("kind", [Kind.AUTH, Kind.UNKNOWN_MODEL, Kind.REFUSED, Kind.PROTOCOL])
async def test_what_will_not_pass_is_not_tried_again(kind: Kind) -> None:
    provider, waits = Listed(fault(kind)), Waits()
    with pytest.raises(ProviderError) as caught:
        await model(provider, waits).answer(REQUEST)
    assert caught.value.message == "It did not work."
    assert not waits.seconds


async def test_an_answer_that_was_begun_is_never_begun_again() -> None:
    provider, waits = Listed(("Once upon", fault(Kind.NETWORK))), Waits()
    heard: list[StreamPart] = []

    async def read() -> None:
        async with aclosing(model(provider, waits).stream(REQUEST)) as parts:
            async for part in parts:
                heard.append(part)

    with pytest.raises(ProviderError):
        await read()
    assert heard == [Chunk("Once upon")]
    assert len(provider.requests) == 1


async def test_json_that_fits_is_returned_at_once() -> None:
    provider = Listed('```json\n{"mood": "fine"}\n```')
    value, answer = await model(provider, Waits()).answer_json(
        ModelRequest("m", REQUEST.messages, schema=SCHEMA)
    )
    assert value == {"mood": "fine"}
    assert answer.usage == Usage(10, 5)
    assert provider.requests[0].messages == REQUEST.messages


async def test_json_that_does_not_fit_is_repaired_once() -> None:
    provider = Listed('{"mood": 3}', '{"mood": "fine"}')
    value, answer = await model(provider, Waits()).answer_json(
        ModelRequest("m", REQUEST.messages, schema=SCHEMA)
    )
    assert value == {"mood": "fine"}
    assert answer.usage == Usage(20, 10)
    *_, shown, complaint = provider.requests[1].messages
    assert shown == Message("assistant", '{"mood": 3}')
    assert "$.mood" in complaint.content
    assert "string" in complaint.content


async def test_json_that_does_not_fit_twice_is_an_error() -> None:
    provider = Listed("Fine, thanks.", "As I said: fine.")
    with pytest.raises(ProviderError, match="not JSON") as caught:
        await model(provider, Waits()).answer_json(
            ModelRequest("m", REQUEST.messages, schema=SCHEMA)
        )
    assert caught.value.kind is Kind.PROTOCOL
    assert len(provider.requests) == 2


async def test_a_schema_that_is_not_enforced_is_put_into_words() -> None:
    provider = Listed('{"mood": 3}', '{"mood": "fine"}', native_schema=False)
    request = ModelRequest("m", REQUEST.messages, schema=SCHEMA)
    await model(provider, Waits()).answer_json(request)
    for sent in provider.requests:
        mentions = [message for message in sent.messages if '"mood": {' in message.content]
        assert len(mentions) == 1
    assert provider.requests[0].messages[0].content.startswith("How are you?")


def test_a_model_is_named_as_a_person_names_it() -> None:
    assert str(Model(Listed(), "m")) == "listed:m"
    assert str(Model(Listed(), "")) == "listed"
