"""What a model is to the rest of Salon: one request in, one stream out.

A provider turns a `ModelRequest` into `Chunk`s ending in exactly one `Completion`, or
raises one `ProviderError`. Nothing above this package knows a vendor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Any, Literal, Protocol

from core.errors import ProviderError
from core.masking import Masker
from core.messages import Message, Params, Usage

FinishReason = Literal["stop", "length", "paused", "unknown"]
"""`paused`: the model waits for something that is not sent; `unknown`: its server's word for
the end is known to nobody here."""


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
    messages: Sequence[Message]
    params: Params = field(default_factory=Params)
    schema: Mapping[str, Any] | None = None
    """A JSON schema that the answer has to satisfy."""
    origin: Origin | None = None

    def canonical(self) -> dict[str, Any]:
        """Return what is hashed: the request without ids and times, as JSON values."""
        messages = [[message.role, message.content] for message in self.messages]
        return {"messages": messages, **self.canonical_values()}

    def canonical_values(self) -> dict[str, Any]:
        """Return what is hashed beside the messages."""
        return {"model": self.model, "params": self.params.to_json(), "schema": self.schema}

    def hash(self) -> str:
        """Return the SHA-256 of the canonical request, in hexadecimal."""
        beginning = MessagesHash()
        beginning.add(self.messages)
        return beginning.of(self)


class MessagesHash:
    """The hash of requests as far as their first messages go.

    The canonical JSON begins with the messages, so requests that begin alike are hashed from
    where they differ: adding a message costs its own length only.
    """

    __slots__ = ("_empty", "_sha")

    def __init__(self) -> None:
        self._sha = hashlib.sha256(b'{"messages":[')
        self._empty = True

    def copy(self) -> MessagesHash:
        """Return a hash of the same messages that more can be added to."""
        copied = MessagesHash()
        copied._sha, copied._empty = self._sha.copy(), self._empty
        return copied

    def add(self, messages: Iterable[Message]) -> None:
        """Take in the messages that follow."""
        texts = [
            f"[{encode_basestring(each.role)},{encode_basestring(each.content)}]"
            for each in messages
        ]
        if texts:
            lead = "" if self._empty else ","
            self._sha.update((lead + ",".join(texts)).encode("utf-8", "surrogatepass"))
            self._empty = False

    def of(self, request: ModelRequest) -> str:
        """Return the hash of a request with just these messages, in hexadecimal."""
        values = request.canonical_values()
        rest = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        ended = self._sha.copy()
        ended.update(f"],{rest[1:]}".encode("utf-8", "surrogatepass"))
        return ended.hexdigest()


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
    reason: str = ""
    """The server's own word for why it ended."""
    reasoning: str = ""
    """What the model thought beside its answer."""
    sent: Mapping[str, Any] = field(default_factory=dict)
    """What was sent beside messages and schema, by the wire's names; empty: not told."""
    not_sent: Mapping[str, str] = field(default_factory=dict)
    """Why parameters were not sent, by their names."""


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of what the model thinks; never part of its words."""

    text: str


@dataclass(frozen=True, slots=True)
class Retraction:
    """All chunks so far were reasoning, as only its end showed; the answer begins here."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The request will be sent again after a wait."""

    error: ProviderError
    """Why."""
    seconds: float
    attempt: int
    """The number of the next try."""
    most: int
    """How many tries there are at most; 0 where a server is waited for that loads its model."""
    waited: float = 0.0
    """Seconds waited so far."""


StreamPart = Chunk | Completion | Reasoning | Retraction | Waiting


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
    """The adapter; see `core/providers/kinds.py`."""
    base_url: str | None = None
    """Address of the server."""
    api_key: str | None = field(default=None, repr=False)
    key_variable: str | None = None
    """The environment variable that the key is expected in; named in errors, never its value."""
    key_required: bool = False
    """Whether no request is sent without a key."""
    default_model: str | None = None
    """The model where only the provider is named."""
    connect_timeout: float = 10.0
    """Longest wait for a connection, in seconds."""
    read_timeout: float = 120.0
    """Longest silence between two pieces of an answer, in seconds."""
    prompt_timeout: float = 600.0
    """Longest wait for the first word and for one while only keep-alives come, in seconds."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Keys that only this adapter understands, for example `path` of a GGUF file."""
    masker: Masker = field(default=Masker(), repr=False, compare=False)
    """Hides what is secret in the server's words, before they are cut to a length."""
