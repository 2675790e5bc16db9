"""The OpenAI wire, `/chat/completions`: OpenAI, LM Studio, llama.cpp, vLLM and many more.

| parameter      | sent as                                                                  |
|----------------|--------------------------------------------------------------------------|
| temperature    | `temperature`                                                            |
| top_p          | `top_p`                                                                  |
| top_k          | `top_k` in the body, where the endpoint is not OpenAI's own              |
| max_tokens     | `max_completion_tokens` at OpenAI, `max_tokens` elsewhere                |
| seed           | `seed`                                                                   |
| stop           | `stop`                                                                   |
| context_length | not sent: the server decides                                             |
| schema         | `response_format` of type `json_schema`                                  |

A parameter that the server says it does not take is left out from then on, per model.
Reasoning that a server streams beside the answer is not part of it and ignored.

Options: `extra_params` (whether `top_k` is sent), `max_tokens_field`, `schema_style`
(`json_schema` or `json_object`, llama.cpp's older spelling), `native_schema`, `continues`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import ProviderErrorKind
from core.providers.adapter import Adapter, http_options, require_model
from core.providers.answer import Answer, count_of
from core.providers.base import FinishReason, ModelInfo, ModelRequest, StreamPart
from core.providers.schema import is_strict
from core.providers.target import Target

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import CompletionUsage
    from openai.types.chat.chat_completion_chunk import ChatCompletionChunk, ChoiceDelta

_NO_KEY = "none"
"""Sent to servers that ask for none: without one the SDK would look for OpenAI's own."""
_FINISHES: Mapping[str, FinishReason] = {"length": "length"}
"""Every other reason but a refusal is a proper end."""
_CONTEXT_FIELDS = (
    "context_length",
    "max_context_length",
    "context_window",
    "max_model_len",
    "n_ctx",
    "n_ctx_train",
)
"""What OpenRouter, LM Studio, Groq, vLLM and llama.cpp call it in their lists of models."""


class OpenAIChat(Adapter["AsyncOpenAI"]):
    """A server that speaks the OpenAI wire."""

    default_url = "https://api.openai.com/v1"

    def _build(self) -> AsyncOpenAI:
        import openai

        timeout = openai.Timeout(self.settings.read_timeout, connect=self.settings.connect_timeout)
        client = openai.AsyncOpenAI(
            api_key=self.settings.api_key or _NO_KEY,
            base_url=self.url,
            timeout=timeout,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(timeout=timeout, **http_options(self.url)),
        )
        if not self.official:
            _forget_environment(client)
        return _warmed(client)

    async def _close(self, client: AsyncOpenAI) -> None:
        await client.close()

    async def _list(self, client: AsyncOpenAI) -> list[ModelInfo]:
        return [
            ModelInfo(model.id, _context_length(model.model_extra or {}))
            async for model in client.models.list()
            if isinstance(model.id, str) and model.id
        ]

    async def _parts(
        self, client: AsyncOpenAI, request: ModelRequest, target: Target
    ) -> AsyncGenerator[StreamPart, None]:
        model = require_model(target)
        messages: Any = [{"role": each.role, "content": each.content} for each in request.messages]

        async def call(optional: dict[str, Any]) -> Any:
            return await client.chat.completions.create(
                model=model, messages=messages, stream=True, **_as_arguments(optional)
            )

        answer, reading = Answer(request, target), _Reading()
        stream = await self._open(call, model, self._optional(request))
        try:
            async for event in stream:
                text = reading.take(event, answer)
                if text and (chunk := answer.add(text)):
                    yield chunk
        finally:
            await stream.close()
        if reading.refusal or reading.filtered:
            raise target.error(ProviderErrorKind.REFUSED, reading.refusal)
        yield answer.completion()

    def _optional(self, request: ModelRequest) -> dict[str, Any]:
        """Return everything that a server may turn out not to take."""
        params, options = request.params, self.settings.options
        length = "max_completion_tokens" if self.official else "max_tokens"
        values = {
            "temperature": params.temperature,
            "top_p": params.top_p,
            "top_k": params.top_k if options.get("extra_params", not self.official) else None,
            options.get("max_tokens_field", length): params.max_tokens,
            "seed": params.seed,
            "stop": list(params.stop) if params.stop else None,
            "response_format": self._response_format(request.schema),
            "stream_options": {"include_usage": True},
        }
        return {key: value for key, value in values.items() if value is not None}

    def _response_format(self, schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if schema is None or not self.native_schema:
            return None
        if self.settings.options.get("schema_style") == "json_object":
            return {"type": "json_object", "schema": schema}
        wrapped = {"name": "answer", "schema": schema, "strict": is_strict(schema)}
        return {"type": "json_schema", "json_schema": wrapped}


class _Reading:
    """What the events of one answer say beside its text."""

    def __init__(self) -> None:
        self.refusal = ""
        self.filtered = False

    def take(self, event: ChatCompletionChunk, answer: Answer) -> str:
        """Note what one event says; return its text.

        The SDK builds events without validating them: with some servers, the last one's
        choice has no `delta`.
        """
        answer.heard = True
        answer.model = event.model or answer.model
        if event.usage is not None:
            _note_usage(event.usage, answer)
        return self._text(event.choices[0], answer) if event.choices else ""

    def _text(self, choice: Any, answer: Answer) -> str:
        reason = choice.finish_reason
        if reason == "content_filter":
            self.filtered = True
        elif reason is not None:
            answer.finish = _FINISHES.get(reason, "stop")
        delta: ChoiceDelta | None = choice.delta
        if delta is None:
            return ""
        self.refusal += delta.refusal or ""
        return delta.content or ""


def _note_usage(usage: CompletionUsage, answer: Answer) -> None:
    answer.input_tokens = usage.prompt_tokens
    answer.output_tokens = usage.completion_tokens
    details = usage.prompt_tokens_details
    answer.cached_tokens = (details.cached_tokens or 0) if details else 0


def _as_arguments(optional: dict[str, Any]) -> dict[str, Any]:
    """Put what the SDK has no argument for into the body."""
    arguments = dict(optional)
    if "top_k" in arguments:
        arguments["extra_body"] = {"top_k": arguments.pop("top_k")}
    return arguments


def _context_length(extra: Mapping[str, Any]) -> int | None:
    """Find the length among a model's fields; llama.cpp has its own in `meta`."""
    fields = {**extra, **(extra.get("meta") or {})}
    for name in _CONTEXT_FIELDS:
        if length := count_of(fields.get(name)):
            return length
    return None


def _forget_environment(client: AsyncOpenAI) -> None:
    """Take out of a client what the SDK reads for OpenAI's own endpoint from the environment."""
    client.organization = client.project = client.admin_api_key = client.webhook_secret = None
    client._custom_headers = {}  # the SDK adds OPENAI_CUSTOM_HEADERS to whatever it is given
    client._ambient_authorizations = frozenset()


def _warmed(client: AsyncOpenAI) -> AsyncOpenAI:
    """Have the SDK import now, in this thread, what it would import at the first request."""
    _ = client.chat.completions, client.models, client.auth_headers
    return client
