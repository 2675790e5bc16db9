"""What is typed into the prompts of all panes: suggested while it is typed, then read."""

from __future__ import annotations

import importlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fuzz.door import Door, Drive, Shape
from fuzz.mutations import as_text

_PANES = ("chat", "meetup", "teams", "clm", "lab")
_VALUES = {
    "NAME=VALUE": 'temperature=0.2 top_p=0.9 stop=["a"]',
    "NAME": "local:smollm2",
    "NODE": "chief/ann",
    "NUMBER": "2",
    "DAY": "3",
    "N": "7",
    "LEVEL": "unless-flagged",
    "FILE": "talk.html",
    "PATH": "~/notes.txt",
    "RECORD": "0000000000000000000000031N",
    "SIDE": "a",
    "a|b": "b",
    "MODEL": "eliza:doctor",
}
_MORE = ("hello there", "//literally", "/bye", "/autopilot 20 steps", "/autopilot $1.50", "/undo 2")


class _Prompt:
    """How the prompt of a pane reads a line."""

    def __init__(self, pane: str) -> None:
        table = importlib.import_module(f"tui.{pane}.table").TABLE
        self.usages = [each.usage for each in table.by_word.values()]
        self.read: Callable[[str], Any] = lambda text: _sent(table.parse(text))
        self.suggestions: Callable[[str], str] = table.suggestions

    def seeds(self) -> list[bytes]:
        return [_filled(each).encode() for each in (*self.usages, *_MORE)]


def _sent(parsed: Any) -> Any:
    """Make the engine's command of what was typed, where there is one."""
    sends = parsed.row.sends
    return sends(*parsed.arguments) if sends is not None and parsed.arguments else parsed


def _filled(usage: str) -> str:
    """Return a line that is typed as a usage says."""
    line = re.sub(r"[\[\]…]", "", usage)
    for name, value in _VALUES.items():
        line = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda match, value=value: value, line)
    return line


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Read lines with the tables of the panes."""
    prompts = {pane: _Prompt(pane) for pane in _PANES}

    async def drive(shape: str, data: bytes) -> None:
        text = as_text(data)
        prompts[shape].suggestions(text)
        prompts[shape].read(text)

    yield drive


def _shape(pane: str) -> Shape:
    return Shape(pane, lambda: _Prompt(pane).seeds())


DOOR = Door("slash_commands", tuple(map(_shape, _PANES)), opened, refuses=True)
