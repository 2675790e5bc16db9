"""What a model is to the rest of Salon: one request in, one stream out.

A provider turns a `ModelRequest` into `Chunk`s ending in exactly one `Completion`, or
raises one `ProviderError`. Nothing above this package knows a vendor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from core.masking import Masker
from core.messages import Message, Params, Usage

FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks: the branch-independent node path and the ordinal of the reply there.

    Never sent to a model and no part of the request's hash; `recorded` answers by it.
    """

    node: str
    ordinal: int
    take: int = 0
    """How often it was answered before at the same place."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One exact request to one model."""

    model: str
    """The model's name as its provider knows it, without the provider; empty: its default."""
    messages: tuple[Message, ...]
    params: Params = field(default_factory=Params)
    schema: Mapping[str, Any] | None = None
    """A JSON schema that the answer has to satisfy."""
    origin: Origin | None = None

    def canonical(self) -> dict[str, Any]:
        """Return what is hashed: the request without ids and times, as JSON values."""
        return {
            "model": self.model,
            "messages": [[message.role, message.content] for message in self.messages],
            "params": self.params.to_json(),
            "schema": self.schema,
        }

    def hash(self) -> str:
        """Return the SHA-256 of the canonical request, in hexadecimal."""
        text = json.dumps(
            self.canonical(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer's text, never empty, never half a character."""

    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The end of an answer; `text` is all of it."""

    text: str
    usage: Usage
    finish: FinishReason = "stop"
    model: str = ""
    """The model as the server named it, where it did."""


StreamPart = Chunk | Completion


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that a provider offers."""

    name: str
    context_length: int | None = None
    """In tokens; `None` where the API does not tell."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a provider can answer now, and if not, why and what to do."""

    ready: bool
    reason: str = ""


class Provider(Protocol):
    """An adapter to one kind of model server (or a model of Salon's own)."""

    name: str
    """The part before the colon in a model's name."""
    continues: bool
    """Whether the server goes on, in place, with an answer that a request ends with."""

    @property
    def native_schema(self) -> bool:
        """Whether the server itself makes an answer satisfy `ModelRequest.schema`."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        """Send one request; yield chunks, then one completion.

        Closing the generator or cancelling its reader lets the connection go at once.

        Raises:
            ProviderError: while iterating; whatever the vendor raises is mapped to it.
        """
        ...

    async def models(self) -> list[ModelInfo]:
        """List the models on offer. Raises `ProviderError`."""
        ...

    def check(self, model: str) -> None:
        """Refuse a model that is known not to exist without asking a server.

        Raises:
            ProviderError: there is no such model (`UNKNOWN_MODEL`).
        """
        ...

    async def readiness(self) -> Readiness:
        """Say whether requests can be answered, without sending one to a model."""
        ...

    async def aclose(self) -> None:
        """Release connections and child processes."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How to reach one provider, as wired from settings and environment."""

    name: str
    kind: str
    """The adapter: `openai`, `anthropic`, `ollama`, `local`, `eliza`, `recorded`, `scripted`."""
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    key_variable: str | None = None
    """The environment variable that the key is expected in; named in errors, never its value."""
    key_required: bool = False
    default_model: str | None = None
    connect_timeout: float = 10.0
    """Seconds."""
    read_timeout: float = 120.0
    """Longest silence between two pieces of an answer, in seconds."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Keys that only this adapter understands, for example `path` of a GGUF file."""
    masker: Masker = field(default=Masker(), repr=False, compare=False)
    """Hides what is secret in the server's words, before they are cut to a length."""
