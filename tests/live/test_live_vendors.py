"""The contract's happy path against real servers: `pytest -m live tests/live`.

Each test needs what it names in the environment and is skipped without.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from core.messages import Message, Params
from core.providers.base import Chunk, Completion, ModelRequest, ProviderSettings
from core.providers.model import Model
from core.providers.registry import ProviderRegistry

pytestmark = pytest.mark.live

SCHEMA = {
    "type": "object",
    "properties": {"capital": {"type": "string"}},
    "required": ["capital"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Vendor:
    name: str
    needs: str
    model_variable: str
    default_model: str = ""
    url_variable: str | None = None
    kind: str | None = None

    def settings(self) -> ProviderSettings:
        keyed = self.needs.endswith("_API_KEY")
        model = os.environ.get(self.model_variable, self.default_model)
        if self.needs not in os.environ or not model:
            pytest.skip(f"needs {self.needs} and {self.model_variable}")
        return ProviderSettings(
            self.name,
            self.kind or self.name,
            base_url=os.environ.get(self.url_variable or self.needs) if not keyed else None,
            api_key=os.environ[self.needs] if keyed else None,
            key_variable=self.needs if keyed else None,
            key_required=keyed,
            default_model=model,
        )


VENDORS = (
    Vendor("openai", "OPENAI_API_KEY", "SALON_LIVE_OPENAI_MODEL", "gpt-4o-mini"),
    Vendor("anthropic", "ANTHROPIC_API_KEY", "SALON_LIVE_ANTHROPIC_MODEL", "claude-haiku-4-5"),
    Vendor("ollama", "OLLAMA_HOST", "SALON_LIVE_OLLAMA_MODEL"),
    Vendor("lmstudio", "LMSTUDIO_BASE_URL", "SALON_LIVE_LMSTUDIO_MODEL", kind="openai"),
)


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
async def model(request: pytest.FixtureRequest) -> AsyncIterator[Model]:
    settings = request.param.settings()
    registry = ProviderRegistry({settings.name: settings})
    provider = registry.provider(settings.name)
    yield Model(provider, settings.default_model or "")
    await registry.aclose()


def ask(model: Model, text: str, **values: object) -> ModelRequest:
    params = Params(temperature=0.2, max_tokens=200, seed=7, context_length=2048)
    messages = (Message("system", "You answer briefly."), Message("user", text))
    return ModelRequest(model.name, messages, params, **values)  # type: ignore[arg-type]


async def test_streams_and_counts(model: Model) -> None:
    async with aclosing(model.stream(ask(model, "Name the capital of Iceland."))) as stream:
        *chunks, last = [part async for part in stream]
    assert isinstance(last, Completion)
    assert "".join(part.text for part in chunks if isinstance(part, Chunk)) == last.text
    assert "Reykjav" in last.text
    assert last.usage.input_tokens > 5
    assert last.usage.output_tokens > 0
    assert not last.usage.estimated


async def test_answers_in_a_schema(model: Model) -> None:
    value, _ = await model.answer_json(
        ask(model, "Name the capital of Iceland, as JSON.", schema=SCHEMA)
    )
    assert "Reykjav" in value["capital"]


async def test_stops_in_mid_answer(model: Model) -> None:
    async with aclosing(model.stream(ask(model, "Count from 1 to 200."))) as stream:
        assert isinstance(await anext(stream), Chunk)


async def test_lists_its_models(model: Model) -> None:
    assert (await model.provider.readiness()).ready
    assert await model.provider.models()
