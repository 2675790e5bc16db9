"""The lab's charts as a picture; after a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from pilot.lab_runs import stored_run
from pilot.salon import DrawnSalon, runtime_for, seated, until
from tui.lab.charts_page import LabChartsScreen
from tui.lab.reporting import report_on


async def charts(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: seated(pilot.app))
    runtime = pilot.app.runtime
    made = await stored_run(runtime, 3, 6, settings=("none", "golden", "learnt-1", "learnt-3"))
    await made.session.close()
    report = await report_on(made.session.tree, runtime.settings.prices)
    await pilot.app.push_screen(LabChartsScreen(made.engine.state, report))
    await pilot.pause()


def test_measures_scene_by_scene(snap_compare, tmp_path: Path) -> None:
    assert snap_compare(
        DrawnSalon(runtime_for(tmp_path)), terminal_size=(120, 40), run_before=charts
    )
