"""What the three wires send, frame by frame.

Shapes: platform.openai.com/docs/api-reference/chat-streaming,
platform.claude.com/docs/en/build-with-claude/streaming and
github.com/ollama/ollama/blob/main/docs/api.md.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from core.providers.anthropic_messages import AnthropicMessages
from core.providers.base import Provider, ProviderSettings
from core.providers.ollama_chat import OllamaChat
from core.providers.openai_chat import OpenAIChat

INPUT_TOKENS, CACHED_TOKENS, OUTPUT_TOKENS = 30, 10, 7
"""What every wire is made to report, its own way; the first includes the second."""


class Wire(ABC):
    """One vendor's way of saying things."""

    name: str
    path: str

    @abstractmethod
    def adapter(self, settings: ProviderSettings) -> Provider:
        """Build the adapter under test."""

    def base_url(self, server_url: str) -> str:
        """Return the base URL as a user would write it."""
        return server_url

    @abstractmethod
    def text(self, text: str) -> bytes:
        """One piece of an answer."""

    @abstractmethod
    def start(self) -> list[bytes]:
        """What comes before the text."""

    @abstractmethod
    def end(self, reason: str = "stop", *, usage: bool = True) -> list[bytes]:
        """What comes after it; `reason` is `stop`, `length` or `refused`."""

    @abstractmethod
    def fault(self, message: str) -> bytes:
        """An error in mid-stream, of the kind that says that the server is overloaded."""

    @abstractmethod
    def error(self, kind: str, message: str) -> object:
        """The body of an error response."""

    @abstractmethod
    def malformed(self) -> bytes:
        """A frame that is none."""

    def answer(self, pieces: Sequence[str], reason: str = "stop") -> list[bytes]:
        """A whole answer."""
        return [*self.start(), *(self.text(piece) for piece in pieces), *self.end(reason)]

    def usage_of_cached(self) -> int:
        """How many cached tokens the adapter can know of."""
        return CACHED_TOKENS


def _data(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


class OpenAIWire(Wire):
    name = "openai"
    path = "/v1/chat/completions"

    def adapter(self, settings: ProviderSettings) -> Provider:
        return OpenAIChat(settings)

    def base_url(self, server_url: str) -> str:
        return f"{server_url}/v1"

    def chunk(self, delta: dict[str, Any] | None, reason: str | None = None) -> bytes:
        choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
        return _data(self._event() | {"choices": [] if delta is None else choices})

    def _event(self) -> dict[str, Any]:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "served-1",
        }

    def start(self) -> list[bytes]:
        return [
            b": a comment keeps the connection alive\n\n",
            self.chunk({"role": "assistant", "content": ""}),
            self.chunk({"reasoning_content": "not part of the answer"}),
        ]

    def text(self, text: str) -> bytes:
        return self.chunk({"content": text})

    def end(self, reason: str = "stop", *, usage: bool = True) -> list[bytes]:
        if reason == "refused":
            said = self.chunk({"refusal": "I would rather not."})
            return [said, self.chunk({}, "stop"), b"data: [DONE]\n\n"]
        counts = {
            "prompt_tokens": INPUT_TOKENS,
            "completion_tokens": OUTPUT_TOKENS,
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
            "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
        }
        last = [_data(self._event() | {"choices": [], "usage": counts})] if usage else []
        return [self.chunk({}, reason), *last, b"data: [DONE]\n\n"]

    def fault(self, message: str) -> bytes:
        return _data({"error": {"message": message, "type": "server_error", "code": None}})

    def error(self, kind: str, message: str) -> object:
        return {"error": {"message": message, "type": kind, "param": None, "code": None}}

    def malformed(self) -> bytes:
        return b'data: {"choices": [\n\n'


class AnthropicWire(Wire):
    name = "anthropic"
    path = "/v1/messages"

    def adapter(self, settings: ProviderSettings) -> Provider:
        return AnthropicMessages(settings)

    def event(self, kind: str, **values: object) -> bytes:
        return f"event: {kind}\n".encode() + _data({"type": kind, **values})

    def start(self) -> list[bytes]:
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "served-1",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {
                "input_tokens": INPUT_TOKENS - CACHED_TOKENS - 5,
                "cache_read_input_tokens": CACHED_TOKENS,
                "cache_creation_input_tokens": 5,
                "output_tokens": 1,
            },
        }
        thinking = {"type": "thinking_delta", "thinking": "not part of the answer"}
        return [
            self.event("message_start", message=message),
            self.event("ping"),
            self.event(
                "content_block_start",
                index=0,
                content_block={"type": "thinking", "thinking": "", "signature": ""},
            ),
            self.event("content_block_delta", index=0, delta=thinking),
            self.event("content_block_stop", index=0),
            self.event("content_block_start", index=1, content_block={"type": "text", "text": ""}),
        ]

    def text(self, text: str) -> bytes:
        return self.event(
            "content_block_delta", index=1, delta={"type": "text_delta", "text": text}
        )

    def end(self, reason: str = "stop", *, usage: bool = True) -> list[bytes]:
        reasons = {"stop": "end_turn", "length": "max_tokens", "refused": "refusal"}
        delta: dict[str, Any] = {"stop_reason": reasons[reason], "stop_sequence": None}
        if reason == "refused":
            delta["stop_details"] = {"type": "refusal", "explanation": "I would rather not."}
        return [
            self.event("content_block_stop", index=1),
            self.event("message_delta", delta=delta, usage={"output_tokens": OUTPUT_TOKENS}),
            self.event("message_stop"),
        ]

    def fault(self, message: str) -> bytes:
        return self.event("error", error={"type": "overloaded_error", "message": message})

    def error(self, kind: str, message: str) -> object:
        return {"type": "error", "error": {"type": kind, "message": message}}

    def malformed(self) -> bytes:
        return b'event: message_start\ndata: {"type": "mess\n\n'


class OllamaWire(Wire):
    name = "ollama"
    path = "/api/chat"

    def adapter(self, settings: ProviderSettings) -> Provider:
        return OllamaChat(settings)

    def base_url(self, server_url: str) -> str:
        return server_url.removeprefix("http://")

    def line(self, message: dict[str, Any], **values: object) -> bytes:
        event = {"model": "served-1", "created_at": "2026-01-01T00:00:00Z", "done": False}
        event |= {"message": {"role": "assistant", "content": "", **message}, **values}
        return json.dumps(event, ensure_ascii=False).encode() + b"\n"

    def start(self) -> list[bytes]:
        return [self.line({"thinking": "not part of the answer"})]

    def text(self, text: str) -> bytes:
        return self.line({"content": text})

    def end(self, reason: str = "stop", *, usage: bool = True) -> list[bytes]:
        counts = {"prompt_eval_count": INPUT_TOKENS, "eval_count": OUTPUT_TOKENS}
        return [self.line({}, done=True, done_reason=reason, **(counts if usage else {}))]

    def fault(self, message: str) -> bytes:
        return json.dumps({"error": message}).encode() + b"\n"

    def error(self, kind: str, message: str) -> object:
        return {"error": message}

    def malformed(self) -> bytes:
        return b'{"model": "serv\n'

    def usage_of_cached(self) -> int:
        return 0


WIRES: tuple[Wire, ...] = (OpenAIWire(), AnthropicWire(), OllamaWire())
