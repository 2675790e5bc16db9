"""The days pane as a picture; after a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from pilot.days_kit import begun, lived
from pilot.salon import DrawnSalon, runtime_for, seated, until
from tui.screens.days import DaysScreen


async def a_week(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: seated(pilot.app))
    await pilot.app.show("days")
    screen = pilot.app.screen
    assert isinstance(screen, DaysScreen)
    await until(pilot, lambda: screen.ready and screen.conductor.start.form.draft is not None)
    await begun(pilot, screen.conductor, "hierarchical-thompson")
    await lived(pilot, screen.conductor, "w", 7)
    await pilot.press("g")
    await pilot.pause()


def test_a_week_of_five_customers(snap_compare, tmp_path: Path) -> None:
    assert snap_compare(
        DrawnSalon(runtime_for(tmp_path)), terminal_size=(120, 32), run_before=a_week
    )
