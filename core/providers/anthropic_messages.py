"""The Anthropic wire, `/v1/messages`.

| parameter      | sent as                                                                  |
|----------------|--------------------------------------------------------------------------|
| temperature    | `temperature` (at most 1) under the API version that still has it        |
| top_p, top_k   | `top_p`, `top_k`, likewise                                               |
| max_tokens     | `max_tokens`, which the wire requires: 8,192 if not set                  |
| seed           | not sent: the wire has none                                              |
| stop           | `stop_sequences`; those that are only white space end the answer here    |
| context_length | not sent: the server decides                                             |
| schema         | `output_config.format`                                                   |

API version 2026-10-21, the SDK's default, refuses the three sampling parameters; version
2023-06-01 takes them for the models that have them. So a request that sets one is sent
under the older version, and a parameter that the model refuses is left out from then on;
the completion says so.

Options: `max_tokens` (the default), `native_schema: false` for servers such as
llama.cpp's, which take a schema and ignore it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from core.messages import Message
from core.providers.adapter import Adapter, http_options
from core.providers.answer import Answer, count_of, text_of
from core.providers.base import ModelInfo, ModelRequest, StreamPart
from core.providers.ends import ANTHROPIC, End, finish_of

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

_NO_KEY = "none"
"""Sent to servers that ask for none: without one the SDK would look for Anthropic's own."""
_SAMPLING_VERSION = {"anthropic-version": "2023-06-01"}
_SAMPLING = ("temperature", "top_p", "top_k")
_MAX_TOKENS = 8192
_OPENER = "(The conversation begins.)"
"""Stands where the wire requires a user's message and the conversation has none."""
_PROMPT = "(Go on.)"
"""Follows an assistant's message that comes last: newer models do not continue one."""


class AnthropicMessages(Adapter["AsyncAnthropic"]):
    """A server that speaks the Anthropic wire."""

    default_url = "https://api.anthropic.com"

    def _build(self) -> AsyncAnthropic:
        import anthropic

        timeout = anthropic.Timeout(self.patience, connect=self.settings.connect_timeout)
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

    async def _send(self, client: AsyncAnthropic, body: Mapping[str, Any]) -> Any:
        import anthropic

        sampled = not body.keys().isdisjoint(_SAMPLING)
        stream = await client.post(
            "/v1/messages",
            body=body,
            cast_to=object,
            options={"headers": _SAMPLING_VERSION} if sampled else {},
            stream=True,
            stream_cls=anthropic.AsyncStream[object],
        )
        return stream.response

    def _body(self, request: ModelRequest, sent: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model_of(request),
            "messages": turns(request.messages),
            "stream": True,
            **sent,
        }
        if system := system_text(request.messages):
            body["system"] = system
        return body

    def _optional(self, request: ModelRequest) -> dict[str, Any]:
        """Return everything that a server may turn out not to take."""
        params = request.params
        stop = [text for text in params.stop or () if text.strip()]
        values = {
            "max_tokens": params.max_tokens or self.settings.options.get("max_tokens", _MAX_TOKENS),
            "temperature": None if params.temperature is None else min(params.temperature, 1.0),
            "top_p": params.top_p,
            "top_k": params.top_k,
            "stop_sequences": stop or None,
            "output_config": self._output_config(request.schema),
            "stream": True,
        }
        return {key: value for key, value in values.items() if value is not None}

    def _output_config(self, schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if schema is None or not self.native_schema:
            return None
        from anthropic import transform_schema

        return {"format": {"type": "json_schema", "schema": transform_schema(dict(schema))}}

    def _take(self, value: Any, name: str, answer: Answer) -> list[StreamPart]:
        """Note what an event says; its own type counts, as some servers send no `event:` line."""
        if not isinstance(value, Mapping):
            return []
        kind = text_of(value.get("type")) or name
        read = _EVENTS.get(kind)
        if read is None:
            return []
        answer.heard = True
        parts = read(value, answer)
        answer.progress += bool(parts or answer.finish)
        return parts


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


def _message(event: Mapping[str, Any], answer: Answer) -> list[StreamPart]:
    """Take in the start of an answer, or a whole one where a server does not stream."""
    inner = event.get("message")
    message = inner if isinstance(inner, Mapping) else event
    answer.model = message.get("model")
    _note_usage(message.get("usage"), answer)
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    parts = answer.add(content) if isinstance(content, str) else []
    for block in blocks:
        parts += _block(block, answer)
    _note_end(message, answer)
    return parts


def _block_start(event: Mapping[str, Any], answer: Answer) -> list[StreamPart]:
    return _block(event.get("content_block"), answer)


def _block(block: object, answer: Answer) -> list[StreamPart]:
    if not isinstance(block, Mapping):
        return []
    thoughts = answer.think(text_of(block.get("thinking")))
    return [*thoughts, *answer.add(text_of(block.get("text")))]


def _delta(event: Mapping[str, Any], answer: Answer) -> list[StreamPart]:
    return _block(event.get("delta"), answer)


def _end(event: Mapping[str, Any], answer: Answer) -> list[StreamPart]:
    delta = event.get("delta")
    if isinstance(delta, Mapping):
        _note_end(delta, answer)
    _note_usage(event.get("usage"), answer)
    return []


def _done(event: Mapping[str, Any], answer: Answer) -> list[StreamPart]:
    answer.done = True
    return []


def _nothing(event: Mapping[str, Any], answer: Answer) -> list[StreamPart]:
    return []


_EVENTS: Mapping[str, Callable[[Mapping[str, Any], Answer], list[StreamPart]]] = {
    "message": _message,
    "message_start": _message,
    "content_block_start": _block_start,
    "content_block_delta": _delta,
    "content_block_stop": _nothing,
    "message_delta": _end,
    "message_stop": _done,
    "ping": _nothing,
}
"""By the type of an event; later types are passed over."""


def _note_end(values: Mapping[str, Any], answer: Answer) -> None:
    finish = finish_of(values.get("stop_reason"), ANTHROPIC)
    answer.note_finish(finish)
    if finish is not None and finish.end is End.REFUSED:
        details = values.get("stop_details")
        words = details.get("explanation") if isinstance(details, Mapping) else None
        answer.refusal = text_of(words)


def _note_usage(usage: object, answer: Answer) -> None:
    """Take over counts that are there; later events repeat them, grown or not at all.

    The wire counts prompt tokens read from and written to a cache apart from the others.
    """
    if not isinstance(usage, Mapping):
        return
    if usage.get("output_tokens") is not None:
        answer.output_tokens = usage["output_tokens"]
    asked = count_of(usage.get("input_tokens"))
    if asked is not None:
        cached = count_of(usage.get("cache_read_input_tokens")) or 0
        written = count_of(usage.get("cache_creation_input_tokens")) or 0
        answer.cached_tokens = cached
        answer.input_tokens = asked + cached + written
