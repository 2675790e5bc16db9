"""What the tests of panes share: an app on instant models, over files of its own.

    async with opened_at(runtime_for(tmp_path), "sessions", (80, 24)) as pilot:
        screen = pilot.app.screen

opens the app with any pane as its first (by its name in `tui.panes`), and
`opened_at(..., first="meetup")` goes there from the meetup, as a user does; `opened(runtime, size)`
yields `(pilot, controller)` at the meetup pane, ready to talk. All wind the panes down at the end.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import re
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from pathlib import Path
from time import process_time
from typing import Any

from textual._styles_cache import StylesCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.screen import Screen

from core.runtime import Options, Runtime
from tui.app import SalonApp
from tui.meetup.controller import MeetupController
from tui.meetup.screen import MeetupScreen
from tui.panes import pane

_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_paint = Screen._compositor_refresh
_parse = Stylesheet._parse_rules
_PARSED: dict[Hashable, list[RuleSet]] = {}
"""The rules of style sheets, which every app parses again for every pane."""
PAINT_AFTER = 0.2
"""Seconds of work between two pictures of the same screen, which nobody looks at."""


class DrawnSalon(SalonApp):
    """The app, whose pictures fetch no font from anywhere."""

    def __init__(self, runtime: Runtime, first: str = SalonApp.DEFAULT_MODE) -> None:
        self.DEFAULT_MODE = first
        if first != SalonApp.DEFAULT_MODE:
            screen = pane(first).load()
            assert isinstance(screen.CSS_PATH, str)
            own = Path(inspect.getfile(screen)).parent / screen.CSS_PATH
            self.CSS_PATH = [SalonApp.CSS_PATH, own]  # type: ignore[assignment]
        super().__init__(runtime)

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        return _FONT.sub("", super().export_screenshot(title=title, simplify=simplify))


class QuickSalon(DrawnSalon):
    """The app without what a test does not ask for, and pays for in each of its apps.

    Half of the time of most tests goes into pictures that are replaced unseen: each screen is
    painted at first, now and then, and at the end.
    """

    def __init__(self, runtime: Runtime, first: str = SalonApp.DEFAULT_MODE) -> None:
        super().__init__(runtime, first)
        self.painted: tuple[Screen[Any] | None, float] = (None, 0.0)

    def paint(self) -> None:
        """Paint what was left unpainted."""
        if self.screen_stack:
            _paint(self.screen)


def _paint_at_times(screen: Screen[Any]) -> None:
    app = screen.app
    if isinstance(app, QuickSalon):
        painted, then = app.painted
        if painted is screen and process_time() - then < PAINT_AFTER:
            screen._dirty_widgets.clear()
            app._update_mouse_over(screen)
            return
        app.painted = (screen, process_time())
    _paint(screen)


def _parse_once(sheet: Stylesheet, *given: Any, **named: Any) -> list[RuleSet]:
    key = (given, tuple(named.items()), frozenset(sheet._variables.items()))
    if key not in _PARSED:
        _PARSED[key] = _parse(sheet, *given, **named)
    return _PARSED[key]


Screen._compositor_refresh = _paint_at_times  # type: ignore[method-assign]
Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign]


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
    runtime: Runtime,
    name: str = "meetup",
    size: tuple[int, int] = (120, 36),
    *,
    first: str | None = None,
    painted: bool = False,
) -> AsyncIterator[Pilot[int]]:
    """Open the app at a pane, or with another as its first, and then go there.

    Where painting itself is tested, `painted` has each picture painted.
    """
    app = (DrawnSalon if painted else QuickSalon)(runtime, first or name)
    async with app.run_test(size=size) as pilot:
        if app.DEFAULT_MODE == "meetup":
            await until(pilot, lambda: seated(app))
        else:
            await asyncio.to_thread(lambda: runtime.settings)
            await app.apply_preferences()
        await app.show(name)
        await pilot.pause()
        yield pilot
        if isinstance(app, QuickSalon):
            app.paint()
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


async def until(pilot: Pilot[Any], true: Callable[[], bool]) -> None:
    """Wait for something to become true, and for what comes of it to be laid out."""
    if true():
        return
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)
            pilot.app.screen._on_timer_update()
        await pilot.pause(0)
