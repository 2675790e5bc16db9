"""What the tests of faults share: a fault that can be planted in any method, and removed."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from core.faults import LOG_NAME
from pilot.salon import opened_at, runtime_for, until
from tui.app import SalonApp
from tui.dialogs.fault import FaultScreen
from tui.pane.shell import PaneScreen


class Planted(Exception):
    """An error that nothing foresees."""


@contextmanager
def planted(owner: type, method: str, screen: type | None = None) -> Iterator[list[str]]:
    """Have a method of a class raise; yields a list that grows with every call.

    Args:
        owner: The class.
        method: The method, which may be asynchronous.
        screen: For a widget that several panes have: the screen on which it is to fail.
    """
    calls: list[str] = []
    works = getattr(owner, method)

    def fail(self: Any, *arguments: Any, **options: Any) -> Any:
        if screen is not None and type(self.screen) is not screen:
            return works(self, *arguments, **options)
        calls.append(method)
        raise Planted(f"in {owner.__name__}.{method}")

    async def fail_later(self: Any, *arguments: Any, **options: Any) -> Any:
        fail(self)

    patch = pytest.MonkeyPatch()
    patch.setattr(owner, method, fail_later if inspect.iscoroutinefunction(works) else fail)
    try:
        yield calls
    finally:
        patch.undo()


def owner_of(place: str) -> type:
    """Return the class of a place: `module:Class`."""
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name)
    assert isinstance(found, type)
    return found


@asynccontextmanager
async def containing(
    folder: Path, pane: str = "meetup", *assignments: str, model: str = "eliza:doctor"
) -> AsyncIterator[Pilot[int]]:
    """Open the app at a pane, such that errors are contained as in a terminal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SalonApp, "CONTAIN_HEADLESS", True)
        runtime = runtime_for(folder, *assignments, model=model)
        runtime.log_faults()
        async with opened_at(runtime, pane, first="meetup", painted=True) as pilot:
            yield pilot


def panel(pilot: Pilot[int]) -> FaultScreen | None:
    """Return what covers the pane in front, if it failed."""
    screen = pilot.app.screen
    return screen if isinstance(screen, FaultScreen) else None


def told(pilot: Pilot[int]) -> str:
    """Return everything that the panel in front says."""
    return "\n".join(str(each.render()) for each in pilot.app.screen.query(Label))


async def covered(pilot: Pilot[int]) -> None:
    """Wait until the pane in front says that it failed."""
    await until(pilot, lambda: panel(pilot) is not None)
    await until(pilot, lambda: "This is a fault of Salon's: Planted: in " in told(pilot))


async def goes_on(pilot: Pilot[int], other: str = "sessions") -> None:
    """Check that the app is up, and that another pane opens and takes keys."""
    app = pilot.app
    assert isinstance(app, SalonApp)
    back = app.current_mode
    assert not app._exit
    assert app.crash is None
    await app.show(other)
    await until(pilot, lambda: app.current_mode == other and panel(pilot) is None)
    await pilot.press("f1")
    await until(pilot, lambda: type(app.screen).__name__ == "HelpScreen")
    await pilot.press("escape")
    await until(pilot, lambda: app.screen is app.opened(other))
    await app.show(back)


def filled(screen: PaneScreen) -> bool:
    """Whether a pane has mounted everything it shows."""
    return bool(getattr(screen, "ready", screen._content.is_set()))


def log_of(folder: Path) -> str:
    """Return the log of faults."""
    return (folder / "data" / LOG_NAME).read_text(encoding="utf-8")
