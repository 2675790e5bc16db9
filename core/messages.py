"""The small types that every layer speaks: model names, messages, parameters, usage."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain, islice
from json.encoder import encode_basestring
from typing import Any, Literal, Self, overload

from core.errors import UsageError

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a model is sent it."""

    role: Role
    content: str


def message_json(message: Message) -> bytes:
    """Return a message as a JSON object of `role` and `content`."""
    text = f'{{"role":"{message.role}","content":{encode_basestring(message.content)}}}'
    return text.encode("utf-8", "replace")


class SharedMessages(list[Message]):
    """Messages that only become more; the JSON of each is worked out once."""

    __slots__ = ("_json",)

    def __init__(self) -> None:
        super().__init__()
        self._json: list[bytes] = []

    def json(self, count: int) -> Iterator[bytes]:
        """Return `message_json` of the first `count` messages."""
        self._json += map(message_json, self[len(self._json) : count])
        return islice(self._json, count)


class MeasuredMessages(Sequence[Message]):
    """Messages whose tokens were estimated before, most of them in a list that others share.

    Nothing is copied, so that having them costs the same however many there are.
    """

    __slots__ = ("_head", "_settled", "_shared", "_tail", "tokens")

    def __init__(
        self,
        head: Sequence[Message],
        shared: SharedMessages,
        settled: int,
        tail: Sequence[Message],
        tokens: int,
    ) -> None:
        """Put messages together.

        Args:
            head: The first ones.
            shared: A list that may still grow.
            settled: How many messages at its beginning belong to these.
            tail: The last ones.
            tokens: The estimate for all of them.
        """
        self._head, self._shared, self._settled, self._tail = head, shared, settled, tail
        self.tokens = tokens

    def json(self) -> Iterator[bytes]:
        """Return `message_json` of each message."""
        shared = self._shared.json(self._settled)
        return chain(map(message_json, self._head), shared, map(message_json, self._tail))

    def __len__(self) -> int:
        return len(self._head) + self._settled + len(self._tail)

    def __iter__(self) -> Iterator[Message]:
        return chain(self._head, islice(self._shared, self._settled), self._tail)

    def __reversed__(self) -> Iterator[Message]:
        shared = (self._shared[at] for at in range(self._settled - 1, -1, -1))
        return chain(reversed(self._tail), shared, reversed(self._head))

    @overload
    def __getitem__(self, at: int) -> Message: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Message, ...]: ...

    def __getitem__(self, at: int | slice) -> Message | tuple[Message, ...]:
        if isinstance(at, slice):
            return tuple(self)[at]
        place = range(len(self))[at]
        if place < len(self._head):
            return self._head[place]
        place -= len(self._head)
        return self._shared[place] if place < self._settled else self._tail[place - self._settled]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class ModelName:
    """`provider:model`, split at the first colon: `ollama:llama3.2:3b`."""

    provider: str
    model: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a model name; a bare provider leaves `model` empty (its default model).

        Raises:
            UsageError: the text is empty, begins with a colon or breaks off at a space.
        """
        provider, _, model = text.strip().partition(":")
        if not provider or len(provider.split()) > 1 or "\n" in model:
            raise UsageError(
                f"{text!r} is not a model name.",
                "Write provider:model, for example local:smollm2 or openai:gpt-4o-mini.",
            )
        return cls(provider, model)

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}" if self.model else self.provider


@dataclass(frozen=True, slots=True)
class Params:
    """Sampling parameters; `None` leaves the choice to the provider."""

    temperature: float | None = None
    """From 0 (always the likeliest token) to 2."""
    top_p: float | None = None
    """Probability mass to sample from, in (0, 1]."""
    top_k: int | None = None
    """Number of tokens to sample from."""
    max_tokens: int | None = None
    """Longest answer, in tokens."""
    seed: int | None = None
    """Makes sampling repeatable where the wire has it."""
    stop: tuple[str, ...] | None = None
    """Texts at which the answer ends."""
    context_length: int | None = None
    """Tokens of prompt and answer together that the model can hold."""

    def merged(self, over: Params) -> Params:
        """Return these parameters with those that `over` sets put on top."""
        return replace(self, **over.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """Return only the parameters that are set; `stop` stays a tuple."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) is not None
        }

    def to_json(self) -> dict[str, Any]:
        """Return the parameters that are set as JSON values."""
        values = self.as_dict()
        if "stop" in values:
            values["stop"] = list(values["stop"])
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; ignores other keys.

        Raises:
            AttributeError, TypeError: a value is not of the type of its parameter.
        """
        known = {field.name for field in fields(cls)}
        chosen = {key: value for key, value in values.items() if key in known}
        for key, value in chosen.items():
            if not _PARAMETERS[key](value):
                raise TypeError(f"{key} cannot be {value!r}")
        if isinstance(chosen.get("stop"), list):
            chosen["stop"] = tuple(chosen["stop"])
        return cls(**chosen)


def _is_number(value: Any) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _is_whole(value: Any) -> bool:
    return type(value) is int


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


_PARAMETERS: Mapping[str, Callable[[Any], bool]] = {
    "temperature": _is_number,
    "top_p": _is_number,
    "top_k": _is_whole,
    "max_tokens": _is_whole,
    "seed": _is_whole,
    "stop": _are_texts,
    "context_length": _is_whole,
}


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer."""

    input_tokens: int = 0
    """All prompt tokens, those served from a cache included."""
    output_tokens: int = 0
    cached_tokens: int = 0
    """The part of `input_tokens` that the server had in its prompt cache."""
    estimated: bool = False
    """True where the wire reported nothing and the numbers are Salon's estimate."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.estimated or other.estimated,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the usage as JSON values."""
        return {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cached_tokens": self.cached_tokens,
            "estimated": self.estimated,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; missing keys count as zero."""
        return cls(
            input_tokens=int(values.get("input_tokens", 0)),
            output_tokens=int(values.get("output_tokens", 0)),
            cached_tokens=int(values.get("cached_tokens", 0)),
            estimated=bool(values.get("estimated", False)),
        )
