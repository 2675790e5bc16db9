"""The messages of a prompt while records are folded into them.

A prompt only ever grows at its end, apart from the cut that a full context makes, so that
a server's prefix cache stays useful.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.messages import Role
from core.sessions.record import Record
from core.sessions.requests import Part, PromptMessage

SUMMARY_NOTE = "(What was said before, in short:) "
GAP = Part("\n\n")


@dataclass(frozen=True, slots=True)
class View:
    """All that a participant would be sent, before its budget is applied."""

    prompt: tuple[PromptMessage, ...]
    """The instructions, then the messages in order."""
    firsts: tuple[str, ...]
    """For each message of `prompt` the first record that went into it, if any."""
    opening: int
    """How many messages always stay: the instructions and the first word."""

    @classmethod
    def of(cls, messages: Sequence[tuple[PromptMessage, str]], opening: int) -> View:
        """Build a view of messages, each with the first record that went into it."""
        prompt, firsts = zip(*messages, strict=True)
        return cls(prompt, firsts, opening)


class PromptItem:
    """A message of a prompt that may still grow, and the first record that went into it."""

    def __init__(self, role: Role, first: str, parts: Sequence[Part]) -> None:
        self.role = role
        self.first = first
        self._parts = list(parts)
        self._message: PromptMessage | None = None

    def add(self, *parts: Part) -> None:
        """Let the message grow."""
        self._parts += parts
        self._message = None

    def message(self) -> PromptMessage:
        """Return the message, the same object as long as it does not grow."""
        if self._message is None:
            self._message = PromptMessage(self.role, tuple(self._parts))
        return self._message


class Exchange:
    """The messages after the instructions, oldest first."""

    def __init__(self) -> None:
        self.items: list[PromptItem] = []
        self.summary = ""
        """Stands for what was dropped, where that was to be summarised."""

    def add(self, role: Role, record_id: str, *parts: Part) -> None:
        """Add a message; neighbours of one role become one, as chat templates want it."""
        if self.items and self.items[-1].role == role:
            self.items[-1].add(GAP, *parts)
        else:
            self.items.append(PromptItem(role, record_id, parts))

    def cut(self, notice: Record) -> None:
        """Drop what lies between the first word and the message that a notice's floor begins."""
        floor = str(notice.data.get("floor"))
        for place, each in enumerate(self.items[1:], 1):
            if each.first == floor:
                del self.items[1:place]
                self.summary = str(notice.data.get("summary", ""))
                return


def joined(message: PromptMessage, parts: Sequence[Part]) -> PromptMessage:
    """Return a message with parts added."""
    return PromptMessage(message.role, (*message.parts, *parts))


def text_part(record: Record, *, raw: bool = False) -> Part:
    """Return a message's words as they read now, named by the record that holds them."""
    return Part(record.text, str(record.data.get("edited", record.id)), raw=raw)
