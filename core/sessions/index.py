"""A cache of what a list of sessions shows, which can be thrown away at any time.

`.index.json` holds, by id, time and size of the file that each row was read from; a row
that no longer matches its file is brought up to date from it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core import json_safe
from core.files import read_file, replace_file
from core.sessions.folder import SUFFIX, session_files
from core.sessions.locks import is_busy
from core.sessions.row import Row, read_row
from core.sessions.summary import SessionSummary

_INDEX = ".index.json"
_VERSION = 3
_MANY = 200
"""Files that changed behind the index from which reading them again is worth telling."""
_PATIENCE = 5.0
"""Seconds to wait for somebody else who reads or writes the index."""
_PAUSE = 0.02
_STEP = 250
"""Files after which it is told how far that is."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """How far the index is with being made anew from the files."""

    why: str
    """What was wrong with it, as the end of a sentence."""
    done: int
    total: int

    def __str__(self) -> str:
        count = "1 session" if self.total == 1 else f"{self.total:,} sessions"
        return f"The index of {count} {self.why}; it was made anew from the files."


def list_sessions(
    folder: Path, on_rebuild: Callable[[Rebuild], None] = lambda _: None
) -> list[SessionSummary]:
    """Return all sessions of a folder, the one written to last first.

    `on_rebuild` hears when the index has to be made anew, now and then, and at the end.

    Raises:
        OSError: the folder cannot be read.
    """
    with _alone(folder):
        files, held = session_files(folder)
        known, why = _load(folder / _INDEX)
        rows = _current(files, known, why, on_rebuild)
        if why or {key: row for key, row in rows.items() if row.cached} != known:
            # The cache saves time and nothing else: a folder that cannot be written lists too.
            with suppress(OSError, RuntimeError):
                _save(folder / _INDEX, rows)
    summaries = [
        row.summary(key, key in held and is_busy(folder / f"{key}{SUFFIX}"))
        for key, row in rows.items()
    ]
    return sorted(summaries, key=lambda each: (each.updated, each.id), reverse=True)


def begin_index(folder: Path) -> None:
    """Begin the index of a folder that holds no session yet: one that is missing was lost."""
    index = folder / _INDEX
    # The cache saves time and nothing else. A loop of links is a RuntimeError up to Python 3.12.
    with suppress(OSError, RuntimeError):
        if not index.exists() and not session_files(folder)[0]:
            _save(index, {})


@contextmanager
def unindexed(folder: Path, key: str) -> Iterator[None]:
    """Keep a session out of the folder's index while it is rewritten, and leave it out then.

    Raises:
        OSError: the index cannot be written.
    """
    with _alone(folder):
        yield
        index = folder / _INDEX
        # What a process left behind that died while it wrote the index.
        for left in folder.glob(f".{_INDEX}.*"):
            left.unlink(missing_ok=True)
        rows, why = _load(index)
        if why and not index.is_dir():
            index.unlink(missing_ok=True)
        elif rows.pop(key, None) is not None:
            _save(index, rows)


def _current(
    files: Mapping[str, os.DirEntry[str]],
    known: Mapping[str, Row],
    why: str,
    on_rebuild: Callable[[Rebuild], None],
) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    changed: list[tuple[str, os.DirEntry[str]]] = []
    for key, entry in files.items():
        row = known.get(key)
        if row is not None and row.fits(_status(entry)):
            rows[key] = row
        else:
            changed.append((key, entry))
    if not why and len(changed) >= _MANY:
        why = f"was out of date for {len(changed):,}"
    for done, (key, entry) in enumerate(changed):
        if why and done % _STEP == 0:
            on_rebuild(Rebuild(why, done, len(changed)))
        # A session may be moved away while the folder is being read.
        with suppress(FileNotFoundError):
            rows[key] = read_row(Path(entry.path), known.get(key))
    if why and changed:
        on_rebuild(Rebuild(why, len(changed), len(changed)))
    return rows


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return the status of a session's file; `None` if what has its name cannot be followed."""
    with suppress(OSError):
        return entry.stat()
    return None


def _load(path: Path) -> tuple[dict[str, Row], str]:
    """Return the rows of an index, and what is wrong with it, if anything."""
    try:
        values = json_safe.loads(read_file(path))
        if values["v"] != _VERSION:
            return {}, "was that of another version"
        return {key: Row.from_json(row) for key, row in values["rows"].items()}, ""
    except FileNotFoundError:
        return {}, "was missing"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, "could not be read"


def _save(path: Path, rows: Mapping[str, Row]) -> None:
    """Write the index; a row that was not read from a file is made anew each time."""
    kept = {key: row for key, row in rows.items() if row.cached}
    content = json.dumps({"v": _VERSION, "rows": kept}, separators=(",", ":"))
    replace_file(path, content.encode("utf-8"))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one reader or writer at a time at a folder's index, as far as locks are known there."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    except FileNotFoundError:
        yield
        return
    try:
        _wait_for_lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _wait_for_lock(descriptor: int) -> None:
    """Lock a folder; one that stays locked, or cannot be, is used all the same."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        except OSError:
            return
        else:
            return
