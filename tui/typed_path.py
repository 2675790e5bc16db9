"""Paths as people type them, paste them, or drop them into a terminal."""

from __future__ import annotations

from pathlib import Path


def typed_path(text: str) -> Path:
    """Return the path that a text means: perhaps quoted, with `~`, with escaped blanks."""
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":
        bare = bare[1:-1]
    path = at_home(bare)
    return path if is_there(path) else at_home(bare.replace("\\ ", " "))


def at_home(text: str) -> Path:
    """Return a path with `~` as the home folder; one of a user whom nobody knows as it is."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def is_there(path: Path) -> bool:
    """Whether something is at a path, as far as one may look."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
