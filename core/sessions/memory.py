"""A session that is never written anywhere (`--no-save`, tests of engines)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

from core.ids import Source
from core.sessions.record import Record
from core.sessions.session import FirstRecords, new_records, no_more
from core.sessions.tree import SessionTree


class MemorySession:
    """A `Session` whose records live as long as this object."""

    def __init__(self, session_id: str, source: Source) -> None:
        self.id = session_id
        self.source = source
        self.tree = SessionTree()
        self.notices: list[str] = []
        self.partials: dict[str, tuple[Record, str]] = {}

    @classmethod
    async def create(
        cls,
        source: Source,
        engine: str,
        data: Mapping[str, Any],
        first: FirstRecords = no_more,
    ) -> Self:
        """Return a session that holds its root record and the first ones."""
        records = new_records(source, engine, data, first)
        session = cls(records[0].id, source)
        await session.append(*records)
        return session

    async def append(self, *records: Record) -> tuple[Record, ...]:
        """Number the records and take them into `tree`."""
        start = len(self.tree)
        stored = tuple(replace(each, seq=start + i) for i, each in enumerate(records))
        for record in stored:
            self.tree.apply(record)
            self.partials.pop(record.id, None)
        return stored

    def checkpoint(self, draft: Record, added: str) -> None:
        """Remember the text so far of an answer that is still being streamed."""
        _, text = self.partials.get(draft.id, (draft, ""))
        self.partials[draft.id] = (draft, text + added)

    async def close(self) -> None:
        """Nothing to release."""
