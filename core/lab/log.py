"""A run's records with what was folded from them, each of them made once however often asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.bus import EventBus
from core.engine.log import SessionLog
from core.events import COMMON_EVENTS
from core.lab.records import EVENTS
from core.lab.state import LabState
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.session import Session

_ONCE = EVENTS.keys() - COMMON_EVENTS.keys()
"""Kinds of records that follow from answers; messages of users are told by their `source`."""


class LabLog(SessionLog[LabState]):
    """`state` always is the fold of the current path.

    A run is a program whose every step leaves a record. One that is gone on with runs the
    program again from its beginning: `once` returns what is on record already, and appends
    only from where it broke off.
    """

    EVENTS = EVENTS

    def __init__(self, session: Session, bus: EventBus) -> None:
        self._known: dict[tuple[str, str], list[Record]] = {}
        super().__init__(session, bus)
        self._made: Counter[tuple[str, str]] = Counter()

    @property
    def number(self) -> int:
        return self.state.turns

    def apply(self, record: Record) -> None:
        super().apply(record)
        self._index(record)

    def refold(self) -> None:
        super().refold()
        self._known = {}
        for record in self.session.tree.path:
            self._index(record)

    def _folded(self) -> LabState:
        return LabState.fold(self.session.tree.path)

    def begin(self) -> None:
        """Begin the program: nothing counts as done in this run of it."""
        self._made.clear()

    async def once(self, *drafts: Record) -> tuple[Record, ...]:
        """Store and announce the drafts as one group, without those that are on record.

        Returns the records that stand for them.

        Raises:
            StoreError: nothing was stored that could be relied on.
        """
        found: list[Record | None] = []
        fresh: list[Record] = []
        for draft in drafts:
            key = (_kind(draft), draft.node)
            known = self._known.get(key, [])
            place = self._made[key]
            self._made[key] += 1
            found.append(known[place] if place < len(known) else None)
            if place >= len(known):
                fresh.append(draft)
        stored = iter(await self.tell(*fresh) if fresh else ())
        return tuple(next(stored) if each is None else each for each in found)

    def made(
        self,
        kind: str,
        text: str,
        node: str,
        data: Mapping[str, Any],
        author: Author = CODE,
    ) -> Record:
        """Return the draft of a record that follows from an answer."""
        return self.new_record(kind, text, node=node, data=data, author=author)

    def _index(self, record: Record) -> None:
        kind = _kind(record)
        if kind in _ONCE or kind in _MARKED:
            self._known.setdefault((kind, record.node), []).append(record)


_SPOKEN, _REFUSED = "spoken", "refused"
_MARKED = frozenset({_SPOKEN, _REFUSED})


def _kind(record: Record) -> str:
    """Return what a record counts as: of messages and notices only some follow from answers."""
    if record.kind == Kind.MESSAGE:
        return _SPOKEN if "source" in record.data else record.kind
    if record.kind == Kind.NOTICE and record.data.get("code") == "edit_refused":
        return _REFUSED
    return record.kind
