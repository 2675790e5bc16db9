"""Appending to files so that nothing half done is left, and saying what went wrong."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from core.errors import StoreError

FILE_MODE = 0o600

_HINTS = {
    errno.ENOSPC: "Free some space there",
    errno.EDQUOT: "Your quota there is used up: free some space",
    errno.EFBIG: "Files there may not grow any larger: raise the limit",
    errno.EROFS: "Make it writable",
    errno.EACCES: "Make it yours to read and write",
    errno.EPERM: "Make it yours to read and write",
    errno.EIO: "The disk reports a fault: check it",
    errno.EMFILE: "Too many files are open: close some sessions",
}


def store_error(
    doing: str, path: Path, error: OSError, instead: str = "choose another folder with --sessions"
) -> StoreError:
    """Return the error to raise when `doing` ("write to", "read") failed at `path`.

    `instead` is the other way out that the hint offers.
    """
    reason = error.strerror or type(error).__name__
    advice = _HINTS.get(error.errno or 0, "Check that path")
    return StoreError(f"Cannot {doing} {path}: {reason}.", f"{advice}, or {instead}.")


def append_or_undo(descriptor: int, content: bytes, *, sync: bool) -> None:
    """Append all of `content`, or cut off again what was written of it.

    Raises:
        OSError: the first error; the file then ends where it did, if that was possible.
    """
    start = os.fstat(descriptor).st_size
    try:
        _write_all(descriptor, content)
        if sync:
            os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, start)
        raise


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
