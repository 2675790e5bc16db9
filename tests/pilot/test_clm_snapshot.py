"""The days pane as a picture; after a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from pilot.clm_kit import begun, lived
from pilot.salon import DrawnSalon, runtime_for, seated, until
from tui.clm.screen import ClmScreen


async def a_week(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: seated(pilot.app))
    await pilot.app.show("clm")
    screen = pilot.app.screen
    assert isinstance(screen, ClmScreen)
    await until(pilot, lambda: screen.ready and screen.controller.start.form.draft is not None)
    await begun(pilot, screen.controller, "hierarchical-thompson")
    await lived(pilot, screen.controller, "W", 7)
    await pilot.press("g")
    await pilot.pause()


def test_a_week_of_five_customers(snap_compare, tmp_path: Path) -> None:
    assert snap_compare(
        DrawnSalon(runtime_for(tmp_path)), terminal_size=(120, 32), run_before=a_week
    )
