"""What went wrong with a persona file, and what to do about it."""

from __future__ import annotations

import errno
from pathlib import Path

from core.errors import PersonaError

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
