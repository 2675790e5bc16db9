"""What one side of a meetup is sent: its own words, the other's, and what was said to it.

A fold over the records of the current path, like `core.meetup.state`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self

from core.engine.prompt import (
    GAP,
    SUMMARY_NOTE,
    Exchange,
    PromptEnds,
    PromptView,
    joined,
    text_part,
)
from core.meetup.control import ENDING, Word
from core.meetup.spec import Side
from core.sessions.prompts import Part, PromptMessage
from core.sessions.record import Kind, Record
from core.sessions.requests import spoken_text

SILENCE = "(says nothing)"
"""What a partner is sent in place of a message without words."""
OPENING_NOTE = "(The conversation begins. You speak first.)"
"""Stands before the opening of the side that did not hear anything before it."""
MODERATOR = "(The moderator, to both of you:) "
MODERATOR_ALONE = "(The moderator, to you alone:) "
_WORDS = frozenset(Word)

Ask = Callable[[str, str], str]
"""`ask(word, speaker_name)`: what a control word asks of the one who receives it."""


class SideView:
    """What one side sees of the current path. Built only by `apply`."""

    def __init__(self, side: Side, ask: Ask) -> None:
        self._side = side
        self._ask = ask
        self._exchange = Exchange()

    @property
    def summary(self) -> str:
        """Stands for what was dropped, where that was to be summarised."""
        return self._exchange.summary

    @classmethod
    def fold(cls, path: Iterable[Record], side: Side, ask: Ask) -> Self:
        """Build the view of a path. Takes a while if that is long: call it in a thread."""
        view = cls(side, ask)
        for record in path:
            view.apply(record)
        view._exchange.settle()
        return view

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        if record.kind == Kind.NOTICE:
            if record.data.get("code") == "context" and record.node == self._side:
                self._exchange.cut(record)
            return
        if record.audience and self._side not in record.audience:
            return
        if record.kind == Kind.MESSAGE:
            self._message(record)
        elif record.kind == Kind.CONTROL:
            self._control(record)

    def render(self, system: str) -> PromptView:
        """Return what the side would be sent now under these instructions."""
        head = [(PromptMessage("system", (Part(system),)), "")]
        ends = PromptEnds(self._exchange)
        items = ends.messages
        if not items:
            return PromptView.of(head, 1)
        first = items[0][0]
        if first.role == "assistant":
            head.append((PromptMessage("user", (Part(OPENING_NOTE),)), ""))
        if self.summary and first.role == "user":
            items[0] = (joined(first, (GAP, Part(SUMMARY_NOTE + self.summary))), items[0][1])
        elif self.summary and len(items) > 1:
            before = PromptMessage("user", (Part(SUMMARY_NOTE + self.summary), GAP))
            items[1] = (joined(before, items[1][0].parts), items[1][1])
        return ends.view(head, len(head) + 1)

    def _message(self, record: Record) -> None:
        if record.node == self._side:
            own = spoken_text(record)
            part = Part(own, _source(record), raw=True) if own else Part(SILENCE)
            self._exchange.add("assistant", record.id, part)
        elif not record.node:
            label = MODERATOR_ALONE if record.audience else MODERATOR
            self._exchange.add("user", record.id, Part(label), text_part(record))
        elif record.text:
            self._exchange.add("user", record.id, text_part(record))
        elif not record.data.get("words"):
            self._exchange.add("user", record.id, Part(SILENCE))

    def _control(self, record: Record) -> None:
        if record.node == self._side or not record.data.get("said") or record.text in ENDING:
            return
        if record.text in _WORDS:
            self._exchange.add("user", record.id, Part(self._ask(record.text, record.author.name)))


def _source(record: Record) -> str:
    return str(record.data.get("edited", record.id))
