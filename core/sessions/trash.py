"""Putting sessions away and taking them back."""

from __future__ import annotations

from pathlib import Path

from core.errors import StoreError
from core.files import FOLDER_MODE, sync_folder
from core.sessions.files import store_error
from core.sessions.folder import SUFFIX, TRASH, find_session, gone
from core.sessions.locks import forget_holder, locked


def move_to_trash(path: Path) -> Path:
    """Move a session and what lies beside it into the trash; returns where it is now.

    Raises:
        SessionBusy: somebody is writing to it.
        SessionNotFound: somebody else moved it away.
        StoreError: it cannot be moved.
    """
    trash = path.parent / TRASH
    try:
        with locked(path):
            trash.mkdir(mode=FOLDER_MODE, exist_ok=True)
            forget_holder(path)
            number, moved = 1, trash / path.name
            while moved.exists():
                number += 1
                moved = trash / f"{path.stem}-{number}{SUFFIX}"
            path.rename(moved)
            for other in beside(path):
                other.rename(trash / other.name.replace(path.stem, moved.stem, 1))
            sync_folder(trash)
            sync_folder(path.parent)
    except FileNotFoundError:
        raise gone(path) from None
    except OSError as error:
        raise store_error("move to the trash", path, error) from error
    return moved


def restore(folder: Path, prefix: str) -> Path:
    """Move a session and what lies beside it out of a folder's trash; returns where it is now.

    Raises:
        SessionBusy: somebody is erasing it.
        SessionNotFound: none in the trash has that id, or several do.
        StoreError: it cannot be moved, or its place is taken.
    """
    path = find_session(folder / TRASH, prefix)
    place = folder / f"{path.stem.partition('-')[0]}{SUFFIX}"
    try:
        with locked(path):
            _move_back(path, place)
            sync_folder(folder)
            sync_folder(path.parent)
    except FileNotFoundError:
        raise gone(path) from None
    except OSError as error:
        raise store_error("restore", path, error) from error
    return place


def _move_back(path: Path, place: Path) -> None:
    """Move a session out of the trash, with what lies beside it. Raises `OSError`."""
    places = {
        each: place.parent / each.name.replace(path.stem, place.stem, 1)
        for each in (*beside(path), path)
    }
    for taken in filter(Path.exists, places.values()):
        raise StoreError(f"{taken} is there already.", "Move it out of the way, or delete it.")
    # The session itself last: one that lacks what belongs to it never shows.
    for each, target in places.items():
        each.rename(target)


def copies_in_trash(path: Path) -> list[Path]:
    """Return what lies in the trash under the same id as the session at `path`, in order."""
    trash = path.parent / TRASH
    return sorted((*trash.glob(f"{path.stem}{SUFFIX}"), *trash.glob(f"{path.stem}-*{SUFFIX}")))


def beside(path: Path) -> list[Path]:
    """Return the files that belong to a session, apart from its own."""
    return sorted(each for each in path.parent.glob(f"{path.stem}.*") if each != path)
