"""A session whose records are kept in a file: what the store hands out."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

from core.errors import StoreError
from core.ids import Source
from core.sessions.journal import Journal
from core.sessions.locks import forget_holder
from core.sessions.partials import Partials
from core.sessions.record import Record
from core.sessions.tree import SessionTree
from core.sessions.writer import Writer


@dataclass(slots=True)
class OpenJournal:
    """A session's file, locked for writing, with all that was read from it."""

    journal: Journal
    tree: SessionTree
    next_seq: int
    notices: list[str]

    def close(self) -> None:
        """Let go of the lock and the file."""
        forget_holder(self.journal.journal.path)
        self.journal.close()


class StoredSession:
    """A `core.sessions.session.Session` in a file, open for writing by this process alone."""

    def __init__(self, opened: OpenJournal, source: Source) -> None:
        """Start the writer; call it in the event loop that will append."""
        path = opened.journal.journal.path
        self.id = path.stem
        self.path = path
        self.source = source
        self.tree = opened.tree
        self.notices = opened.notices
        self._opened = opened
        self._next_seq = opened.next_seq
        self._failure: StoreError | None = None
        self._closing: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._writer = Writer(opened.journal, Partials(path))

    async def append(self, *records: Record) -> tuple[Record, ...]:
        """Store records for good, then take them into `tree`; returns them with `seq` set.

        Cancelling the caller does not take them back: they are stored all the same.

        Raises:
            StoreError: nothing of the group may be relied on; the session takes no more.
        """
        if self._closing is not None:
            raise StoreError(f"Session {self.id} is closed.", "Open it again.")
        if self._failure is not None:
            raise self._again(self._failure)
        if not records:
            return ()
        start = self._next_seq
        self._next_seq += len(records)
        stored = tuple(replace(each, seq=start + i) for i, each in enumerate(records))
        waiting: asyncio.Future[None] = self._loop.create_future()

        def done(failure: StoreError | None) -> None:
            # A loop that is closed has nobody left to tell.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._settle, stored, waiting, failure)

        self._writer.submit(stored, done)
        await waiting
        return stored

    def checkpoint(self, draft: Record, added: str) -> None:
        """Note streamed text; it survives the process from 250 ms later on."""
        if self._closing is None:
            self._writer.checkpoint(draft, added)

    async def close(self) -> None:
        """Store what is under way, release the lock and the file; harmless when repeated."""
        if self._closing is None:
            self._closing = self._loop.create_task(asyncio.to_thread(self._release))
        await asyncio.shield(self._closing)

    def _settle(
        self,
        stored: tuple[Record, ...],
        waiting: asyncio.Future[None],
        failure: StoreError | None,
    ) -> None:
        if failure is None:
            for record in stored:
                self.tree.apply(record)
            if not waiting.done():
                waiting.set_result(None)
            return
        self._failure = failure
        if not waiting.done():
            waiting.set_exception(self._again(failure))

    def _release(self) -> None:
        self._writer.close()
        self._opened.close()

    @staticmethod
    def _again(failure: StoreError) -> StoreError:
        """Return a copy: one exception object must not be raised in several tasks."""
        return StoreError(failure.message, failure.hint)
