"""Creating session files, and opening them for writing. Everything here blocks: use a thread."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import StoreError
from core.ids import Source
from core.files import make_folder, replace_file, sync_folder
from core.sessions.files import append_or_undo, store_error
from core.sessions.folder import NASCENT, SUFFIX, gone
from core.sessions.index import begin_index
from core.sessions.journal import TABLE, Journal
from core.sessions.locks import forget_holder, note_holder, take_lock
from core.sessions.partials import cut_off, partial_path
from core.sessions.record import CODE, Kind, Record
from core.sessions.repair import Scan, damage, interrupted, mend, not_understood, scan_file
from core.sessions.stored import OpenJournal
from core.sessions.tree import SessionTree


def create_journal(folder: Path, records: Sequence[Record]) -> OpenJournal:
    """Create a session's file with its first records, the root first, locked for writing.

    The file gets its name when it is complete: nobody ever sees an empty one.

    Raises:
        StoreError: it cannot be written.
    """
    path = folder / f"{records[0].id}{SUFFIX}"
    numbered = [replace(each, seq=i) for i, each in enumerate(records)]
    try:
        make_folder(folder)
        if path.exists():
            raise StoreError(
                f"Session {path.stem} is here already.", "Use that one, or delete it first."
            )
        begin_index(folder)
        journal = _write_new(path, numbered)
    except OSError as error:
        raise store_error("create a session in", folder, error) from error
    return OpenJournal(journal, SessionTree.fold(numbered), len(numbered), [])


def _write_new(path: Path, records: Sequence[Record]) -> Journal:
    """Write a whole file, lock it, and only then give it its name."""
    nascent = path.with_suffix(NASCENT)
    journal = Journal(nascent, create=True)
    try:
        take_lock(journal.journal.descriptor, nascent)
        journal.table(TABLE).insert_multiple([each.to_json() for each in records])
        note_holder(path)
        nascent.rename(path)
        journal.journal.path = path
        sync_folder(path.parent)
    except BaseException:
        nascent.unlink(missing_ok=True)
        forget_holder(path)
        journal.close()
        raise
    return journal


def open_journal(path: Path, now: Callable[[], datetime]) -> OpenJournal:
    """Open a session for writing; mends what is damaged and stores what was cut off.

    Raises:
        SessionBusy: somebody else writes to it.
        SessionDamaged: nothing in it can be read.
        StoreError: it cannot be opened or mended.
    """
    try:
        journal = _lock(path)
    except FileNotFoundError:
        raise gone(path) from None
    except OSError as error:
        raise store_error("open", path, error) from error
    try:
        scan = scan_file(journal.journal.descriptor)
        records = scan.records
        told = {record.text for record in records if record.kind == Kind.NOTICE}
        notices = [each for each in not_understood(scan) if each not in told]
        if scan.damaged:
            records = mend(scan, path)
            # The damaged file stays locked until the mended one, locked too, has its name.
            old = journal
            journal, kept = _replaced(path, records, now())
            old.close()
            notices.append(f"{damage(scan)}. {kept}")
        elif scan.torn:
            notices.append(_cut(journal, path, scan, now()))
        elif scan.unterminated:
            append_or_undo(journal.journal.descriptor, b"\n", sync=True)
        return _opened(journal, records, scan.next_seq, notices)
    except BaseException as error:
        journal.close()
        if isinstance(error, OSError):
            raise store_error("open", path, error) from error
        raise


def describe(path: Path, source: Source, data: Mapping[str, Any]) -> None:
    """Append what a session as a whole is called or whether it is pinned.

    Raises:
        SessionBusy: somebody writes to it.
        SessionDamaged: nothing in it can be read.
        StoreError: it cannot be written to.
    """
    opened = open_journal(path, source.now)
    try:
        record = Record(
            id=source.new_id(),
            kind=Kind.META,
            parent=opened.tree.head,
            author=CODE,
            at=source.now(),
            data=data,
            seq=opened.next_seq,
        )
        opened.journal.table(TABLE).insert(record.to_json())
    except OSError as error:
        raise store_error("write to", path, error) from error
    finally:
        opened.close()


def _lock(path: Path) -> Journal:
    """Open and lock the file that is at `path`, even while it is being replaced."""
    while True:
        journal = Journal(path, writable=True)
        try:
            current = take_lock(journal.journal.descriptor, path)
        except BaseException:
            journal.close()
            raise
        if current:
            return journal
        journal.close()


def _opened(
    journal: Journal, records: Sequence[Record], next_seq: int, notices: list[str]
) -> OpenJournal:
    """Note who holds the session, and store the answers that were cut off."""
    path = journal.journal.path
    note_holder(path)
    tree = SessionTree.fold(records)
    lost = cut_off(path, tree)
    if lost:
        stored = [replace(each, seq=next_seq + i) for i, each in enumerate(lost)]
        journal.table(TABLE).insert_multiple([each.to_json() for each in stored])
        for record in stored:
            tree.apply(record)
        notices = [*notices, interrupted(len(lost))]
    for left in (partial_path(path), path.with_suffix(NASCENT)):
        with suppress(IsADirectoryError, PermissionError):
            left.unlink(missing_ok=True)
    # Counting the lines now keeps the first append as quick as the others.
    _ = journal.journal.count
    return OpenJournal(journal, tree, next_seq + len(lost), notices)


def _replaced(path: Path, records: Sequence[Record], moment: datetime) -> tuple[Journal, str]:
    """Set a damaged file aside and put `records` in its place; returns that with a notice."""
    kept = _spare_path(path, moment)
    try:
        os.link(path, kept)
    except OSError:
        shutil.copyfile(path, kept)
    return rewrite(path, records), f"The file as it was is kept as {kept.name}."


def rewrite(path: Path, records: Sequence[Record]) -> Journal:
    """Put `records` in place of a session that is open for writing; returns it, locked.

    Raises:
        OSError: it could not be written; `path` is as it was.
    """
    path.with_suffix(NASCENT).unlink(missing_ok=True)
    return _write_new(path, records)


def _cut(journal: Journal, path: Path, scan: Scan, moment: datetime) -> str:
    """Set an unfinished last line aside and take it off the file; returns the notice."""
    kept = _spare_path(path, moment)
    descriptor = journal.journal.descriptor
    replace_file(kept, os.pread(descriptor, scan.torn, scan.size))
    os.ftruncate(descriptor, scan.size)
    os.fsync(descriptor)
    return f"The last line was never finished ({scan.torn} bytes); it is kept as {kept.name}."


def _spare_path(path: Path, moment: datetime) -> Path:
    stem = f"{path.stem}.damaged-{moment:%Y%m%dT%H%M%SZ}"
    spare, number = path.with_name(stem), 1
    while spare.exists():
        number += 1
        spare = path.with_name(f"{stem}-{number}")
    return spare
