"""What the tests of panes share: an app on instant models, over files of its own.

    async with opened_at(runtime_for(tmp_path), "sessions", (80, 24)) as pilot:
        screen = pilot.app.screen

opens the app at any pane (by its name in `tui.panes`); `opened(runtime, size)` yields
`(pilot, controller)` at the meetup pane, ready to talk. Both wind the panes down at the end.
"""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual._styles_cache import StylesCache
from textual.pilot import Pilot

from core.runtime import Options, Runtime
from tui.app import SalonApp
from tui.meetup.controller import MeetupController
from tui.meetup.screen import MeetupScreen

_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


class DrawnSalon(SalonApp):
    """The app, whose pictures fetch no font from anywhere."""

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        return _FONT.sub("", super().export_screenshot(title=title, simplify=simplify))


_THRESHOLD = gc.get_threshold()
PATIENCE = 25
"""Seconds after which something that was waited for is taken to never happen."""


def runtime_for(folder: Path, *assignments: str, model: str = "eliza:doctor") -> Runtime:
    """Return a runtime whose sessions lie below `folder` and that knows no key."""
    options = Options(
        assignments=(f"model={model}", "meetup.starter=a", *assignments),
        sessions=folder / "sessions",
        data_dir=folder / "data",
    )
    return Runtime(options, {"HOME": str(folder), "PATH": ""})


@asynccontextmanager
async def opened(
    runtime: Runtime, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[int], MeetupController]]:
    """Open the app and wait until one key can start the talk."""
    async with opened_at(runtime, "meetup", size) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, MeetupScreen)
        yield pilot, screen.controller


@asynccontextmanager
async def opened_at(
    runtime: Runtime, pane: str = "meetup", size: tuple[int, int] = (120, 36)
) -> AsyncIterator[Pilot[int]]:
    """Open the app, wait until its first pane is ready, and go to a pane."""
    app = DrawnSalon(runtime)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: seated(app))
        await app.show(pane)
        await pilot.pause()
        yield pilot
        await app.shutdown()
    # The app keeps what it is made of out of collections for good; a process that opens
    # hundreds of them has to let each of them go.
    gc.unfreeze()
    gc.set_threshold(*_THRESHOLD)
    # Textual keeps the last thousand widgets' painted lines beyond their app.
    StylesCache.get_inner_outer.cache_clear()


def seated(app: SalonApp) -> bool:
    """Whether the meetup pane has its pair and is filled."""
    meetup = app.opened("meetup")
    assert isinstance(meetup, MeetupScreen)
    return meetup.ready and meetup.controller.session.setup is not None


async def until(pilot: Pilot[int], true: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await pilot.pause(0.01)
