"""Ask as what a session is to be exported, the same in every pane."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from textual.screen import Screen

from core.errors import UsageError
from core.sessions.record import Record
from core.sessions.transcripts import FORMATS, format_of, write_transcript
from tui.dialogs.pick import Choice, PickScreen
from tui.typed_path import is_there, typed_path

_LONGEST = 80
"""Characters of a title that go into a file's name."""


class Export(NamedTuple):
    """What is to be written where."""

    path: Path
    format: str


async def ask_export(screen: Screen[Any], title: str, unnamed: str = "session") -> Export | None:
    """Ask in which format to write a transcript, into the working directory.

    `unnamed` is what the file is called if the title says nothing. Call it in a worker.
    """
    rows = [Choice(name, each.about, each.endings[0]) for name, each in FORMATS.items()]
    picked = await screen.app.push_screen_wait(PickScreen("Export as what?", rows))
    return None if picked is None else export_as(title, picked, unnamed)


def export_as(title: str, format_name: str, unnamed: str = "session") -> Export:
    """Return a file in the working directory that nothing has yet, named by a title."""
    stem = "".join(each if each.isalnum() else "-" for each in title.casefold()).strip("-")
    stem = stem[:_LONGEST].strip("-") or unnamed
    return Export(_unused(Path.cwd(), stem, FORMATS[format_name].endings[0]), format_name)


async def export_to(title: str, wanted: str, unnamed: str = "session") -> Export:
    """Return what a typed format or file name asks for.

    Raises:
        UsageError: the name says no format, or the file exists.
    """
    if wanted in FORMATS:
        return export_as(title, wanted, unnamed)
    path = typed_path(wanted)
    if await asyncio.to_thread(is_there, path):
        raise UsageError(f"{path} exists already.", "Name another file.")
    return Export(path, format_of(path))


async def write_export(records: Iterable[Record], export: Export) -> str:
    """Write a transcript; returns which files that made, for a status line. Raises `StoreError`."""
    files = await asyncio.to_thread(write_transcript, list(records), export.path, export.format)
    return "written: " + ", ".join(map(str, files))


def _unused(folder: Path, stem: str, ending: str) -> Path:
    """Return a file name that nothing has yet, so that no export overwrites another."""
    count = 1
    while True:
        name = stem if count == 1 else f"{stem}-{count}"
        path = folder / f"{name}{ending}"
        if not path.exists() and not path.with_name(f"{name}-a{ending}").exists():
            return path
        count += 1
