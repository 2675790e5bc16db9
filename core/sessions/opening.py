"""Creating session files, and opening them for writing. Everything here blocks: use a thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.errors import StoreError
from core.sessions.codec import encode_line
from core.sessions.files import (
    append_or_undo,
    make_folder,
    replace_file,
    store_error,
    sync_folder,
)
from core.sessions.folder import SUFFIX, gone
from core.sessions.journal import TABLE, Journal
from core.sessions.locks import forget_holder, note_holder, take_lock
from core.sessions.partials import partial_path, read_partials
from core.sessions.record import Record
from core.sessions.repair import Scan, damage, interrupted, mend, scan_file
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
        journal = _write_new(path, numbered)
    except OSError as error:
        raise store_error("create a session in", folder, error) from error
    return OpenJournal(journal, SessionTree.fold(numbered), len(numbered), [])


def _write_new(path: Path, records: Sequence[Record]) -> Journal:
    nascent = path.with_suffix(".new")
    journal = Journal(nascent, create=True)
    try:
        take_lock(journal.journal.descriptor, nascent)
        journal.table(TABLE).insert_multiple([each.to_json() for each in records])
        note_holder(path)
        nascent.rename(path)
        journal.journal.path = path
        sync_folder(path.parent)
    except BaseException:
        for each in (journal.journal.path, nascent):
            each.unlink(missing_ok=True)
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
        return _load(journal, path, now)
    except BaseException as error:
        journal.close()
        if isinstance(error, OSError):
            raise store_error("open", path, error) from error
        raise


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


def _load(journal: Journal, path: Path, now: Callable[[], datetime]) -> OpenJournal:
    scan = scan_file(journal.journal.descriptor)
    records, notices = scan.records, []
    if scan.damaged:
        records = mend(scan, path)
        journal, kept = _rewrite(journal, path, records, now())
        notices.append(f"{damage(scan)}; the file as it was is kept as {kept.name}.")
    elif scan.torn:
        kept = _cut(journal, path, scan, now())
        notices.append(
            f"The last line was never finished ({scan.torn} bytes); it is kept as {kept.name}."
        )
    elif scan.unterminated:
        append_or_undo(journal.journal.descriptor, b"\n", sync=True)
    note_holder(path)
    opened = OpenJournal(journal, SessionTree.fold(records), scan.next_seq, notices)
    _store_partials(opened, path)
    # Counting the lines now keeps the first append as quick as the others.
    _ = journal.journal.count
    return opened


def _store_partials(opened: OpenJournal, path: Path) -> None:
    lost = [each for each in read_partials(path) if each.id not in opened.tree]
    if lost:
        stored = [replace(each, seq=opened.next_seq + i) for i, each in enumerate(lost)]
        opened.journal.table(TABLE).insert_multiple([each.to_json() for each in stored])
        opened.next_seq += len(stored)
        for record in stored:
            opened.tree.apply(record)
        opened.notices.append(interrupted(len(lost)))
    partial_path(path).unlink(missing_ok=True)


def _rewrite(
    journal: Journal, path: Path, records: Sequence[Record], moment: datetime
) -> tuple[Journal, Path]:
    """Set the damaged file aside and put the readable records in its place."""
    kept = _spare_path(path, moment)
    os.link(path, kept)
    replace_file(path, b"".join(encode_line(each.to_json()) for each in records))
    # The old file stays locked until the new one is: nobody gets in between.
    fresh = _lock(path)
    journal.close()
    return fresh, kept


def _cut(journal: Journal, path: Path, scan: Scan, moment: datetime) -> Path:
    """Set an unfinished last line aside and take it off the file."""
    kept = _spare_path(path, moment)
    descriptor = journal.journal.descriptor
    replace_file(kept, os.pread(descriptor, scan.torn, scan.size))
    os.ftruncate(descriptor, scan.size)
    os.fsync(descriptor)
    return kept


def _spare_path(path: Path, moment: datetime) -> Path:
    stem = f"{path.stem}.damaged-{moment:%Y%m%dT%H%M%SZ}"
    spare, number = path.with_name(stem), 1
    while spare.exists():
        number += 1
        spare = path.with_name(f"{stem}-{number}")
    return spare
