"""What an engine needs of a session that it writes to."""

from __future__ import annotations

from typing import Protocol

from core.ids import Source
from core.sessions.record import Record
from core.sessions.tree import SessionTree


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
