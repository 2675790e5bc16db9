"""Writing persona files so that none is ever half there or written over another."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from core.errors import PersonaError

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_HINTS = {
    errno.ENOSPC: "Free some space there.",
    errno.EDQUOT: "Your quota there is used up: free some space.",
    errno.EROFS: "Make it writable.",
    errno.EACCES: "Make it yours to read and write.",
    errno.EPERM: "Make it yours to read and write.",
}


def file_error(doing: str, path: Path, error: OSError) -> PersonaError:
    """Return the error to raise when `doing` ("write", "move") failed at `path`."""
    reason = error.strerror or type(error).__name__
    return PersonaError(
        f"Cannot {doing} {path}: {reason}.", _HINTS.get(error.errno or 0, "Check that path.")
    )


def make_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter; one that exists stays as it is.

    Raises:
        OSError: it cannot be created.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)


def create_file(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, and its folder if need be.

    Raises:
        FileExistsError: it does; it is left alone.
        OSError: it could not be written; nothing of it is left.
    """
    make_folder(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
    try:
        _fill(descriptor, content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place of whatever `path` names, so that it is whole at every moment.

    Its permissions stay; a symbolic link stays one, and what it points to is replaced.

    Raises:
        OSError: it could not be written; `path` is as it was.
    """
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        if target.exists():
            os.fchmod(descriptor, target.stat().st_mode & 0o777)
        _fill(descriptor, content)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _fill(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
