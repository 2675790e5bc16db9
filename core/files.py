"""Writing files so that none is ever half there or written over another."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO

FOLDER_MODE = 0o700

_NOT_FILES = (
    (stat.S_ISFIFO, "it is a named pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)


def open_file(path: Path | str, flags: int = os.O_RDONLY) -> int:
    """Open a regular file and return its descriptor; never waits for what is none.

    Raises:
        OSError: it is not there, cannot be opened, or is a directory, pipe, socket or device.
    """
    _check_regular(Path(path).stat().st_mode, path)
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        _check_regular(os.fstat(descriptor).st_mode, path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def is_file(path: Path) -> bool:
    """Whether a path is that of a regular file; no path that cannot be one raises an error."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def read_file(path: Path | str, limit: int | None = None) -> bytes:
    """Return the content of a regular file, or its first `limit` bytes.

    Raises:
        OSError: see `open_file`.
    """
    with os.fdopen(open_file(path), "rb") as file:
        return file.read() if limit is None else file.read(limit)


def _check_regular(mode: int, path: Path | str) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a directory, not a file", str(path))
    reason = next((words for test, words in _NOT_FILES if test(mode)), "it is not a file")
    raise OSError(errno.EINVAL, reason, str(path))


def make_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter; one that exists stays as it is.

    Raises:
        OSError: it cannot be created.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)


def create_file(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, and its folder if need be.

    Raises:
        FileExistsError: it does; it is left alone.
        OSError: it could not be written; nothing of it is left.
    """
    make_folder(path.parent)
    with written(path, replace=False) as file:
        file.write(content)


def create_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder that must not exist yet; it is there only once all of them are.

    Only its owner may enter the folder and read the files.

    Args:
        folder: what to create, and what it stands in if need be.
        files: content by path inside it.

    Raises:
        FileExistsError: it exists; it is left alone.
        OSError: it could not be written; nothing of it is left.
    """
    if folder.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
    above = folder.absolute().parent
    make_folder(above)
    with tempfile.TemporaryDirectory(dir=above, prefix=".export-") as place:
        ready = Path(place) / "ready"
        ready.mkdir(mode=FOLDER_MODE)
        for name, content in files.items():
            for inner in reversed((ready / name).relative_to(ready).parents[:-1]):
                (ready / inner).mkdir(mode=FOLDER_MODE, exist_ok=True)
            create_file(ready / name, content)
        sync_folder(ready)
        ready.rename(folder)
        sync_folder(above)


def free_folder(folder: Path) -> Path:
    """Return the folder, numbered if there is something of that name already."""
    named = (folder if n == 1 else folder.with_name(f"{folder.name}-{n}") for n in count(1))
    return next(each for each in named if not each.exists())


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place of whatever `path` names; see `written`.

    Raises:
        OSError: it could not be written; `path` is as it was.
    """
    with written(path, replace=True) as file:
        file.write(content)


@contextmanager
def written(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """Yield a file to write to; it gets its name when the block ends, and none if it fails.

    Of a file that is replaced the permissions stay; a symbolic link stays one, and what it
    points to is replaced. A directory, pipe, socket or device never is.

    Raises:
        FileExistsError: there is a file of that name, and it is not to be replaced.
        OSError: it cannot be written.
    """
    target = _followed(path) if replace else path
    if replace and target.exists():
        _check_regular(target.stat().st_mode, target)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:32]}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if replace and target.exists():
                os.fchmod(descriptor, target.stat().st_mode & 0o777)
            yield file
            file.flush()
            os.fsync(descriptor)
        if replace:
            temporary.replace(target)
        else:
            _name(temporary, target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names that were added to or changed in a folder survive a power cut.

    Raises:
        OSError: the folder cannot be opened or synced.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _followed(path: Path) -> Path:
    """Return what a path leads to. Raises `OSError` where that is a loop of links."""
    try:
        return path.resolve()
    except RuntimeError:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None


def _name(temporary: Path, target: Path) -> None:
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # not every file system has links
        if target.exists():
            raise FileExistsError(str(target)) from None
        temporary.replace(target)
