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
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.providers.adapter import Adapter, http_options
from core.providers.addresses import ollama_url
from core.providers.answer import Answer, count_of, text_of
from core.providers.base import ModelInfo, ModelRequest, StreamPart
from core.providers.ends import OLLAMA, End, Finish, finish_of
from core.providers.request_json import encoded

if TYPE_CHECKING:
    from ollama import AsyncClient

_TOP_LEVEL = ("format", "stream")
"""What does not stand among the options."""
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
        timeout = (settings.connect_timeout, self.patience, self.patience, None)
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

    async def _send(self, client: AsyncClient, body: Mapping[str, Any]) -> Any:
        # The SDK's own reading of the stream takes no line that is not perfect.
        http = client._client
        headers = {"content-type": "application/json"}
        request = http.build_request("POST", "/api/chat", content=encoded(body), headers=headers)
        return await http.send(request, stream=True)

    def _optional(self, request: ModelRequest) -> dict[str, Any]:
        params = request.params
        values = {
            "temperature": params.temperature,
            "top_p": params.top_p,
            "top_k": params.top_k,
            "num_predict": params.max_tokens,
            "seed": params.seed,
            "stop": list(params.stop) if params.stop else None,
            "num_ctx": params.context_length,
            "format": request.schema if self.native_schema else None,
            "stream": True,
        }
        return {key: value for key, value in values.items() if value is not None}

    def _body(self, request: ModelRequest, sent: Mapping[str, Any]) -> dict[str, Any]:
        options = {key: value for key, value in sent.items() if key not in _TOP_LEVEL}
        return {
            "model": self.model_of(request),
            "messages": request.messages,
            "tools": [],
            "stream": True,
            **{key: sent[key] for key in _TOP_LEVEL if key in sent},
            "options": options,
        }

    def _take(self, value: Any, name: str, answer: Answer) -> list[StreamPart]:
        if not isinstance(value, Mapping):
            return []
        message = value.get("message")
        done = value.get("done") is True
        if not isinstance(message, Mapping) and not done:
            return []
        answer.heard = True
        answer.model = value.get("model") or answer.model
        parts: list[StreamPart] = []
        if isinstance(message, Mapping):
            parts += answer.think(text_of(message.get("thinking")))
            parts += answer.add(text_of(message.get("content")))
        if done:
            _note_end(value, answer)
        answer.progress += bool(parts or done)
        return parts


def _note_end(event: Mapping[str, Any], answer: Answer) -> None:
    """Take in the last event; versions before 0.3 gave no reason."""
    answer.note_finish(finish_of(event.get("done_reason"), OLLAMA) or Finish(End.COMPLETE, "done"))
    answer.input_tokens = event.get("prompt_eval_count")
    answer.output_tokens = event.get("eval_count")


def _context_length(details: Mapping[str, Any]) -> int | None:
    """Find `llama.context_length`, `qwen3.context_length` … among a model's details."""
    for key, value in details.items():
        if key.endswith(".context_length") and (length := count_of(value)):
            return length
    return None
