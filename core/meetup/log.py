"""The one way in which a meetup puts something on record and tells its watchers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.aio import unbroken
from core.bus import EventBus
from core.meetup.state import MeetupState
from core.sessions.record import CODE, OFF_PATH_KINDS, Author, Kind, Record
from core.sessions.requests import RequestLog
from core.sessions.session import Session

_AT_HEAD = "@head"
"""Stands for "after the record before it" until the record is appended."""
_STAY = "@stay"
"""Target of a head record: where the path ended before the group it is appended with."""


class MeetupLog:
    """A session's records, the state folded from them, and the bus that announces them."""

    def __init__(self, session: Session, bus: EventBus) -> None:
        self.session = session
        self.bus = bus
        self.requests = RequestLog(session.tree, session.source)
        self.state = MeetupState.fold(session.tree.path)
        self._lock = asyncio.Lock()

    @property
    def id(self) -> str:
        """The session's id."""
        return self.session.id

    def draft(
        self,
        kind: str,
        text: str = "",
        *,
        author: Author = CODE,
        node: str = "",
        audience: tuple[str, ...] = (),
        data: Mapping[str, Any] | None = None,
    ) -> Record:
        """Return a record that `append` puts at the end of the current path."""
        source = self.session.source
        return Record(
            id=source.new_id(),
            kind=kind,
            parent=_AT_HEAD,
            author=author,
            at=source.now(),
            node=node,
            audience=audience,
            text=text,
            data={} if data is None else data,
        )

    def head_draft(self, target: str = _STAY) -> Record:
        """Return a record that makes `target` the end of the current path.

        Without a target the path stays as it is, whatever the same group lengthens it by.
        """
        return self.draft(Kind.HEAD, data={"target": target})

    async def append(self, *drafts: Record) -> tuple[Record, ...]:
        """Store the drafts as one group, one after the other, and fold them.

        Raises:
            StoreError: nothing was stored that could be relied on.
        """
        return await unbroken(self._append(drafts))

    async def _append(self, drafts: tuple[Record, ...]) -> tuple[Record, ...]:
        async with self._lock:
            stored = await self.session.append(*self._place(drafts))
            self._fold(stored)
        return stored

    def _place(self, drafts: tuple[Record, ...]) -> list[Record]:
        placed: list[Record] = []
        start = end = self.session.tree.head
        for each in drafts:
            record = replace(each, parent=end) if each.parent == _AT_HEAD else each
            if record.kind == Kind.HEAD:
                end = start if record.data["target"] == _STAY else record.data["target"]
                record = replace(record, data={"target": end})
            elif record.kind not in OFF_PATH_KINDS:
                end = record.id
            placed.append(record)
        return placed

    async def append_one(self, draft: Record) -> Record:
        """Store one draft and fold it. Raises `StoreError`."""
        (record,) = await self.append(draft)
        return record

    def placed(self, draft: Record) -> Record:
        """Return a draft with the parent that it would get now, to be noted while it grows."""
        return replace(draft, parent=self.session.tree.head)

    def at_head(self, record: Record) -> Record:
        """Return a record that `append` puts at the end, whatever was said meanwhile."""
        return replace(record, parent=_AT_HEAD)

    def _fold(self, stored: tuple[Record, ...]) -> None:
        if any(record.kind == Kind.HEAD for record in stored):
            self.state = MeetupState.fold(self.session.tree.path)
            return
        for record in stored:
            if self.session.tree.on_path(record.id):
                self.state.apply(record)
