"""The folder of sessions: create, find, open, read, list, put away.

What only writing needs (TinyDB among it) is imported when something is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.ids import Source
from core.sessions.files import store_error
from core.sessions.folder import find_session, move_to_trash
from core.sessions.index import SessionSummary, list_sessions
from core.sessions.reading import StoredView, read_tail, read_view
from core.sessions.record import CODE, Author, Kind, Record

if TYPE_CHECKING:
    from core.sessions.stored import OpenJournal, StoredSession


class SessionStore:
    """All sessions of one folder. Nothing here blocks the event loop.

    A `prefix` is the beginning of an id, long enough to be the only one. Every method that
    takes one raises `SessionNotFound` if it fits none or several.
    """

    def __init__(self, folder: Path, source: Source) -> None:
        self.folder = folder
        self._source = source

    async def create(
        self, engine: str, data: Mapping[str, Any], *, author: Author = CODE
    ) -> StoredSession:
        """Create a session for `engine`, set up as `data` says, and open it for writing.

        Raises:
            StoreError: its file cannot be written.
        """
        root = Record(
            id=self._source.new_id(),
            kind=Kind.SESSION,
            parent=None,
            author=author,
            at=self._source.now(),
            data={"engine": engine, **data},
        )
        return await self._open(lambda: _create(self.folder, [root]))

    async def open(self, prefix: str) -> StoredSession:
        """Open a session for writing; its `notices` say what had to be mended.

        Raises:
            SessionBusy: another process, or this one, is writing to it.
            SessionDamaged: nothing in it can be read.
            StoreError: it cannot be written to.
        """

        def opened() -> OpenJournal:
            from core.sessions.opening import open_journal

            return open_journal(find_session(self.folder, prefix), self._source.now)

        return await self._open(opened)

    async def read(self, prefix: str) -> StoredView:
        """Read a session as it stands, also while somebody writes to it.

        Raises:
            SessionDamaged: nothing in it can be read.
            StoreError: it cannot be opened.
        """
        return await asyncio.to_thread(lambda: read_view(find_session(self.folder, prefix)))

    async def tail(self, prefix: str, count: int) -> Sequence[Record]:
        """Return the last records in file order, quickly however long the session is.

        Raises:
            StoreError: it cannot be read.
        """
        return await asyncio.to_thread(lambda: read_tail(find_session(self.folder, prefix), count))

    async def resolve(self, prefix: str) -> str:
        """Return the whole id."""
        return (await asyncio.to_thread(find_session, self.folder, prefix)).stem

    async def list(self) -> Sequence[SessionSummary]:
        """Return all sessions, the one written to last first.

        Raises:
            StoreError: the folder cannot be read.
        """
        try:
            return await asyncio.to_thread(list_sessions, self.folder)
        except OSError as error:
            raise store_error("read", self.folder, error) from error

    async def trash(self, prefix: str) -> Path:
        """Move a session to the trash folder; returns where it is now.

        Raises:
            SessionBusy: somebody is writing to it.
            StoreError: it cannot be moved.
        """
        return await asyncio.to_thread(lambda: move_to_trash(find_session(self.folder, prefix)))

    async def fork(self, prefix: str) -> str:
        """Copy a session as it stands, busy or not, into a new one; returns its id.

        Raises:
            SessionDamaged: nothing in it can be read.
            StoreError: it cannot be read or written.
        """

        def forked() -> str:
            from core.sessions.importing import with_new_root

            view = read_view(find_session(self.folder, prefix))
            return self._take_in(with_new_root(list(view.tree), self._source.new_id()))

        return await asyncio.to_thread(forked)

    async def import_jsonl(self, path: Path) -> str:
        """Take in a session that was exported as JSON Lines; returns its id.

        Raises:
            StoreError: the file is not a whole session, or the session is here already.
        """

        def imported() -> str:
            from core.sessions.importing import read_export

            return self._take_in(read_export(path))

        return await asyncio.to_thread(imported)

    def _take_in(self, records: Sequence[Record]) -> str:
        _create(self.folder, records).close()
        return records[0].id

    async def _open(self, opening: Callable[[], OpenJournal]) -> StoredSession:
        """Open in a thread; if the caller is cancelled meanwhile, let go of it again."""
        task = asyncio.ensure_future(asyncio.to_thread(opening))
        try:
            opened = await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_let_go)
            raise
        from core.sessions.stored import StoredSession

        return StoredSession(opened, self._source)


def _create(folder: Path, records: Sequence[Record]) -> OpenJournal:
    from core.sessions.opening import create_journal

    return create_journal(folder, records)


def _let_go(task: asyncio.Future[OpenJournal]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.get_loop().run_in_executor(None, task.result().close)
