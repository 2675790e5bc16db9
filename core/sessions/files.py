"""Writing to files so that nothing half done is left, and saying what went wrong."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from core.errors import StoreError

FILE_MODE = 0o600
FOLDER_MODE = 0o700

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


def make_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter; one that exists stays as it is.

    Raises:
        OSError: it cannot be created.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)


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


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place of whatever `path` names, so that it is whole at every moment.

    Raises:
        OSError: it could not be written; `path` is as it was.
    """
    # A symbolic link stays one: what it points to is replaced.
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        try:
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make names that were added to or changed in a folder survive a power cut.

    Raises:
        OSError: the folder cannot be opened or synced.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
