"""One writer a session: a kernel lock on its file, and beside it who holds it.

The kernel frees the lock however the process ends. The pid in `<id>.pid` only serves the
message; a stale one means nothing. Readers need no lock.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import SessionBusy
from core.files import open_file, read_file
from core.sessions.files import FILE_MODE

PID_SUFFIX = ".pid"

_PID_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NONBLOCK
_LONGEST_PID = 32
_OURSELVES = "this Salon itself"
_TRIES = 5
_PAUSE = 0.02
"""Seconds between tries: `is_busy` holds a shared lock for a moment."""


def take_lock(descriptor: int, path: Path) -> bool:
    """Lock the open file for as long as it is open; `False` if it is no longer at `path`.

    Raises:
        SessionBusy: someone else holds it.
        OSError: the file system knows no locks, or the pid cannot be noted.
    """
    for attempt in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if attempt == _TRIES - 1:
                raise busy_error(path) from None
            time.sleep(_PAUSE)
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of the file that is at `path`, even while that is being replaced.

    Raises:
        SessionBusy: someone else holds it.
        OSError: it is not there, or the file system knows no locks.
    """
    while True:
        descriptor = open_file(path)
        try:
            if take_lock(descriptor, path):
                yield
                return
        finally:
            os.close(descriptor)


def note_holder(path: Path) -> None:
    """Write this process's pid beside the session.

    Raises:
        OSError: the folder cannot be written to.
    """
    descriptor = os.open(_pid_file(path), _PID_FLAGS, FILE_MODE)
    try:
        os.write(descriptor, f"{os.getpid()}\n".encode())
    finally:
        os.close(descriptor)


def forget_holder(path: Path) -> None:
    """Take the pid away again; call it before the file is closed."""
    with suppress(OSError):
        _pid_file(path).unlink()


def is_busy(path: Path) -> bool:
    """Whether somebody writes to the session just now."""
    return _pid_file(path).exists() and is_locked(path)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock of a file."""
    try:
        descriptor = open_file(path)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def busy_error(path: Path) -> SessionBusy:
    """Return the error that names whoever holds the session."""
    who = holder(path)
    way_out = "close it where it is open" if who == _OURSELVES else "end that process"
    return SessionBusy(
        f"Session {path.stem} is being written by {who}.", f"Read it, fork it, or {way_out}."
    )


def holder(path: Path) -> str:
    """Return who holds the session, as words of a sentence."""
    try:
        pid = int(read_file(_pid_file(path), _LONGEST_PID))
    except (OSError, ValueError):
        return "another process"
    return _OURSELVES if pid == os.getpid() else f"process {pid}"


def _pid_file(path: Path) -> Path:
    return path.with_suffix(PID_SUFFIX)
