"""Ollama's own wire, `/api/chat`.

| parameter      | sent as (in `options` but for the schema)                                |
|----------------|--------------------------------------------------------------------------|
| temperature    | `temperature`                                                            |
| top_p, top_k   | `top_p`, `top_k`                                                         |
| max_tokens     | `num_predict`                                                            |
| seed           | `seed`                                                                   |
| stop           | `stop`                                                                   |
| context_length | `num_ctx`: without it Ollama cuts long prompts off at a small default    |
| schema         | `format`                                                                 |

Thinking that a model streams beside its answer is not part of it and ignored.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from core.providers.adapter import Adapter, http_options, require_model
from core.providers.addresses import ollama_url
from core.providers.answer import Answer, count_of
from core.providers.base import ModelInfo, ModelRequest, StreamPart
from core.providers.target import Target

if TYPE_CHECKING:
    from ollama import AsyncClient, ChatResponse

_AT_ONCE = 4
"""Requests for the details of models that are under way at the same time."""


class OllamaChat(Adapter["AsyncClient"]):
    """An Ollama server."""

    default_url = "http://127.0.0.1:11434"

    def _url_of(self, address: str) -> str:
        return ollama_url(address)

    def _build(self) -> AsyncClient:
        import ollama

        settings = self.settings
        # In httpx's order: connect, read, write, wait for a free connection.
        timeout = (settings.connect_timeout, settings.read_timeout, settings.read_timeout, None)
        return ollama.AsyncClient(
            self.url,
            timeout=timeout,
            auth=self._authorise,
            **http_options(self.url),
        )

    def _authorise(self, request: Any) -> Any:
        """Send the settings' key or none; the SDK would send `OLLAMA_API_KEY` anywhere."""
        request.headers.pop("authorization", None)
        if self.settings.api_key:
            request.headers["authorization"] = f"Bearer {self.settings.api_key}"
        return request

    async def _close(self, client: AsyncClient) -> None:
        await client.close()  # type: ignore[no-untyped-call]

    async def _list(self, client: AsyncClient) -> list[ModelInfo]:
        names = [model.model for model in (await client.list()).models if model.model]
        turnstile = asyncio.Semaphore(_AT_ONCE)

        async def info(name: str) -> ModelInfo:
            async with turnstile:
                shown = await client.show(name)
            return ModelInfo(name, _context_length(shown.modelinfo or {}))

        return list(await asyncio.gather(*map(info, names)))

    async def _parts(
        self, client: AsyncClient, request: ModelRequest, target: Target
    ) -> AsyncGenerator[StreamPart, None]:
        model = require_model(target)
        # The SDK's stream is an async generator, which its annotation does not tell.
        stream = cast(
            "AsyncGenerator[ChatResponse, None]",
            await self._chat(client, model, request),
        )
        answer = Answer(request, target)
        async with aclosing(stream):
            async for event in stream:
                _note(event, answer)
                text = event.message.content
                if text and (chunk := answer.add(text)):
                    yield chunk
        yield answer.completion()

    async def _chat(
        self, client: AsyncClient, model: str, request: ModelRequest
    ) -> AsyncIterator[ChatResponse]:
        schema = request.schema if self.native_schema else None
        return await client.chat(
            model=model,
            messages=[{"role": each.role, "content": each.content} for each in request.messages],
            stream=True,
            format=dict(schema) if schema is not None else None,
            options=_options(request),
        )


def _options(request: ModelRequest) -> dict[str, Any]:
    params = request.params
    values = {
        "temperature": params.temperature,
        "top_p": params.top_p,
        "top_k": params.top_k,
        "num_predict": params.max_tokens,
        "seed": params.seed,
        "stop": list(params.stop) if params.stop else None,
        "num_ctx": params.context_length,
    }
    return {key: value for key, value in values.items() if value is not None}


def _note(event: ChatResponse, answer: Answer) -> None:
    answer.heard = True
    answer.model = event.model or answer.model
    if event.done:
        answer.finish = "length" if event.done_reason == "length" else "stop"
        answer.input_tokens = event.prompt_eval_count
        answer.output_tokens = event.eval_count


def _context_length(details: Mapping[str, Any]) -> int | None:
    """Find `llama.context_length`, `qwen3.context_length` … among a model's details."""
    for key, value in details.items():
        if key.endswith(".context_length") and (length := count_of(value)):
            return length
    return None
