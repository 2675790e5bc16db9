"""A long session opened in the running app, headless."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from core.runtime import Options, Runtime
from tui.app import SalonApp
from tui.meetup.screen import MeetupScreen

SPEC = {
    "seats": {
        "a": {"name": "Ada Lovelace", "model": "eliza:doctor"},
        "b": {"name": "Sigmund Freud", "model": "eliza:doctor"},
    },
    "starter": "a",
}
"""What a meetup's root record needs to be opened again."""


async def seconds_until_shown(
    folder: Path, session_id: str, last_words: str
) -> tuple[float, float]:
    """Return the seconds until the session's end is painted, and until all of it is there."""
    options = Options(assignments=("model=eliza:doctor",), sessions=folder, data_dir=folder)
    runtime = Runtime(options, {"HOME": str(folder), "PATH": ""})
    app = SalonApp(runtime)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        assert isinstance(screen, MeetupScreen)
        while not screen.ready:
            await pilot.pause(0.02)
        began = time.perf_counter()
        opening = asyncio.create_task(screen.controller.open(session_id))
        while not _painted(screen, last_words):
            await pilot.pause(0.005)
        shown = time.perf_counter() - began
        await opening
        whole = time.perf_counter() - began
        await screen.shutdown()
        await runtime.aclose()
    return shown, whole


def _painted(screen: MeetupScreen, words: str) -> bool:
    """Whether the words stand on the screen."""
    talk = screen.query_one("#talk")
    lines = (talk.render_line(y).text for y in range(talk.size.height))
    return any(words in line for line in lines)
