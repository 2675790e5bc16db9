"""Making a session out of records that are there already: an export, or another session."""

from __future__ import annotations

import codecs
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import StoreError
from core.ids import Source
from core.sessions.codec import decode_line, decode_record
from core.files import open_file
from core.sessions.files import store_error
from core.sessions.folder import DAYS, is_session_id
from core.sessions.lines import read_lines
from core.sessions.record import Kind, Record
from core.sessions.tavern import looks_like_tavern, read_tavern

_LARGEST = 256 << 20
_LOOKED_AT = 20
"""First lines that tell whose format a file has."""
_HINT = (
    "What can be imported is what `salon sessions export --format jsonl` wrote, "
    "and a chat of SillyTavern's as JSON Lines."
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A session that was taken in."""

    id: str
    notices: tuple[str, ...] = ()
    """What could not be taken in, in sentences for a person."""


def read_import(
    path: Path, source: Source, model: str = ""
) -> tuple[list[Record], tuple[str, ...]]:
    """Return the records of a file of either format, and notices.

    A chat of SillyTavern's goes on with `model`.

    Raises:
        StoreError: it cannot be read, or is no whole session.
    """
    lines = _read(path)
    if _is_tavern(lines):
        return read_tavern(path.name, lines, source, model)
    return _own_records(path, lines), ()


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


@contextmanager
def copying_days(path: Path, copy: Path) -> Iterator[None]:
    """Copy the days of a population beside the session that a block makes; not if that fails.

    Raises:
        StoreError: they cannot be copied.
    """
    days, copied = path.with_suffix(DAYS), copy.with_suffix(DAYS)
    try:
        if days.is_dir():
            shutil.copytree(days, copied, copy_function=shutil.copy)
        yield
    except BaseException as error:
        shutil.rmtree(copied, ignore_errors=True)
        if isinstance(error, OSError):
            raise store_error("copy", days, error) from error
        raise


def _read(path: Path) -> list[bytes]:
    try:
        descriptor = open_file(path)
        try:
            size = os.fstat(descriptor).st_size
            if size > _LARGEST:
                raise StoreError(f"{path} is too large: {size:,} bytes.", "Split it.")
            lines = list(read_lines(descriptor, size))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise store_error("read", path, error, "name another file") from error
    return [lines[0].removeprefix(codecs.BOM_UTF8), *lines[1:]] if lines else []


def _is_tavern(lines: Iterable[bytes]) -> bool:
    for line in [each for each in lines if each.strip()][:_LOOKED_AT]:
        try:
            return looks_like_tavern(decode_line(line))
        except ValueError:
            continue
    return False


def _own_records(path: Path, lines: Sequence[bytes]) -> list[Record]:
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


def _check(path: Path, number: int, record: Record, known: set[str]) -> None:
    if not known and (record.kind != Kind.SESSION or not is_session_id(record.id)):
        raise StoreError(f"{path}:{number}: this is not the first record of a session.", _HINT)
    if record.id in known:
        raise StoreError(f"{path}:{number}: record {record.id} occurs twice.", _HINT)
    if record.parent is not None and record.parent not in known:
        raise StoreError(f"{path}:{number}: record {record.parent} is missing.", _HINT)
