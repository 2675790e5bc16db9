"""The trash of a persona folder: a folder `.trash` in it, from which files come back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from core.files import create_file, make_folder
from core.personas.files import file_error

TRASH = ".trash"
_STAMP = "%Y%m%dT%H%M%SZ"
_TRASHED = re.compile(r"(\d{8}T\d{6}Z)(?:\.\d+)?-(.+)")


@dataclass(frozen=True, slots=True)
class Trashed:
    """A file in the trash."""

    path: Path
    origin: Path
    """Where it lay."""
    when: datetime


def throw_away(path: Path, now: datetime | None = None) -> Trashed:
    """Move a file into the trash of its folder.

    Raises:
        PersonaError: it cannot be moved; it lies where it did.
    """
    when = (now or datetime.now(UTC)).replace(microsecond=0)
    folder = path.parent / TRASH
    try:
        if not folder.is_dir():
            make_folder(folder)
            # In a checkout, what was thrown away is not to turn up as something new.
            create_file(folder / ".gitignore", b"*\n")
        target = _free(folder, f"{when:{_STAMP}}", path.name)
        path.rename(target)
    except OSError as error:
        raise file_error("move to the trash", path, error) from error
    return Trashed(target, path, when)


def take_back(trashed: Trashed, target: Path) -> None:
    """Move a file out of the trash.

    Raises:
        PersonaError: it is gone, or cannot be moved.
    """
    try:
        trashed.path.rename(target)
    except OSError as error:
        raise file_error("bring back", trashed.path, error) from error


def in_trash(folders: Iterable[Path]) -> list[Trashed]:
    """Return what lies in the trash of some folders, what was thrown away last first."""
    found: list[Trashed] = []
    for folder in folders:
        with suppress(OSError):
            found += filter(None, (_trashed(path, folder) for path in (folder / TRASH).iterdir()))
    return sorted(found, key=lambda each: (each.when, each.path.name), reverse=True)


def _free(folder: Path, stamp: str, name: str) -> Path:
    paths = (folder / f"{stamp}{f'.{n}' if n else ''}-{name}" for n in count())
    return next(path for path in paths if not path.exists())


def _trashed(path: Path, folder: Path) -> Trashed | None:
    """Return what a file in a trash was; `None` if its name does not tell."""
    match = _TRASHED.fullmatch(path.name)
    if match is None:
        return None
    try:
        when = datetime.strptime(match.group(1), _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Trashed(path, folder / match.group(2), when)
