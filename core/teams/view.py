"""What one node is sent: earlier tasks with their answers, then the present one in full.

Delegation chatter of a task that is over is forgotten: what stays of it is what was asked
and what was answered in the end, as the human left it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from core.engine.prompt import GAP, Exchange, PromptItem, PromptView, joined
from core.sessions.prompts import Part, PromptMessage
from core.sessions.record import Record
from core.teams.team import Memory


class Heard(NamedTuple):
    """Something that a node is told: words, and the record that they come from."""

    record: str
    parts: tuple[Part, ...]
    human: bool = False
    """Whether it is a human's own words, which outlast a task that did not hear them."""


class _Pair(NamedTuple):
    """A task that is over, and its answer."""

    asked: PromptMessage
    asked_in: str
    answer: PromptMessage
    answered_in: str


class NodeView:
    """The prompts of one node, while records are folded into them."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._over: deque[_Pair] = deque()
        self._open = Exchange()
        self._task: Heard | None = None
        self.unseen: list[Heard] = []
        """What it was told since its last reply, oldest first."""

    @property
    def last_unseen(self) -> str:
        """The last record that the next reply answers; empty if there is none."""
        return self.unseen[-1].record if self.unseen else ""

    def begin(self, task: Heard) -> None:
        """Give it a task; what was said to it meanwhile is heard after that."""
        self._task = task
        self._open = Exchange()
        self.unseen.insert(0, task)

    def hear(self, heard: Heard) -> None:
        """Tell it something."""
        self.unseen.append(heard)

    def said(self, record_id: str, part: Part, seen: str) -> None:
        """Take in a reply that answers everything up to the record `seen`."""
        for heard in self.take(seen):
            self._open.add("user", heard.record, *heard.parts)
        self._open.add("assistant", record_id, part)

    def take(self, seen: str) -> list[Heard]:
        """Return what was unseen up to the record `seen`, and count it as seen."""
        later = self.after(seen)
        taken = self.unseen[: len(self.unseen) - len(later)]
        self.unseen = later
        return taken

    def after(self, seen: str) -> list[Heard]:
        """Return what was told after the record `seen`."""
        count = next((at for at, each in enumerate(self.unseen, 1) if each.record == seen), 0)
        return self.unseen[count:]

    def close(self, answer: Part | None, record_id: str = "") -> None:
        """End the task; without an answer it is forgotten."""
        task, self._task = self._task, None
        self._open = Exchange()
        self.unseen = [each for each in self.unseen if each.human]
        if task is not None and answer is not None and self._memory == "own":
            self._over.append(_pair(task, answer, record_id))

    def remember(self, request: Heard, answer: Part, record_id: str) -> None:
        """Take in a request to the whole team and its final answer."""
        if self._memory == "finals":
            self._over.append(_pair(request, answer, record_id))

    def cut(self, notice: Record) -> None:
        """Drop what no longer fits, up to the record that a notice's floor names.

        Of an earlier task both go, what was asked and what was answered; of the present one
        the task itself always stays.
        """
        floor = str(notice.data.get("floor"))
        while self._over:
            if floor == self._over[0].asked_in:
                return
            if floor == self._over.popleft().answered_in:
                return
        if floor in {each.record for each in self.unseen}:
            del self._open.items[1:]
        elif self._open.items:
            self._open.cut(notice)

    def render(self, system: str, note: str = "") -> PromptView:
        """Return what would be sent now; `note` stands at the very end."""
        messages = [(PromptMessage("system", (Part(system),)), "")]
        for pair in self._over:
            messages += [(pair.asked, pair.asked_in), (pair.answer, pair.answered_in)]
        messages += [(item.message(), item.first) for item in self._open.items]
        if self.unseen:
            messages.append(_together(self.unseen))
        if len(messages) > 1 and messages[-2][0].role == "user" == messages[-1][0].role:
            (last, _), (before, first) = messages.pop(), messages.pop()
            messages.append((joined(before, (GAP, *last.parts)), first))
        if note:
            last, first = messages[-1]
            messages[-1] = (joined(last, (GAP, Part(note))), first)
        return PromptView.of(messages, opening=1 if self._over or not self._open.items else 2)

    def sources(self) -> list[tuple[str, set[str]]]:
        """Return for each message of the present task its role and the records in it."""
        items = [
            (item.role, {each for ids, _ in item.words for each in ids})
            for item in self._open.items
        ]
        return [*items, *(("user", {each.record}) for each in self.unseen)]

    def outline(self) -> list[object]:
        """Return everything that prompts are made of, to compare two folds."""
        return [
            [[pair.asked.content, pair.answer.content] for pair in self._over],
            [[item.role, item.message().content] for item in self._open.items],
            [[each.record, "".join(part.text for part in each.parts)] for each in self.unseen],
        ]


def _pair(asked: Heard, answer: Part, record_id: str) -> _Pair:
    return _Pair(
        PromptMessage("user", asked.parts),
        asked.record,
        PromptMessage("assistant", (answer,)),
        record_id,
    )


def _together(heard: Sequence[Heard]) -> tuple[PromptMessage, str]:
    item = PromptItem("user")
    for each in heard:
        item.add((each.record,), each.parts)
    return item.message(), item.first
