"""What one side of a meetup is sent: its own words, the other's, and what was said to it.

A fold over the records of the current path, like `core.meetup.state`. The prompt only
ever grows at its end, apart from the cut that a full context makes, so that a server's
prefix cache stays useful.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from core.meetup.control import ENDING, Word
from core.meetup.spec import Side
from core.messages import Role
from core.sessions.record import Kind, Record
from core.sessions.requests import Part, PromptMessage, spoken_text

SILENCE = "(says nothing)"
"""What a partner is sent in place of a message without words."""
OPENING_NOTE = "(The conversation begins. You speak first.)"
"""Stands before the opening of the side that did not hear anything before it."""
SUMMARY_NOTE = "(What was said before, in short:) "
MODERATOR = "(The moderator, to both of you:) "
MODERATOR_ALONE = "(The moderator, to you alone:) "
_GAP = Part("\n\n")
_WORDS = frozenset(Word)

Ask = Callable[[str, str], str]
"""`ask(word, speaker_name)`: what a control word asks of the one who receives it."""


@dataclass(frozen=True, slots=True)
class View:
    """All that one side would be sent, before its budget is applied."""

    prompt: tuple[PromptMessage, ...]
    """The instructions, then the messages in order."""
    firsts: tuple[str, ...]
    """For each message of `prompt` the first record that went into it, if any."""
    opening: int
    """How many messages always stay: the instructions and the first word."""


class SideView:
    """What one side sees of the current path. Built only by `apply`."""

    def __init__(self, side: Side, ask: Ask) -> None:
        self.summary = ""
        """Stands for what was dropped, where that was to be summarised."""
        self._side = side
        self._ask = ask
        self._items: list[_Item] = []

    @classmethod
    def fold(cls, path: Iterable[Record], side: Side, ask: Ask) -> Self:
        """Build the view of a path."""
        view = cls(side, ask)
        for record in path:
            view.apply(record)
        return view

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        if record.kind == Kind.NOTICE:
            if record.data.get("code") == "context" and record.node == self._side:
                self._cut(str(record.data.get("floor")), str(record.data.get("summary", "")))
            return
        if record.audience and self._side not in record.audience:
            return
        if record.kind == Kind.MESSAGE:
            self._message(record)
        elif record.kind == Kind.CONTROL:
            self._control(record)

    def render(self, system: str) -> View:
        """Return what the side would be sent now under these instructions."""
        head = [(PromptMessage("system", (Part(system),)), "")]
        if not self._items:
            return _view(head, 1)
        first, *rest = ((each.message(), each.first) for each in self._items)
        if first[0].role == "assistant":
            head.append((PromptMessage("user", (Part(OPENING_NOTE),)), ""))
        if self.summary and first[0].role == "user":
            first = (_joined(first[0], (_GAP, Part(SUMMARY_NOTE + self.summary))), first[1])
        elif self.summary and rest:
            before = PromptMessage("user", (Part(SUMMARY_NOTE + self.summary), _GAP))
            rest[0] = (_joined(before, rest[0][0].parts), rest[0][1])
        return _view([*head, first, *rest], len(head) + 1)

    def _cut(self, floor: str, summary: str) -> None:
        """Drop what lies between the first word and the message that `floor` begins."""
        for place, each in enumerate(self._items[1:], 1):
            if each.first == floor:
                del self._items[1:place]
                self.summary = summary
                return

    def _message(self, record: Record) -> None:
        if record.node == self._side:
            own = spoken_text(record)
            part = Part(own, record.id, raw=True) if own else Part(SILENCE)
            self._add("assistant", record.id, part)
        elif not record.node:
            label = MODERATOR_ALONE if record.audience else MODERATOR
            self._add("user", record.id, Part(label), Part(record.text, record.id))
        elif record.text:
            self._add("user", record.id, Part(record.text, record.id))
        elif not record.data.get("words"):
            self._add("user", record.id, Part(SILENCE))

    def _control(self, record: Record) -> None:
        if record.node == self._side or not record.data.get("said") or record.text in ENDING:
            return
        if record.text in _WORDS:
            self._add("user", record.id, Part(self._ask(record.text, record.author.name)))

    def _add(self, role: Role, record_id: str, *parts: Part) -> None:
        """Add a message; neighbours of one role become one, as chat templates want it."""
        if self._items and self._items[-1].role == role:
            self._items[-1].add(_GAP, *parts)
        else:
            self._items.append(_Item(role, record_id, parts))


class _Item:
    """A message of a prompt that may still grow, and the first record that went into it."""

    def __init__(self, role: Role, first: str, parts: Sequence[Part]) -> None:
        self.role = role
        self.first = first
        self._parts = list(parts)
        self._message: PromptMessage | None = None

    def add(self, *parts: Part) -> None:
        self._parts += parts
        self._message = None

    def message(self) -> PromptMessage:
        """Return the message, the same object as long as it does not grow."""
        if self._message is None:
            self._message = PromptMessage(self.role, tuple(self._parts))
        return self._message


def _joined(message: PromptMessage, parts: Sequence[Part]) -> PromptMessage:
    return PromptMessage(message.role, (*message.parts, *parts))


def _view(messages: Sequence[tuple[PromptMessage, str]], opening: int) -> View:
    prompt, firsts = zip(*messages, strict=True)
    return View(prompt, firsts, opening)
