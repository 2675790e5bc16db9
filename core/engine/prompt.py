"""The messages of a prompt while records are folded into them.

A prompt only ever grows at its end, apart from the cut that a full context makes, so that
a server's prefix cache stays useful.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.messages import Role
from core.sessions.prompts import Part, Prompt, PromptMessage, Stem
from core.sessions.record import Record

SUMMARY_NOTE = "(What was said before, in short:) "
GAP = Part("\n\n")
_FIRST, _LAST = 2, 2
"""Messages at the beginning and at the end of an exchange that may yet read differently."""


Placed = tuple[PromptMessage, str]
"""A message and the first record that went into it, if any."""


@dataclass(frozen=True, slots=True, eq=False)
class PromptView:
    """All that a participant would be sent, before its budget is applied."""

    prompt: Sequence[PromptMessage]
    """The instructions, then the messages in order."""
    opening: int
    """How many messages always stay: the instructions and the first word."""
    _firsts: Callable[[int], str]

    @classmethod
    def of(cls, messages: Sequence[Placed], opening: int) -> PromptView:
        """Build a view of messages."""
        prompt = tuple(message for message, _ in messages)
        return cls(prompt, opening, lambda at: messages[at][1])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PromptView):
            return NotImplemented
        return (
            self.prompt == other.prompt
            and self.opening == other.opening
            and all(self.first(at) == other.first(at) for at in range(len(self.prompt)))
        )

    __hash__ = None  # type: ignore[assignment]

    def first(self, at: int) -> str:
        """Return the first record that went into a message of `prompt`; empty if none did."""
        return self._firsts(at)


class PromptEnds:
    """The first and last messages of an exchange, and the stem that lies between them.

    Only these ever read differently from one prompt to the next; `messages` may be changed.
    """

    def __init__(self, exchange: Exchange) -> None:
        items = exchange.items
        exchange.settle()
        self._items = items
        self._stem = exchange.stem
        self._count = len(exchange.stem.messages)
        self._gap = min(_FIRST, len(items))
        shown = [*items[: self._gap], *items[self._gap + self._count :]]
        self.messages: list[Placed] = [(each.message(), each.first) for each in shown]

    def view(self, before: Sequence[Placed], opening: int) -> PromptView:
        """Return the view of a prompt with `before` in front of the messages."""
        own = [*before, *self.messages]
        gap, count, items = len(before) + self._gap, self._count, self._items

        def first(at: int) -> str:
            if gap <= at < gap + count:
                return items[_FIRST + at - gap].first
            return own[at if at < gap else at - count][1]

        prompt = Prompt(
            [message for message, _ in own[:gap]],
            self._stem,
            count,
            [message for message, _ in own[gap:]],
        )
        return PromptView(prompt, opening, first)


class PromptItem:
    """A message of a prompt that may still grow: the words of one or several records."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.words: list[tuple[tuple[str, ...], tuple[Part, ...]]] = []
        """What each record says; before its own id those of records that were left out."""
        self._message: PromptMessage | None = None

    @property
    def first(self) -> str:
        """The first record that went into it."""
        return self.words[0][0][-1]

    def add(self, ids: tuple[str, ...], parts: tuple[Part, ...]) -> None:
        """Let the message grow by the words of one record."""
        self.words.append((ids, parts))
        self._message = None

    def cut(self, floor: str, *, keep_first: bool = False) -> bool:
        """Drop the words before those of a record; false if that is not among them."""
        for place, (ids, _) in enumerate(self.words):
            if floor in ids:
                del self.words[int(keep_first) : place]
                self._message = None
                return True
        return False

    def absorb(self, later: PromptItem) -> None:
        """Take in the words of the message that follows."""
        self.words += later.words
        self._message = None

    def message(self) -> PromptMessage:
        """Return the message, the same object as long as it does not change."""
        if self._message is None:
            (_, first), *more = self.words
            parts = [*first, *(part for _, parts in more for part in (GAP, *parts))]
            self._message = PromptMessage(self.role, tuple(parts))
        return self._message


class Exchange:
    """The messages after the instructions, oldest first."""

    def __init__(self) -> None:
        self.items: list[PromptItem] = []
        self.summary = ""
        """Stands for what was dropped, where that was to be summarised."""
        self.stem = Stem()
        """The messages that no longer change, without the first ones."""
        self._left_out: list[str] = []
        """Records since the last message that are left out, but may begin what was kept."""

    def add(self, role: Role, record_id: str, *parts: Part) -> None:
        """Add a message; neighbours of one role become one, as chat templates want it."""
        if not self.items or self.items[-1].role != role:
            self.items.append(PromptItem(role))
        self.items[-1].add((*self._left_out, record_id), parts)
        self._left_out.clear()

    def leave_out(self, record_id: str) -> None:
        """Pass over a record that a floor may name."""
        self._left_out.append(record_id)

    def settle(self, at_most: int | None = None) -> bool:
        """Have the stem grow by the messages that no longer change; true if some are left."""
        start = _FIRST + len(self.stem.messages)
        end = len(self.items) - _LAST
        stop = end if at_most is None else min(end, start + at_most)
        for item in self.items[start:stop]:
            self.stem.append(item.message())
        return stop < end

    def cut(self, notice: Record) -> None:
        """Drop what lies between the first word and the message that a notice's floor begins.

        Without a floor everything after the first word goes.
        """
        place = self._cut_at(str(notice.data.get("floor")))
        if place is None:
            return
        self.summary = str(notice.data.get("summary", ""))
        self.stem = Stem()
        self.items = [*self.items[:1], *self.items[max(1, place) :]]
        if len(self.items) > 1 and self.items[0].role == self.items[1].role:
            self.items[0].absorb(self.items.pop(1))

    def _cut_at(self, floor: str) -> int | None:
        """Let the item that holds the floor begin there; return its place, `None` if none does."""
        if not floor or floor in self._left_out:
            return len(self.items)
        for place, item in enumerate(self.items):
            if item.cut(floor, keep_first=place == 0):
                return place
        return None


def joined(message: PromptMessage, parts: Sequence[Part]) -> PromptMessage:
    """Return a message with parts added."""
    return PromptMessage(message.role, (*message.parts, *parts))


def text_part(record: Record, *, raw: bool = False) -> Part:
    """Return a message's words as they read now, named by the record that holds them."""
    return Part(record.text, str(record.data.get("edited", record.id)), raw=raw)
