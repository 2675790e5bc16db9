"""Writing a file piece by piece so that its name never stands for half of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """Yield a file to write to; it gets its name when the block ends, and none if it fails.

    Raises:
        FileExistsError: there is a file of that name, and it is not to be replaced.
        OSError: it cannot be written.
    """
    target = path.resolve() if replace else path
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:32]}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(target)
        else:
            _name(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _name(temporary: Path, target: Path) -> None:
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # not every file system has links
        if target.exists():
            raise FileExistsError(str(target)) from None
        temporary.replace(target)
