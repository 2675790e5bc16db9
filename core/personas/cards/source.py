"""Opening a card file: what kind it is, and the JSON in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from core.personas.cards import charx, json_text, png
from core.personas.cards.problems import CardError

MAX_FILE = 64 * 1024 * 1024
"""Largest file that is opened."""
_MARK = "\ufeff"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


class Container(StrEnum):
    """What a card's JSON stands in; the value is the file's ending."""

    PNG = "png"
    JSON = "json"
    CHARX = "charx"


@dataclass(frozen=True, slots=True)
class Source:
    """A card file that was read."""

    container: Container
    text: str
    """Its JSON."""
    mark: str = ""
    """The byte order mark that a JSON file began with."""


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open a card file; yields it and its size.

    Raises:
        CardError: it is no file, cannot be read or is too large.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise CardError(f"{path} is not a file.")
        file = path.open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CardError(
            f"{path} cannot be read: {reason}.", "Check the path and who may read the file."
        ) from error
    with file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_FILE:
            raise CardError(f"{path} is larger than {MAX_FILE // 1024 // 1024} MB.")
        yield file, size


def read(file: BinaryIO, size: int, path: Path) -> Source:
    """Read an open card file; `path` is what errors and its ending call it.

    Raises:
        CardError: it is damaged, too long or holds no JSON.
    """
    try:
        return _read(file, size, path)
    except CardError as error:
        raise CardError(f"{path}: {error.message}", error.hint) from error
    except OSError as error:
        raise CardError(f"{path} cannot be read: {error.strerror}.") from error


def _read(file: BinaryIO, size: int, path: Path) -> Source:
    head = file.read(len(png.SIGNATURE))
    if head == png.SIGNATURE:
        return Source(Container.PNG, _decoded(png.read_card(file, size)))
    if head.startswith(_ZIP) or path.suffix.lower() == f".{Container.CHARX}":
        return Source(Container.CHARX, _decoded(charx.read_card(file, size)).removeprefix(_MARK))
    if size > json_text.MAX_BYTES:
        raise CardError(
            f"It is neither PNG nor charx, and too long for JSON "
            f"({json_text.MAX_BYTES // 1024 // 1024} MB)."
        )
    file.seek(0)
    text = _decoded(file.read(size))
    mark = _MARK if text.startswith(_MARK) else ""
    return Source(Container.JSON, text.removeprefix(_MARK), mark)


def _decoded(data: bytes) -> str:
    if len(data) > json_text.MAX_BYTES:
        raise CardError(f"The card is longer than {json_text.MAX_BYTES // 1024 // 1024} MB.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CardError(
            "It is neither a PNG, a charx nor JSON in UTF-8.",
            "Cards are .png, .json or .charx files.",
        ) from error
