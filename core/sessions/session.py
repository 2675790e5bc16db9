"""What an engine needs of a session that it writes to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

from core.ids import Source
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.tree import SessionTree


FirstRecords = Callable[[Record, Source], Iterable[Record]]
"""Returns what a new session holds besides its root record, from that and a source of ids."""


class Session(Protocol):
    """One session, open for writing by this process alone."""

    id: str
    """The id of its root record, which is also the stem of its file's name."""
    source: Source
    """Ids and times for its records."""
    tree: SessionTree
    """The fold of everything appended so far."""
    notices: list[str]
    """What opening had to repair, in sentences for a person."""

    async def append(self, *records: Record) -> tuple[Record, ...]:
        """Store records for good, then take them into `tree`; returns them with `seq` set.

        When this returns they have reached the disk, in the order given, as one group.

        Raises:
            StoreError: nothing of the group may be relied on; the session takes no more.
        """
        ...

    def checkpoint(self, draft: Record, added: str) -> None:
        """Note that `added` was streamed to the message that `draft` will become.

        Costs no wait. Text noted at least 250 ms ago survives the process: opening the
        session afterwards appends `draft` with that text as `interrupted`, unless a
        record with its id was stored.
        """
        ...

    async def close(self) -> None:
        """Store what is under way, release the lock and the file."""
        ...


class CreateSession(Protocol):
    """Makes a session with its root record and other first records, in one write."""

    def __call__(
        self, engine: str, data: Mapping[str, Any], first: FirstRecords = ...
    ) -> Awaitable[Session]: ...


def no_more(root: Record, source: Source) -> Iterable[Record]:
    """Return no records: the root is the only one."""
    return ()


def new_records(
    source: Source,
    engine: str,
    data: Mapping[str, Any],
    first: FirstRecords = no_more,
    author: Author = CODE,
) -> list[Record]:
    """Return the records that a new session begins with, its root before the others."""
    root = Record(
        id=source.new_id(),
        kind=Kind.SESSION,
        parent=None,
        author=author,
        at=source.now(),
        data={"engine": engine, **data},
    )
    return [root, *first(root, source)]
