"""Ask as what a session is to be exported, the same in every pane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.screen import Screen

from core.sessions.transcripts import FORMATS
from tui.screens.pick import Choice, PickScreen

_FORMAT_NAMES = {
    "md": "Markdown table",
    "html": "HTML page",
    "txt": "plain text, one file a speaker",
    "jsonl": "JSON Lines, every record",
}
_LONGEST = 80
"""Characters of a title that go into a file's name."""


async def ask_export(screen: Screen[Any], title: str, unnamed: str = "session") -> Path | None:
    """Ask in which format to write a transcript; returns the file, in the working directory.

    `unnamed` is what the file is called if the title says nothing. Call it in a worker.
    """
    rows = [Choice(each, _FORMAT_NAMES[each], f".{each}") for each in FORMATS]
    picked = await screen.app.push_screen_wait(PickScreen("Export as what?", rows))
    return None if picked is None else export_path(title, picked, unnamed)


def export_path(title: str, ending: str, unnamed: str = "session") -> Path:
    """Return a file in the working directory that nothing has yet, named by a title."""
    stem = "".join(each if each.isalnum() else "-" for each in title.casefold()).strip("-")
    return _unused(Path.cwd(), stem[:_LONGEST].strip("-") or unnamed, ending)


def _unused(folder: Path, stem: str, ending: str) -> Path:
    """Return a file name that nothing has yet, so that no export overwrites another."""
    count = 1
    while True:
        name = stem if count == 1 else f"{stem}-{count}"
        path = folder / f"{name}.{ending}"
        if not path.exists() and not path.with_name(f"{name}-a.{ending}").exists():
            return path
        count += 1
