"""Texts that a command is given: as a file, or on standard input."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.errors import UsageError

MOST_TEXT = 1_000_000
"""Bytes of one text."""
_PIECE = 65536


def read_file(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UsageError: it cannot be read, is too long or is no text.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_TEXT + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    return _decoded(raw, str(path))


def read_piped() -> str:
    """Return all of standard input, or nothing where that is closed.

    Raises:
        UsageError: it is too long or is no text.
    """
    if sys.stdin is None or sys.stdin.closed:
        return ""
    descriptor, raw = sys.stdin.fileno(), b""
    while len(raw) <= MOST_TEXT and (piece := os.read(descriptor, _PIECE)):
        raw += piece
    return _decoded(raw, "Standard input")


def is_typed() -> bool:
    """Whether a human types on standard input."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def _decoded(raw: bytes, name: str) -> str:
    limited = f"{name} is no text of at most {MOST_TEXT:,} bytes."
    if len(raw) > MOST_TEXT:
        raise UsageError(limited)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text.") from None
    if "\0" in text:
        raise UsageError(limited)
    return text
