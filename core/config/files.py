"""Reading small text files and naming them in messages."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from core.errors import ConfigError
from core.files import open_file
from core.paths import find_directories

_DESCRIPTORS = Path("/dev/fd")
_NULL = Path(os.devnull)
LARGEST_FILE = 256 * 1024
"""Bytes; settings are written by hand."""


def read_text(path: Path) -> str:
    """Return the text of a settings file.

    Raises:
        ConfigError: it cannot be read, is too large or is not UTF-8.
    """
    try:
        # What the shell substitutes for a command is a pipe, and meant to be read; the null
        # device stands for no settings at all.
        meant = path.is_relative_to(_DESCRIPTORS) or path == _NULL
        opener = None if meant else open_file
        with open(path, "rb", opener=opener) as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(f"{shown(path)} cannot be read: {error.strerror}.") from error
    if len(raw) > LARGEST_FILE:
        raise ConfigError(f"{shown(path)} is larger than {LARGEST_FILE // 1024} KiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown(path)}:{line}: this is not UTF-8 text.") from None


def shown(path: Path) -> str:
    """Name a file as briefly as it stays clear: from the checkout, from home, or in full."""
    full = path.absolute()
    checkout = _checkout()
    if checkout and full.is_relative_to(checkout):
        return str(full.relative_to(checkout))
    home = Path("~").expanduser() if os.environ.get("HOME") else None
    if home and full.is_relative_to(home):
        return str(Path("~") / full.relative_to(home))
    return str(full)


@cache
def _checkout() -> Path | None:
    return find_directories({}).checkout
