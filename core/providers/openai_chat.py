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

A parameter that the server says it does not take is renamed, lowered or left out from then
on, per model; the completion says so. Stop texts that it does not take end the answer here.

Options: `extra_params` (whether `top_k` is sent), `max_tokens_field`, `schema_style`
(`json_schema` or `json_object`, llama.cpp's older spelling), `native_schema`, `continues`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from core.messages import Message
from core.providers.adapter import Adapter, http_options
from core.providers.answer import Answer, count_of, text_of
from core.providers.base import ModelInfo, ModelRequest, StreamPart
from core.providers.ends import OPENAI, finish_of
from core.providers.parameters import Adjustments
from core.providers.request_json import encoded
from core.providers.schema import is_strict

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_NO_KEY = "none"
"""Sent to servers that ask for none: without one the SDK would look for OpenAI's own."""
_REASONING_KEYS = ("reasoning_content", "reasoning", "thinking", "thought")
"""What servers call the reasoning that they send beside the text."""
_TEXT_PARTS = frozenset({"text", "output_text", ""})
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
    _plain_json = False
    """Whether JSON is asked for without its schema, which stands in words."""

    def _build(self) -> AsyncOpenAI:
        import openai

        timeout = openai.Timeout(self.patience, connect=self.settings.connect_timeout)
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

    async def _send(self, client: AsyncOpenAI, body: Mapping[str, Any]) -> Any:
        import openai

        # Not through `chat.completions`, which walks every message on the event loop.
        stream = await client.post(
            "/chat/completions",
            content=encoded(body),
            cast_to=object,
            options={"security": {"bearer_auth": True}},
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )
        return stream.response

    def _body(self, request: ModelRequest, sent: Mapping[str, Any]) -> dict[str, Any]:
        adjusted = self._adjusted[self.model_of(request)]
        messages = folded(request.messages) if adjusted.folds_system else request.messages
        return {"model": self.model_of(request), "messages": messages, "stream": True, **sent}

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
            "stream": True,
        }
        return {key: value for key, value in values.items() if value is not None}

    def _response_format(self, schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if schema is None:
            return None
        if not self.native_schema:
            return {"type": "json_object"} if self._plain_json else None
        if self.settings.options.get("schema_style") == "json_object":
            return {"type": "json_object", "schema": schema}
        wrapped = {"name": "answer", "schema": schema, "strict": is_strict(schema)}
        return {"type": "json_schema", "json_schema": wrapped}

    def _spare_schema(self, adjusted: Adjustments, name: str, sent: Mapping[str, Any]) -> None:
        """Have schemas put into words; where JSON as such can be asked for, that is."""
        super()._spare_schema(adjusted, name, sent)
        self._plain_json = sent[name].get("type") == "json_schema"
        if self._plain_json:
            adjusted.dropped.pop(name, None)

    def _take(self, value: Any, name: str, answer: Answer) -> list[StreamPart]:
        """Note what an event says, or a whole answer where a server does not stream."""
        if not isinstance(value, Mapping):
            return []
        choices = value.get("choices")
        if not isinstance(choices, list) and "usage" not in value:
            return []
        answer.heard = True
        answer.model = value.get("model") or answer.model
        if isinstance(usage := value.get("usage"), Mapping):
            _note_usage(usage, answer)
        choice = choices[0] if isinstance(choices, list) and choices else None
        return _chosen(choice, answer) if isinstance(choice, Mapping) else []


def folded(messages: Iterable[Message]) -> list[dict[str, str]]:
    """Return messages with the instructions in front of the user's, roles in turns."""
    turns: list[dict[str, str]] = []
    for each in messages:
        role = "assistant" if each.role == "assistant" else "user"
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += f"\n\n{each.content}"
        else:
            turns.append({"role": role, "content": each.content})
    return turns


def _chosen(choice: Mapping[str, Any], answer: Answer) -> list[StreamPart]:
    """Take in a choice; with some servers the last one has no `delta`."""
    delta = choice.get("delta") or choice.get("message")
    if not isinstance(delta, Mapping):
        delta = {"content": choice.get("text")}
    parts: list[StreamPart] = []
    for key in _REASONING_KEYS:
        if reasoning := text_of(delta.get(key)):
            parts += answer.think(reasoning)
            break
    parts += _contents(delta.get("content"), answer)
    answer.refusal += text_of(delta.get("refusal"))
    answer.note_finish(finish_of(choice.get("finish_reason"), OPENAI))
    answer.progress += bool(parts or answer.finish)
    return parts


def _contents(content: object, answer: Answer) -> list[StreamPart]:
    """Take in what a delta says: a text, or Mistral's list of parts."""
    if isinstance(content, str):
        return answer.add(content)
    if isinstance(content, Mapping):
        content = [content]
    parts: list[StreamPart] = []
    for each in content if isinstance(content, list) else ():
        if isinstance(each, str):
            parts += answer.add(each)
        elif isinstance(each, Mapping):
            parts += _part(each, answer)
    return parts


def _part(part: Mapping[str, Any], answer: Answer) -> list[StreamPart]:
    kind = text_of(part.get("type"))
    if kind in _TEXT_PARTS:
        return answer.add(text_of(part.get("text")))
    if kind == "refusal":
        answer.refusal += text_of(part.get("refusal"))
    inner = part.get(kind) or part.get("thinking") or part.get("text")
    if kind in {"thinking", "reasoning", "reasoning_text", "thought", "summary_text"}:
        if isinstance(inner, str):
            return answer.think(inner)
        listed = inner if isinstance(inner, list) else []
        texts = [text_of(each.get("text")) for each in listed if isinstance(each, Mapping)]
        return answer.think("".join(texts))
    return []


def _note_usage(usage: Mapping[str, Any], answer: Answer) -> None:
    answer.input_tokens = usage.get("prompt_tokens")
    answer.output_tokens = usage.get("completion_tokens")
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    answer.cached_tokens = cached or usage.get("prompt_cache_hit_tokens") or 0


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
