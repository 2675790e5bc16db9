"""Anyone can read a session with plain TinyDB, and nobody can rewrite it by accident."""

from __future__ import annotations

import fcntl
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tinydb import TinyDB, where

from core.errors import StoreError
from core.sessions.codec import encode_line
from core.sessions.journal import TABLE, Journal, JournalStorage
from store_samples import store_in, stored


async def test_plain_tinydb_reads_a_session(tmp_path: Path) -> None:
    path = await stored(store_in(tmp_path), "one", "two", "three")
    with TinyDB(path, storage=JournalStorage) as database:
        table = database.table("records")
        assert [each["text"] for each in table.search(where("kind") == "message")] == [
            "one",
            "two",
            "three",
        ]
        assert len(table) == 4
        assert table.get(doc_id=2)["text"] == "one"
        assert table.get(where("text") == "two").doc_id == 3
        assert table.contains(where("kind") == "session")
        assert database.tables() == {"records"}


async def test_a_torn_last_line_is_no_document(tmp_path: Path) -> None:
    path = await stored(store_in(tmp_path), "one")
    with path.open("ab") as file:
        file.write(b'{"id": "torn')
    with TinyDB(path, storage=JournalStorage) as database:
        assert len(database.table("records")) == 2


def test_inserting_appends_lines_and_numbers_them(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    with Journal(path, create=True) as journal:
        table = journal.table(TABLE)
        assert table.insert({"n": 1}) == 1
        assert table.insert_multiple([{"n": 2}, {"n": 3}]) == [2, 3]
        assert table.search(where("n") == 3) == [{"n": 3}]
        table.insert({"n": 3})
        assert len(table.search(where("n") == 3)) == 2
    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n{"n":3}\n{"n":3}\n'


def test_plain_tinydb_may_add_to_a_file_but_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_bytes(encode_line({"n": 1}))
    with TinyDB(path, storage=JournalStorage, writable=True) as database:
        table = database.table("records")
        table.insert({"n": 2})
        for change in (
            lambda: table.update({"n": 5}),
            lambda: table.remove(where("n") == 1),
            table.truncate,
            database.drop_tables,
            lambda: database.table("other").insert({"n": 1}),
        ):
            with pytest.raises(StoreError, match="only ever added to"):
                change()
    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n'


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size`: the kernel's own way to refuse a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_line_that_only_fits_in_part_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    with Journal(path, create=True) as journal:
        journal.table(TABLE).insert({"n": 1})
        with file_size_limit(100), pytest.raises(OSError, match="too large"):
            journal.table(TABLE).insert({"text": "x" * 1000})
        assert path.read_bytes() == b'{"n":1}\n'
        journal.table(TABLE).insert({"n": 2})
    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n'


def test_a_disk_without_space_says_so(tmp_path: Path) -> None:
    path = tmp_path / "full.jsonl"
    path.touch()
    with Journal(path, writable=True) as journal:
        full = os.open("/dev/full", os.O_RDWR)
        os.dup2(full, journal.journal.descriptor)
        os.close(full)
        with pytest.raises(OSError, match="No space left"):
            journal.table(TABLE).insert({"n": 1})


def test_the_file_is_private_and_not_handed_to_children(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    with Journal(path, create=True) as journal:
        assert path.stat().st_mode & 0o777 == 0o600
        assert not os.get_inheritable(journal.journal.descriptor)
        fcntl.flock(journal.journal.descriptor, fcntl.LOCK_EX)
