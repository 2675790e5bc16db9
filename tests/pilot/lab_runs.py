"""What the tests of the lab's figures share: runs without any model, in the app's own store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from core.lab.spec import ENGINE
from core.runtime import Runtime
from lab_kit import Stage, spec_of, stage, world
from pilot.salon import opened_at, until
from tui.lab.report_page import LabReportScreen

EVERY = ("none", "golden", "retrieval", "learnt-1", "learnt-3", "learnt-5")


async def stored_run(
    runtime: Runtime, people: int = 3, scenes: int = 4, *, run: bool = True, **options: Any
) -> Stage:
    """Return a run of people made up by rules, lived through to its end unless `run` is false."""
    given = world(people, scenes, seed=options.pop("drawn", 0))
    options = {"settings": ("none", "golden", "learnt-1"), **options}
    session = await runtime.store.create(ENGINE, spec_of(given, **options).to_json())
    made = await stage(given, session=session, **options)
    if run:
        assert await made.run() == "done"
    return made


@asynccontextmanager
async def at_report(
    runtime: Runtime, made: Stage, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[int], LabReportScreen]]:
    """Open the app with the report of a run, and wait until it is made."""
    async with opened_at(runtime, "sessions", size) as pilot:
        screen = LabReportScreen(runtime, made.session, made.engine.state, made.session.tree)
        pilot.app.push_screen(screen)
        await until(pilot, lambda: screen.report is not None)
        await pilot.pause()
        yield pilot, screen
        await made.session.close()
