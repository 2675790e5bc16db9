"""What the persona of a chat is sent of it: a fold over the current path as it reads now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from core.chat.spec import HUMAN, PERSONA
from core.conversation.prompt import GAP, SUMMARY_NOTE, Exchange, View, joined, text_part
from core.messages import Role
from core.sessions.record import Kind, Record
from core.sessions.requests import Part, PromptMessage

SILENCE = "(says nothing)"
"""What stands for a message without words."""
OPENING_NOTE = "(The conversation begins. You speak first.)"
"""Stands before a greeting, which nothing was said before."""
GO_ON = "(Your last message broke off. Go on from its very last word and repeat nothing.)"
"""Asks a model to continue its own message."""


class ChatView:
    """The messages of a chat as its persona is sent them. Built only by `apply`."""

    def __init__(self) -> None:
        self.exchange = Exchange()
        self.texts: list[str] = []
        """The messages' words, oldest first: what lorebook keys are looked for in."""

    @classmethod
    def fold(cls, path: Iterable[Record]) -> Self:
        """Build the view of a path."""
        view = cls()
        for record in path:
            view.apply(record)
        return view

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        if record.kind == Kind.NOTICE and record.data.get("code") == "context":
            self.exchange.cut(record)
        elif record.kind == Kind.MESSAGE and record.node in {PERSONA, HUMAN}:
            self.texts.append(record.text)
            part = text_part(record) if record.text else Part(SILENCE)
            role: Role = "assistant" if record.node == PERSONA else "user"
            self.exchange.add(role, record.id, part)

    def render(
        self,
        system: str,
        *,
        lore: Sequence[str] = (),
        after: str = "",
        going_on: Record | None = None,
    ) -> View:
        """Return what would be sent now under these instructions.

        Args:
            system: the instructions.
            lore: what is to be known for this reply only; before the last message.
            after: what is to be heeded most; after the last message.
            going_on: a reply that is to be continued although the path ends before it.
        """
        messages = [(PromptMessage("system", (Part(system),)), "")]
        items = [(each.message(), each.first) for each in self.exchange.items]
        if items and items[0][0].role == "assistant":
            messages.append((PromptMessage("user", (Part(OPENING_NOTE),)), ""))
        if self.exchange.summary and items:
            items = self._with_summary(items)
        opening = len(messages) + min(1, len(items))
        messages += items
        if going_on is not None:
            messages += _going_on(going_on)
        if messages[-1][0].role != "user":
            messages.append((PromptMessage("user", (Part(OPENING_NOTE),)), ""))
        last, first = messages[-1]
        messages[-1] = (_surrounded(last, lore, after), first)
        return View.of(messages, opening)

    def _with_summary(
        self, items: list[tuple[PromptMessage, str]]
    ) -> list[tuple[PromptMessage, str]]:
        """Put what stands for dropped messages after the first word."""
        note = Part(SUMMARY_NOTE + self.exchange.summary)
        first, *rest = items
        if first[0].role == "user":
            return [(joined(first[0], (GAP, note)), first[1]), *rest]
        if rest:
            before = PromptMessage("user", (note, GAP))
            rest[0] = (joined(before, rest[0][0].parts), rest[0][1])
        return [first, *rest]


def _going_on(reply: Record) -> list[tuple[PromptMessage, str]]:
    return [
        (PromptMessage("assistant", (text_part(reply),)), reply.id),
        (PromptMessage("user", (Part(GO_ON),)), ""),
    ]


def _surrounded(message: PromptMessage, lore: Sequence[str], after: str) -> PromptMessage:
    parts = list(message.parts)
    if lore:
        parts = [Part("\n\n".join(lore)), GAP, *parts]
    if after:
        parts += [GAP, Part(after)]
    return PromptMessage(message.role, tuple(parts)) if len(parts) > len(message.parts) else message
