"""TinyDB over a file that only ever grows: one JSON line a document.

TinyDB's own storage rewrites the whole file at every insert, which costs more with every
document and loses all of them when the process dies half way. These classes use its
documented extension points (https://tinydb.readthedocs.io/en/latest/extend.html): a
storage that appends, a table whose inserts use that, and a mapping that parses lazily in
place of the whole database in memory. Anyone may read a session with plain TinyDB:

    TinyDB(path, storage=JournalStorage).table("records").search(where("kind") == "message")
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from core.errors import StoreError
from core.sessions.codec import encode_line
from core.files import open_file
from core.sessions.files import FILE_MODE, append_or_undo
from core.sessions.lines import Documents

TABLE = "records"


class JournalStorage(Storage):
    """A file of JSON lines as a TinyDB storage with the one table "records"."""

    def __init__(self, path: str | Path, *, writable: bool = False, create: bool = False) -> None:
        """Open `path`; with `create` it must not exist yet.

        Raises:
            OSError: it cannot be opened.
        """
        self.path = Path(path)
        flags = os.O_RDWR | os.O_APPEND if writable or create else os.O_RDONLY
        if create:
            flags |= os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self.descriptor = os.open(self.path, flags, FILE_MODE)
        else:
            self.descriptor = open_file(self.path, flags)
        self._count: int | None = None

    @property
    def documents(self) -> Documents:
        """The documents as they are in the file at this moment."""
        return Documents(self.descriptor)

    @property
    def count(self) -> int:
        """The number of documents; counted once, then kept up to date by `append`."""
        if self._count is None:
            self._count = len(self.documents)
        return self._count

    def read(self) -> dict[str, dict[str, Any]]:
        return {TABLE: cast("dict[str, Any]", self.documents)}

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Append the documents that are new in `data`.

        Raises:
            StoreError: a document was changed or taken away, or another table added.
        """
        known, wanted = self.documents, data.get(TABLE, {})
        if data.keys() - {TABLE} or any(wanted.get(key) != each for key, each in known.items()):
            raise StoreError(
                f"{self.path.name} is only ever added to: nothing in it is changed or removed.",
                "Append a record that says what is to be different.",
            )
        self.append([each for key, each in wanted.items() if key not in known])

    def append(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Append documents as one group that has reached the disk when this returns.

        Raises:
            OSError: it has not; what was written of the group is cut off again if possible.
            TypeError, ValueError: a document holds something that JSON has not.
        """
        lines = [encode_line(each) for each in documents]
        count = self.count
        append_or_undo(self.descriptor, b"".join(lines), sync=True)
        self._count = count + len(lines)

    def close(self) -> None:
        os.close(self.descriptor)


class JournalTable(Table):
    """A table whose inserts cost the same however many documents there are.

    A document's id is the number of its line; one that is brought along is ignored.
    """

    _storage: JournalStorage

    def insert(self, document: Mapping[str, Any]) -> int:
        return self.insert_multiple([document])[0]

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        first = self._storage.count + 1
        self._storage.append(documents)
        self.clear_cache()
        return list(range(first, self._storage.count + 1))


class Journal(TinyDB):
    """The database of one session."""

    table_class = JournalTable
    default_table_name = TABLE

    def __init__(self, path: Path, *, writable: bool = False, create: bool = False) -> None:
        super().__init__(path, storage=JournalStorage, writable=writable, create=create)

    @property
    def journal(self) -> JournalStorage:
        """The storage, by its own type."""
        return cast(JournalStorage, self.storage)
