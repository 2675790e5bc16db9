"""Making a session out of records that are there already: an export, or another session."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import StoreError
from core.sessions.codec import decode_record
from core.sessions.files import store_error
from core.sessions.folder import is_session_id
from core.sessions.lines import read_lines
from core.sessions.record import Kind, Record

_HINT = "Only what `salon sessions export --format jsonl` wrote can be imported."


def read_export(path: Path) -> list[Record]:
    """Return the records of a JSON Lines export, checked.

    Raises:
        StoreError: it cannot be read, or is no whole session.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            lines = list(read_lines(descriptor, os.fstat(descriptor).st_size))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise store_error("read", path, error, "name another file") from error
    records: list[Record] = []
    known: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = decode_record(line)
        except ValueError as error:
            raise StoreError(f"{path}:{number}: {error}.", _HINT) from None
        _check(path, number, record, known)
        records.append(record)
        known.add(record.id)
    if not records:
        raise StoreError(f"{path} is empty.", _HINT)
    return records


def with_new_root(records: Sequence[Record], new_id: str) -> list[Record]:
    """Return a copy of a whole session under another id; all other records keep theirs."""
    root, *others = records

    def moved(record_id: str | None) -> str | None:
        return new_id if record_id == root.id else record_id

    copies = [replace(root, id=new_id, data={**root.data, "forked_from": root.id})]
    for record in others:
        data = record.data
        if record.kind == Kind.HEAD:
            data = {**data, "target": moved(data.get("target"))}
        copies.append(replace(record, parent=moved(record.parent), data=data))
    return copies


def _check(path: Path, number: int, record: Record, known: set[str]) -> None:
    if not known and (record.kind != Kind.SESSION or not is_session_id(record.id)):
        raise StoreError(f"{path}:{number}: this is not the first record of a session.", _HINT)
    if record.id in known:
        raise StoreError(f"{path}:{number}: record {record.id} occurs twice.", _HINT)
    if record.parent is not None and record.parent not in known:
        raise StoreError(f"{path}:{number}: record {record.parent} is missing.", _HINT)
