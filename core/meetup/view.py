"""What one side of a meetup is sent: its own words, the other's, and what was said to it.

The prompt is composed from the records of the current path. It only ever grows at its
end, apart from the cut that `core.context.budget` makes, so that a server's prefix cache
stays useful.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.meetup.control import ENDING, Word
from core.meetup.spec import Side
from core.meetup.state import SideState
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

Ask = Callable[[str, str], str]
"""`ask(word, speaker_name)`: what a control word asks of the one who receives it."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A message of a prompt, and the first record that went into it."""

    message: PromptMessage
    first: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything that one side may see of the path, before its budget is applied."""

    system: PromptMessage
    items: tuple[Viewed, ...]
    opening: int
    """How many messages of `prompt` always stay: the instructions and the first word."""

    @property
    def prompt(self) -> list[PromptMessage]:
        """The messages in order, instructions first."""
        return [self.system, *(item.message for item in self.items)]


def compose(path: Sequence[Record], side: Side, system: str, state: SideState, ask: Ask) -> View:
    """Compose what `side` sees of the path.

    What lies between the first visible message and `state.floor` is left out; a summary
    stands in its place where there is one.
    """
    merged = _Merged()
    skipping = state.floor is not None
    for record in path:
        if record.id == state.floor:
            skipping = False
            if state.summary:
                merged.add("user", SUMMARY_NOTE + state.summary, record.id)
        if skipping and merged:
            continue
        seen = _seen(record, side, ask)
        if seen is not None:
            merged.add(*seen, record.id)
    items = merged.items()
    opening = 2
    if items and items[0].message.role == "assistant":
        note = PromptMessage("user", (Part(OPENING_NOTE),))
        items = (Viewed(note, items[0].first), *items)
        opening = 3
    return View(PromptMessage("system", (Part(system),)), items, min(opening, 1 + len(items)))


class _Merged:
    """Messages in which neighbours of one role become one, as chat templates want it."""

    def __init__(self) -> None:
        self._items: list[tuple[Role, list[Part], str]] = []

    def __bool__(self) -> bool:
        return bool(self._items)

    def add(self, role: Role, part: Part | str, record_id: str) -> None:
        part = Part(part) if isinstance(part, str) else part
        if self._items and self._items[-1][0] == role:
            self._items[-1][1].extend((_GAP, part))
        else:
            self._items.append((role, [part], record_id))

    def items(self) -> tuple[Viewed, ...]:
        return tuple(
            Viewed(PromptMessage(role, tuple(parts)), first) for role, parts, first in self._items
        )


def _seen(record: Record, side: Side, ask: Ask) -> tuple[Role, Part | str] | None:
    """Return how `side` sees a record: its role and its text, or `None` where it does not."""
    if record.audience and side not in record.audience:
        return None
    if record.kind == Kind.MESSAGE:
        return _seen_message(record, side)
    if record.kind == Kind.CONTROL and record.node != side and record.data.get("said"):
        word = Word(record.text)
        return None if word in ENDING else ("user", ask(word, record.author.name))
    return None


def _seen_message(record: Record, side: Side) -> tuple[Role, Part | str] | None:
    if record.node == side:
        own = spoken_text(record)
        return ("assistant", Part(own, record.id, raw=True)) if own else ("assistant", SILENCE)
    if record.node:
        if record.text:
            return "user", Part(record.text, record.id)
        return None if record.data.get("words") else ("user", SILENCE)
    label = MODERATOR_ALONE if record.audience else MODERATOR
    return "user", label + record.text
