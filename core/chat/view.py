"""What the persona of a chat is sent of it: a fold over the current path as it reads now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from core.chat.spec import HUMAN, PERSONA
from core.engine.prompt import (
    GAP,
    SUMMARY_NOTE,
    Exchange,
    PromptEnds,
    PromptView,
    joined,
    text_part,
)
from core.messages import Role
from core.sessions.prompts import Part, PromptMessage
from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree

SILENCE = "(says nothing)"
"""What stands for a message without words."""
OPENING_NOTE = "(The conversation begins. You speak first.)"
"""Stands before a greeting, which nothing was said before."""
MORE_NOTE = "(Say something more.)"
"""Stands between two messages of the persona, where what was said between them is left out."""

_Items = list[tuple[PromptMessage, str]]
"""Messages, each with the first record that went into it."""


class ChatView:
    """The messages of a chat as its persona is sent them. Built by `fold` and `apply` only."""

    def __init__(self) -> None:
        self.exchange = Exchange()
        self.texts: list[str] = []
        """The messages' words, oldest first: what lorebook keys are looked for in."""

    @classmethod
    def fold(cls, tree: SessionTree) -> Self:
        """Build the view of a session's current path."""
        view = cls()
        for record in tree.path:
            shown = tree.shown(record)
            if shown is None:
                view.exchange.leave_out(record.id)
            else:
                view.apply(shown)
        return view

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        if record.kind == Kind.NOTICE and record.data.get("code") == "context":
            self.exchange.cut(record)
        elif record.kind == Kind.MESSAGE and record.node in {PERSONA, HUMAN}:
            self.texts.append(record.text)
            role: Role = "assistant" if record.node == PERSONA else "user"
            self.exchange.add(role, record.id, _words(record))

    def render(
        self,
        system: str,
        *,
        lore: Sequence[str] = (),
        after: str = "",
        going_on: Record | None = None,
        extra: str = "",
    ) -> PromptView:
        """Return what would be sent now under these instructions.

        Args:
            system: the instructions.
            lore: what is to be known for this reply only; before the human's last message.
            after: what is to be heeded most; after that message.
            going_on: a reply that is to be continued although the path ends before it; the
                last message then is the persona's own.
            extra: instructions of another origin; a part of its own after the others.
        """
        ends = PromptEnds(self.exchange)
        items = ends.messages
        if going_on is not None:
            items[:] = _with_unfinished(items, going_on)
        parts = (Part(system), GAP, Part(extra)) if extra else (Part(system),)
        head = [(PromptMessage("system", parts), "")]
        if not items or items[0][0].role == "assistant":
            head.append(_note(OPENING_NOTE))
        if self.exchange.summary and items:
            items[:] = _with_summary(items, self.exchange.summary)
        opening = len(head) + min(1, len(items))
        if items and items[-1][0].role == "assistant" and going_on is None:
            items.append(_note(MORE_NOTE))
        holder = items if any(each.role == "user" for each, _ in items) else head
        at = max(place for place, (each, _) in enumerate(holder) if each.role == "user")
        last, first = holder[at]
        holder[at] = (_surrounded(last, lore, after), first)
        return ends.view(head, opening)


def _words(record: Record) -> Part:
    return text_part(record) if record.text.strip() else Part(SILENCE)


def _note(text: str) -> tuple[PromptMessage, str]:
    return PromptMessage("user", (Part(text),)), ""


def _with_unfinished(items: _Items, reply: Record) -> _Items:
    """Put a reply after the messages; no floor can name it, since the path goes on without it."""
    if not items or items[-1][0].role != "assistant":
        return [*items, (PromptMessage("assistant", (text_part(reply),)), "")]
    message, first = items[-1]
    return [*items[:-1], (joined(message, (GAP, text_part(reply))), first)]


def _with_summary(items: _Items, summary: str) -> _Items:
    """Put what stands for dropped messages after the first word."""
    note = Part(SUMMARY_NOTE + summary)
    first, *rest = items
    if first[0].role == "user":
        return [(joined(first[0], (GAP, note)), first[1]), *rest]
    if rest:
        before = PromptMessage("user", (note, GAP))
        rest[0] = (joined(before, rest[0][0].parts), rest[0][1])
    return [first, *rest]


def _surrounded(message: PromptMessage, lore: Sequence[str], after: str) -> PromptMessage:
    parts = list(message.parts)
    if lore:
        parts = [Part("\n\n".join(lore)), GAP, *parts]
    if after:
        parts += [GAP, Part(after)]
    return PromptMessage(message.role, tuple(parts)) if len(parts) > len(message.parts) else message
