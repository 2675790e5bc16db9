"""What a list of sessions shows, from a cache that can be thrown away at any time.

`.index.json` holds, by id, time and size of the file that each row was read from; a row
that no longer matches its file is read again, from the file's first line and a few last ones.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.sessions.codec import decode_record
from core.sessions.files import replace_file
from core.sessions.folder import SUFFIX, session_files
from core.sessions.lines import read_last_lines, read_lines
from core.sessions.locks import is_busy
from core.sessions.record import Kind, Record

_INDEX = ".index.json"
_VERSION = 1
_LAST_RECORDS = 8
_SNIPPET = 120


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One row of the list of sessions. All text in it is untrusted."""

    id: str
    engine: str
    """Empty where the first record cannot be read."""
    title: str
    created: datetime
    updated: datetime
    """When its last record was written."""
    records: int
    size: int
    """Bytes of its file."""
    last: str
    """The beginning of the last words said, on one line."""
    busy: bool
    """Whether somebody is writing to it."""


_Row = list[Any]
"""mtime_ns, size, engine, title, created, updated (both seconds since 1970), records, last."""
_ROW_LENGTH = 8


def list_sessions(folder: Path) -> list[SessionSummary]:
    """Return all sessions of a folder, the one written to last first.

    Raises:
        OSError: the folder cannot be read.
    """
    files, held = session_files(folder)
    cached = _load(folder / _INDEX)
    rows = dict(_rows(files, cached))
    if rows != cached:
        # The cache saves time and nothing else: a folder that cannot be written lists too.
        with suppress(OSError):
            content = json.dumps({"v": _VERSION, "rows": rows}, separators=(",", ":"))
            replace_file(folder / _INDEX, content.encode("utf-8"))
    summaries = [
        _summary(key, row, key in held and is_busy(folder / f"{key}{SUFFIX}"))
        for key, row in rows.items()
    ]
    return sorted(summaries, key=lambda each: (each.updated, each.id), reverse=True)


def _rows(
    files: dict[str, os.DirEntry[str]], cached: dict[str, _Row]
) -> Iterable[tuple[str, _Row]]:
    for key, entry in files.items():
        # A session may be moved away while the folder is being read.
        with suppress(FileNotFoundError):
            status = entry.stat()
            row = cached.get(key)
            if row is None or row[0] != status.st_mtime_ns or row[1] != status.st_size:
                row = _read_row(Path(entry.path), status)
            yield key, row


def _read_row(path: Path, status: os.stat_result) -> _Row:
    head, tail = _ends(path, status.st_size)
    root = head[0] if head and head[0].kind == Kind.SESSION else None
    modified = status.st_mtime
    words = [each.text for each in tail if each.kind == Kind.MESSAGE and each.text.strip()]
    return [
        status.st_mtime_ns,
        status.st_size,
        "" if root is None else str(root.data.get("engine", "")),
        "" if root is None else session_title(root),
        head[0].at.timestamp() if head else modified,
        tail[-1].at.timestamp() if tail else modified,
        max((each.seq + 1 for each in tail), default=0),
        " ".join(words[-1][: 4 * _SNIPPET].split())[:_SNIPPET] if words else "",
    ]


def _ends(path: Path, size: int) -> tuple[list[Record], list[Record]]:
    """Return the first record and the last few, as far as they can be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            first = next(read_lines(descriptor, size), b"")
            last = read_last_lines(descriptor, size, _LAST_RECORDS)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError:
        return [], []
    return _decoded([first]), _decoded(last)


def _decoded(lines: list[bytes]) -> list[Record]:
    records = []
    for line in lines:
        with suppress(ValueError):
            records.append(decode_record(line))
    return records


def session_title(root: Record) -> str:
    """Return what a session is called: its title, or who sits in it."""
    title = root.data.get("title")
    if isinstance(title, str) and title.strip():
        return " ".join(title.split())
    seats = root.data.get("seats")
    if not isinstance(seats, dict):
        return ""
    names = [str(seat.get("name", "")) for seat in seats.values() if isinstance(seat, dict)]
    return " · ".join(" ".join(name.split()) for name in names if name.strip())


def _summary(key: str, row: _Row, busy: bool) -> SessionSummary:
    _, size, engine, title, created, updated, records, last = row
    return SessionSummary(
        key,
        engine,
        title,
        datetime.fromtimestamp(created, UTC),
        datetime.fromtimestamp(updated, UTC),
        records,
        size,
        last,
        busy,
    )


def _load(path: Path) -> dict[str, _Row]:
    try:
        values = json.loads(path.read_bytes())
        if values["v"] != _VERSION:
            return {}
        rows: dict[str, _Row] = values["rows"]
        whole = all(len(row) == _ROW_LENGTH for row in rows.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return rows if whole else {}
