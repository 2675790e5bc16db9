"""Prompts: messages to a model, with the records that their content comes from.

The prompts of a conversation have almost all of their messages in common, and a turn must not
cost more the longer it gets. So they share a `Stem` that only grows, and what is needed of
all messages (their plain form, their tokens) is worked out once for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import overload

from core.messages import MeasuredMessages, Message, Role, SharedMessages
from core.providers.tokens import estimate_messages


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message: `text`, which is that of the record `record` where one is named."""

    text: str
    record: str | None = None
    raw: bool = False
    """True: the record's words as they were written, control words included."""


@dataclass(frozen=True)
class PromptMessage:
    """A message to a model, with the records that its content comes from."""

    role: Role
    parts: tuple[Part, ...]

    @cached_property
    def plain(self) -> Message:
        """The message as the model is sent it, without its provenance."""
        return Message(self.role, "".join(part.text for part in self.parts))

    @cached_property
    def tokens(self) -> int:
        """About how many tokens it takes in a prompt."""
        return estimate_messages([self.plain])

    @property
    def content(self) -> str:
        """The text as the model is sent it."""
        return self.plain.content


class Stem:
    """Messages that the prompts of a conversation have in common; they only become more."""

    __slots__ = ("messages", "plain", "tokens")

    def __init__(self) -> None:
        self.messages: list[PromptMessage] = []
        self.plain = SharedMessages()
        self.tokens = [0]
        """Tokens of the first so many messages."""

    def append(self, message: PromptMessage) -> None:
        """Add a message that no longer changes."""
        self.messages.append(message)
        self.plain.append(message.plain)
        self.tokens.append(self.tokens[-1] + message.tokens)


class Prompt(Sequence[PromptMessage]):
    """A prompt: some messages of its own, the beginning of a stem, some more of its own."""

    __slots__ = ("__dict__", "head", "settled", "stem", "tail")

    def __init__(
        self,
        head: Sequence[PromptMessage],
        stem: Stem | None = None,
        settled: int = 0,
        tail: Sequence[PromptMessage] = (),
    ) -> None:
        """Put a prompt together; `settled` messages of the stem belong to it."""
        self.head = tuple(head)
        self.stem = stem or Stem()
        self.settled = settled
        self.tail = tuple(tail)

    def __len__(self) -> int:
        return len(self.head) + self.settled + len(self.tail)

    def __iter__(self) -> Iterator[PromptMessage]:
        return chain(self.head, self.stem.messages[: self.settled], self.tail)

    @overload
    def __getitem__(self, at: int) -> PromptMessage: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[PromptMessage, ...]: ...

    def __getitem__(self, at: int | slice) -> PromptMessage | tuple[PromptMessage, ...]:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            return self._between(start, stop) if step == 1 else tuple(self)[at]
        place = range(len(self))[at]
        return self._between(place, place + 1)[0]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(
            one == two for one, two in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def plain(self) -> MeasuredMessages:
        """The messages as the model is sent them."""
        head, tail = ([each.plain for each in some] for some in (self.head, self.tail))
        return MeasuredMessages(head, self.stem.plain, self.settled, tail, self.tokens)

    @property
    def tokens(self) -> int:
        """About how many tokens it is."""
        own = sum(each.tokens for each in (*self.head, *self.tail))
        return own + self.stem.tokens[self.settled]

    def begins_like(self, other: Prompt) -> bool:
        """Say whether the messages up to the end of the shorter stem are the same."""
        return self.stem is other.stem and self.head == other.head

    def _between(self, start: int, stop: int) -> tuple[PromptMessage, ...]:
        head, end = len(self.head), len(self.head) + self.settled
        stem = self.stem.messages[max(0, start - head) : max(0, min(stop, end) - head)]
        tail = self.tail[max(0, start - end) : max(0, stop - end)]
        return (*self.head[start:stop], *stem, *tail)


def plain_messages(prompt: Sequence[PromptMessage]) -> Sequence[Message]:
    """Return the messages of a prompt as the model is sent them."""
    if isinstance(prompt, Prompt):
        return prompt.plain
    return tuple(message.plain for message in prompt)


def estimate_prompt(prompt: Sequence[PromptMessage]) -> int:
    """Return about how many tokens a prompt is."""
    return prompt.tokens if isinstance(prompt, Prompt) else sum(each.tokens for each in prompt)


def common_beginning(one: Sequence[PromptMessage], other: Sequence[PromptMessage]) -> int:
    """Return how many messages at their beginning two prompts have in common."""
    known = 0
    if isinstance(one, Prompt) and isinstance(other, Prompt) and one.begins_like(other):
        known = len(one.head) + min(one.settled, other.settled)
    pairs = zip(one[known:], other[known:], strict=False)
    return known + next(
        (at for at, (ours, theirs) in enumerate(pairs) if ours != theirs),
        min(len(one), len(other)) - known,
    )
