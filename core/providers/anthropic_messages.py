"""The Anthropic wire, `/v1/messages`.

| parameter      | sent as                                                                  |
|----------------|--------------------------------------------------------------------------|
| temperature    | `temperature` (at most 1) under the API version that still has it        |
| top_p, top_k   | `top_p`, `top_k`, likewise                                               |
| max_tokens     | `max_tokens`, which the wire requires: 8,192 if not set                  |
| seed           | not sent: the wire has none                                              |
| stop           | `stop_sequences`, without those that are only white space                |
| context_length | not sent: the server decides                                             |
| schema         | `output_config.format`                                                   |

API version 2026-10-21, the SDK's default, refuses the three sampling parameters; version
2023-06-01 takes them for the models that have them. So a request that sets one is sent
under the older version, and a parameter that the model refuses is left out from then on.
Thinking that is streamed beside the answer is not part of it and ignored.

Options: `max_tokens` (the default), `native_schema: false` for servers such as
llama.cpp's, which take a schema and ignore it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import ProviderErrorKind
from core.messages import Message
from core.providers.adapter import Adapter, http_options, require_model
from core.providers.answer import Answer, count_of
from core.providers.base import FinishReason, ModelInfo, ModelRequest, StreamPart
from core.providers.target import Target

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import RawMessageStreamEvent

_NO_KEY = "none"
"""Sent to servers that ask for none: without one the SDK would look for Anthropic's own."""
_SAMPLING_VERSION = {"anthropic-version": "2023-06-01"}
_SAMPLING = ("temperature", "top_p", "top_k")
_MAX_TOKENS = 8192
_FINISHES: Mapping[str, FinishReason] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}
"""Every other reason but a refusal is a proper end."""
_OPENER = "(The conversation begins.)"
"""Stands where the wire requires a user's message and the conversation has none."""
_PROMPT = "(Go on.)"
"""Follows an assistant's message that comes last: newer models do not continue one."""


class AnthropicMessages(Adapter["AsyncAnthropic"]):
    """A server that speaks the Anthropic wire."""

    default_url = "https://api.anthropic.com"

    def _build(self) -> AsyncAnthropic:
        import anthropic

        timeout = anthropic.Timeout(
            self.settings.read_timeout, connect=self.settings.connect_timeout
        )
        key = self.settings.api_key or _NO_KEY
        # The SDK sends the key as a bearer token; other servers know the older header.
        headers = {} if self.official else {"X-Api-Key": key}
        client = anthropic.AsyncAnthropic(
            api_key=key,
            base_url=self.url,
            timeout=timeout,
            max_retries=0,
            default_headers=headers,
            open_telemetry=False,
            http_client=anthropic.DefaultAsyncHttpxClient(
                timeout=timeout, **http_options(self.url)
            ),
        )
        if not self.official:
            client.webhook_key = None
            client._custom_headers = headers  # the SDK adds ANTHROPIC_CUSTOM_HEADERS to them
        _ = client.messages, client.models
        return client

    async def _close(self, client: AsyncAnthropic) -> None:
        await client.close()

    async def _list(self, client: AsyncAnthropic) -> list[ModelInfo]:
        return [
            ModelInfo(model.id, count_of(getattr(model, "max_input_tokens", None)) or None)
            async for model in client.models.list()
            if isinstance(model.id, str) and model.id
        ]

    async def _parts(
        self, client: AsyncAnthropic, request: ModelRequest, target: Target
    ) -> AsyncGenerator[StreamPart, None]:
        model = require_model(target)
        fixed: dict[str, Any] = {
            "model": model,
            "messages": turns(request.messages),
            "max_tokens": request.params.max_tokens
            or self.settings.options.get("max_tokens", _MAX_TOKENS),
        }
        if system := system_text(request.messages):
            fixed["system"] = system

        async def call(optional: dict[str, Any]) -> Any:
            return await client.messages.create(stream=True, **fixed, **_as_arguments(optional))

        answer, reading = Answer(request, target), _Reading()
        stream = await self._open(call, model, self._optional(request))
        try:
            async for event in stream:
                text = reading.take(event, answer)
                if text and (chunk := answer.add(text)):
                    yield chunk
        finally:
            await stream.close()
        if reading.refused:
            raise target.error(ProviderErrorKind.REFUSED, reading.explanation)
        yield answer.completion()

    def _optional(self, request: ModelRequest) -> dict[str, Any]:
        """Return everything that a server may turn out not to take."""
        params = request.params
        stop = [text for text in params.stop or () if text.strip()]
        values = {
            "temperature": None if params.temperature is None else min(params.temperature, 1.0),
            "top_p": params.top_p,
            "top_k": params.top_k,
            "stop_sequences": stop or None,
            "output_config": self._output_config(request.schema),
        }
        return {key: value for key, value in values.items() if value is not None}

    def _output_config(self, schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if schema is None or not self.native_schema:
            return None
        from anthropic import transform_schema

        return {"format": {"type": "json_schema", "schema": transform_schema(dict(schema))}}


def system_text(messages: Iterable[Message]) -> str:
    """Return the system messages as the one text that this wire has for them."""
    return "\n\n".join(
        message.content
        for message in messages
        if message.role == "system" and message.content.strip()
    )


def turns(messages: Iterable[Message]) -> list[dict[str, str]]:
    """Return the other messages as this wire wants them.

    They begin and end with a user's, those of one role in a row are one, none is empty.
    """
    merged: list[dict[str, str]] = []
    for message in messages:
        if message.role == "system" or not message.content.strip():
            continue
        if merged and merged[-1]["role"] == message.role:
            merged[-1]["content"] += "\n\n" + message.content
        else:
            merged.append({"role": message.role, "content": message.content})
    if not merged or merged[0]["role"] == "assistant":
        merged.insert(0, {"role": "user", "content": _OPENER})
    if merged[-1]["role"] == "assistant":
        merged.append({"role": "user", "content": _PROMPT})
    return merged


class _Reading:
    """What the events of one answer say beside its text."""

    def __init__(self) -> None:
        self.refused = False
        self.explanation = ""

    def take(self, event: RawMessageStreamEvent, answer: Answer) -> str:
        """Note what one event says; return its text."""
        answer.heard = True
        if event.type == "content_block_delta":
            return event.delta.text if event.delta.type == "text_delta" else ""
        if event.type == "content_block_start":
            return event.content_block.text if event.content_block.type == "text" else ""
        if event.type == "message_start":
            answer.model = event.message.model
            _note_usage(event.message.usage, answer)
        elif event.type == "message_delta":
            self._note_end(event.delta, answer)
            _note_usage(event.usage, answer)
        return ""

    def _note_end(self, delta: Any, answer: Answer) -> None:
        reason = delta.stop_reason
        if reason == "refusal":
            self.refused = True
            details = getattr(delta, "stop_details", None)
            self.explanation = getattr(details, "explanation", None) or ""
        elif reason is not None:
            answer.finish = _FINISHES.get(reason, "stop")


def _note_usage(usage: Any, answer: Answer) -> None:
    """Take over counts that are there; later events repeat them, grown or not at all.

    The wire counts prompt tokens read from and written to a cache apart from the others.
    """
    if usage is None:
        return
    if usage.output_tokens is not None:
        answer.output_tokens = usage.output_tokens
    if usage.input_tokens is not None:
        cached = getattr(usage, "cache_read_input_tokens", None) or 0
        written = getattr(usage, "cache_creation_input_tokens", None) or 0
        answer.cached_tokens = cached
        answer.input_tokens = usage.input_tokens + cached + written


def _as_arguments(optional: dict[str, Any]) -> dict[str, Any]:
    """Put what the SDK has no argument for into the body, under the version that knows it."""
    arguments = dict(optional)
    sampling = {name: arguments.pop(name) for name in _SAMPLING if name in arguments}
    if sampling:
        arguments["extra_body"] = sampling
        arguments["extra_headers"] = _SAMPLING_VERSION
    return arguments
