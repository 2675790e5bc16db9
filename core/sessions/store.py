"""The folder of sessions: create, find, open, read, list, search, put away.

What only writing needs (TinyDB among it) is imported when something is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.ids import Source
from core.sessions.files import store_error
from core.sessions.folder import TRASH, find_session, leftovers
from core.sessions.index import Rebuild, list_sessions
from core.sessions.reading import StoredView, read_tail, read_view
from core.sessions.record import CODE, Author, Record
from core.sessions.session import FirstRecords, new_records, no_more
from core.sessions.summary import SessionSummary

if TYPE_CHECKING:
    from core.sessions.erasing import Erased
    from core.sessions.importing import Imported
    from core.sessions.search import Hit
    from core.sessions.stored import OpenJournal, StoredSession

OnRebuild = Callable[[Rebuild], None]


class SessionStore:
    """All sessions of one folder. Nothing here blocks the event loop.

    A `prefix` is the beginning of an id, long enough to be the only one. Every method that
    takes one raises `SessionNotFound` if it fits none or several.
    """

    def __init__(self, folder: Path, source: Source, typed: Path | None = None) -> None:
        """Open a folder of sessions; `typed` is that of drafts and of texts to recall."""
        self.folder = folder
        self._typed = typed
        self._source = source

    async def create(
        self,
        engine: str,
        data: Mapping[str, Any],
        first: FirstRecords = no_more,
        *,
        author: Author = CODE,
    ) -> StoredSession:
        """Create a session for `engine`, set up as `data` says, and open it for writing.

        Its root record and the `first` ones are written at once: nobody ever sees it without
        them.

        Raises:
            StoreError: its file cannot be written.
        """
        records = new_records(self._source, engine, data, first, author)
        return await self._open(lambda: _create(self.folder, records))

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

    async def list(self, on_rebuild: OnRebuild | None = None) -> Sequence[SessionSummary]:
        """Return all sessions, the one written to last first.

        While the index is made anew from the files `on_rebuild` is told, in this event loop,
        how far that is.

        Raises:
            StoreError: the folder cannot be read.
        """
        return await self._listed(self.folder, on_rebuild)

    async def leftovers(self) -> Sequence[Path]:
        """Return what lies beside sessions that are not there: their process was killed.

        Raises:
            StoreError: the folder cannot be read.
        """
        try:
            return await asyncio.to_thread(leftovers, self.folder)
        except OSError as error:
            raise store_error("read", self.folder, error) from error

    async def search(
        self, words: str | Sequence[str], *, limit: int | None = 200, engine: str | None = None
    ) -> AsyncGenerator[Hit, None]:
        """Yield the messages that hold all words, those of the newest sessions first.

        A message is searched as it reads now; titles and names are searched as well. In a
        string words in quotes stand together; of a sequence every item does. Leaving the
        loop ends the search.

        Raises:
            UsageError: there are no words.
            StoreError: the folder cannot be read; or, after all hits, some files met a fault.
        """
        from core.sessions.matching import parse_words
        from core.sessions.search import Search

        wanted = parse_words(words) if isinstance(words, str) else tuple(words)
        search = Search(self.folder, wanted, limit=limit, engine=engine)
        while (hits := await asyncio.to_thread(search.next_hits)) is not None:
            for hit in hits:
                yield hit
        search.check()

    async def rename(self, prefix: str, title: str) -> str:
        """Give a session a title, or with an empty one its first one back; returns its id.

        Raises:
            SessionBusy: somebody is writing to it; its engine can rename it.
            StoreError: it cannot be written to.
        """
        return await self._describe(prefix, {"title": title})

    async def pin(self, prefix: str, pinned: bool = True) -> str:
        """Keep a session at the top of lists, or no longer; returns its id.

        Raises:
            SessionBusy: somebody is writing to it; its engine can pin it.
            StoreError: it cannot be written to.
        """
        return await self._describe(prefix, {"pinned": pinned})

    async def trash(self, prefix: str) -> Path:
        """Move a session to the trash folder; returns where it is now.

        Raises:
            SessionBusy: somebody is writing to it.
            StoreError: it cannot be moved.
        """

        def trashed() -> Path:
            from core.sessions.trash import move_to_trash

            return move_to_trash(find_session(self.folder, prefix))

        return await asyncio.to_thread(trashed)

    async def trashed(self) -> Sequence[SessionSummary]:
        """Return what lies in the trash; an `id` may end in -2 where one was there before.

        Raises:
            StoreError: the trash cannot be read.
        """
        return await self._listed(self.folder / TRASH, None)

    async def restore(self, prefix: str) -> str:
        """Take a session out of the trash; returns its id.

        Raises:
            SessionNotFound: none in the trash has that id, or several do.
            StoreError: it cannot be moved, or its place is taken.
        """

        def restored() -> str:
            from core.sessions.trash import restore

            return restore(self.folder, prefix).stem

        return await asyncio.to_thread(restored)

    async def erase(self, prefix: str, records: Sequence[str] | None = None) -> Erased:
        """Take all texts out of a session for good, or those of some records.

        What was trashed under the same id is erased too; if only that is there, it is what
        is meant. What was typed for it is forgotten. Ids, times and structure stay.

        Raises:
            SessionBusy: somebody is writing to it.
            SessionNotFound: neither here nor in the trash.
            StoreError: a record is unknown, or it cannot be written; it is as it was then.
        """

        def erased() -> Erased:
            from core.sessions.erasing import erase

            return erase(self.folder, prefix, records, self._source.now, self._typed)

        return await asyncio.to_thread(erased)

    async def fork(self, prefix: str) -> str:
        """Copy a session as it stands, busy or not, into a new one; returns its id.

        Raises:
            SessionDamaged: nothing in it can be read.
            StoreError: it cannot be read or written.
        """

        def forked() -> str:
            from core.sessions.importing import copying_days, with_new_root

            path, new_id = find_session(self.folder, prefix), self._source.new_id()
            records = with_new_root(list(read_view(path).tree), new_id)
            with copying_days(path, path.with_stem(new_id)):
                return self._take_in(records)

        return await asyncio.to_thread(forked)

    async def import_file(self, path: Path, *, model: str = "") -> Imported:
        """Take in a session that was exported as JSON Lines, or a chat of SillyTavern's.

        `model` is whom a chat that names none goes on with. Cancelled while the file is read,
        it takes nothing in.

        Raises:
            StoreError: it is neither, or the session is here already.
        """
        from core.sessions.importing import Imported, read_import

        records, notices = await asyncio.to_thread(read_import, path, self._source, model)
        return Imported(await asyncio.to_thread(self._take_in, records), notices)

    async def _describe(self, prefix: str, data: Mapping[str, Any]) -> str:
        def described() -> str:
            from core.sessions.opening import describe

            path = find_session(self.folder, prefix)
            describe(path, self._source, data)
            return path.stem

        return await asyncio.to_thread(described)

    async def _listed(self, folder: Path, on_rebuild: OnRebuild | None) -> Sequence[SessionSummary]:
        loop = asyncio.get_running_loop()

        def told(rebuild: Rebuild) -> None:
            if on_rebuild is not None:
                loop.call_soon_threadsafe(on_rebuild, rebuild)

        try:
            return await asyncio.to_thread(list_sessions, folder, told)
        except OSError as error:
            raise store_error("read", folder, error) from error

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
