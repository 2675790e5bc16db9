"""The tree of a session's records and the path through it that is current.

A fold: `apply` takes the records in file order. A record that lengthens the current path
becomes its end; a `head` record moves the end anywhere; nothing is ever taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from core.errors import StoreError
from core.sessions.record import OFF_PATH_KINDS, Kind, Record


class SessionTree:
    """All records of one session by id, with the current path."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._children: dict[str, list[str]] = {}
        self._path: list[Record] = []
        self._place: dict[str, int] = {}
        self._left: dict[str, str] = {}
        """Where the path ended when it left a record."""
        self._blobs: dict[str, str] = {}
        self._edits: dict[str, Record] = {}
        self._deleted: dict[str, bool] = {}
        self._meta: dict[str, Any] = {}

    @classmethod
    def fold(cls, records: Iterable[Record]) -> Self:
        """Build the tree of `records` from the start."""
        tree = cls()
        for record in records:
            tree.apply(record)
        return tree

    def apply(self, record: Record) -> None:
        """Take in the next record of the file."""
        self._records[record.id] = record
        if record.kind == Kind.BLOB:
            if digest := record.data.get("hash"):
                self._blobs.setdefault(str(digest), record.id)
        elif record.kind == Kind.HEAD:
            target = str(record.data.get("target", ""))
            if target in self._records:
                self._move(target)
        elif record.kind == Kind.EDIT:
            self._edits[str(record.data.get("target", ""))] = record
        elif record.kind == Kind.DELETE:
            self._deleted[str(record.data.get("target", ""))] = record.data.get("deleted", True)
        elif record.kind == Kind.META:
            self._meta |= record.data
        else:
            if record.parent is not None:
                self._children.setdefault(record.parent, []).append(record.id)
            if record.parent == self.head:
                self._place[record.id] = len(self._path)
                self._path.append(record)

    @property
    def head(self) -> str | None:
        """The id of the last record of the current path; `None` while empty."""
        return self._path[-1].id if self._path else None

    @property
    def root(self) -> Record:
        """The session record.

        Raises:
            StoreError: there is none yet.
        """
        if not self._path:
            raise StoreError("The session has no first record.")
        return self._path[0]

    @property
    def path(self) -> Sequence[Record]:
        """The current path, root first. A live view: copy it to keep it."""
        return self._path

    @property
    def conversation(self) -> Iterator[Record]:
        """The current path as it reads now: edited texts in place, deleted messages left out."""
        return (shown for record in self._path if (shown := self.shown(record)) is not None)

    @property
    def meta(self) -> Mapping[str, Any]:
        """What was said of the session as a whole since it began: `title`, `pinned`."""
        return self._meta

    def shown(self, record: Record) -> Record | None:
        """Return a record as it reads now, or `None` where it was deleted.

        One that was edited keeps its id; `data["edited"]` names the record of its new text.
        """
        if self._deleted.get(record.id):
            return None
        edit = self._edits.get(record.id)
        if edit is None:
            return record
        data = {key: value for key, value in record.data.items() if key != "raw"}
        return replace(record, text=edit.text, data={**data, "edited": edit.id})

    def edit_of(self, record_id: str) -> Record | None:
        """Return the record of a message's present words, if it was edited."""
        return self._edits.get(record_id)

    def deleted(self, record_id: str) -> bool:
        """Whether the message was left out of the conversation."""
        return bool(self._deleted.get(record_id))

    def on_path(self, record_id: str) -> bool:
        """Whether the record lies on the current path."""
        return record_id in self._place

    def last_end(self, record_id: str) -> str | None:
        """Return where the path ended when it last went through a record; `None`: it never did."""
        return self.head if record_id in self._place else self._left.get(record_id)

    def path_to(self, record_id: str) -> list[Record]:
        """Return the path from the root to a record.

        Raises:
            StoreError: no such record.
        """
        backwards = [self.get(record_id)]
        while (parent := backwards[-1].parent) is not None:
            backwards.append(self.get(parent))
        return backwards[::-1]

    def get(self, record_id: str) -> Record:
        """Return a record by id.

        Raises:
            StoreError: no such record.
        """
        try:
            return self._records[record_id]
        except KeyError:
            raise StoreError(f"The session has no record {record_id}.") from None

    def children(self, record_id: str) -> list[Record]:
        """Return the records that follow one directly, oldest first."""
        return [self._records[each] for each in self._children.get(record_id, ())]

    def blob(self, digest: str) -> Record | None:
        """Return the blob with that hash, if the session holds it."""
        found = self._blobs.get(digest)
        return None if found is None else self._records[found]

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._records

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def _move(self, target: str) -> None:
        """Make `target` the end of the path, keeping the part that both paths share."""
        added: list[Record] = []
        at: str | None = target
        while at is not None and at not in self._place:
            record = self._records[at]
            if record.kind in OFF_PATH_KINDS:
                return
            added.append(record)
            at = record.parent
        keep = 0 if at is None else self._place[at] + 1
        end = self._path[-1].id if self._path else ""
        for record in self._path[keep:]:
            del self._place[record.id]
            self._left[record.id] = end
        del self._path[keep:]
        for record in reversed(added):
            self._place[record.id] = len(self._path)
            self._path.append(record)
