"""Reading sessions without a lock and without changing anything. Call it in a thread."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.files import open_file
from core.sessions.codec import salvage_record
from core.sessions.files import store_error
from core.sessions.folder import gone
from core.sessions.lines import read_last_lines
from core.sessions.locks import holder, is_busy
from core.sessions.partials import missing_from, read_partials
from core.sessions.record import Record
from core.sessions.repair import Scan, damage, interrupted, mend, not_understood, scan_file
from core.sessions.tree import SessionTree


@dataclass(frozen=True, slots=True)
class StoredView:
    """A session as it stood when it was read; nothing can be written to it."""

    id: str
    tree: SessionTree
    """Everything on record, and answers that were cut off."""
    notices: tuple[str, ...]
    """What is damaged or under way, in sentences for a person."""
    busy: bool
    """Whether somebody was writing to it."""


def read_view(path: Path) -> StoredView:
    """Read a session as it stands, partial answers included.

    Raises:
        SessionDamaged: nothing in it can be read.
        StoreError: it cannot be opened.
    """
    busy = is_busy(path)
    notices: list[str] = []
    if busy:
        notices.append(f"It is being written by {holder(path)}: this is how it stood just now.")
    # Partial answers first: one that is stored meanwhile is then found in the file.
    partials = read_partials(path)
    try:
        scan = _scan(path)
    except FileNotFoundError:
        raise gone(path) from None
    except OSError as error:
        raise store_error("read", path, error) from error
    records: Sequence[Record] = scan.records
    if scan.damaged:
        records = mend(scan, path)
        notices.append(f"{damage(scan)}; opening the session for writing mends it.")
    notices += not_understood(scan)
    tree = SessionTree.fold(records)
    lost = missing_from(tree, partials)
    for seq, record in enumerate(lost, start=scan.next_seq):
        tree.apply(replace(record, seq=seq))
    if lost and not busy:
        notices.append(interrupted(len(lost)))
    return StoredView(path.stem, tree, tuple(notices), busy)


def read_tail(path: Path, count: int) -> list[Record]:
    """Return the last records of a session, oldest first, however long it is.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        descriptor = open_file(path)
    except FileNotFoundError:
        raise gone(path) from None
    except OSError as error:
        raise store_error("read", path, error) from error
    records = []
    try:
        for line in read_last_lines(descriptor, os.fstat(descriptor).st_size, count):
            with suppress(ValueError):
                records.append(salvage_record(line))
    finally:
        os.close(descriptor)
    return records


def _scan(path: Path) -> Scan:
    descriptor = open_file(path)
    try:
        return scan_file(descriptor)
    finally:
        os.close(descriptor)
