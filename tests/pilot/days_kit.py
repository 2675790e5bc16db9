"""What the tests of the days pane share: runs whose policies are instant or scripted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from textual.pilot import Pilot

from core.runtime import Runtime
from pilot.salon import opened_at, runtime_for, until
from tui.days.conductor import Conductor
from tui.screens.days import DaysScreen


def answer(thought: str, action: str, message: str = "") -> str:
    """Return what a model says that decides for a customer."""
    return json.dumps({"thought": thought, "action": action, "message": message})


def scripted(folder: Path, replies: Sequence[object], *assignments: str) -> Runtime:
    """Return a runtime whose policy `llm` answers from a list, over and over."""
    script = folder / "agent.yml"
    script.write_text(yaml.safe_dump({"replies": list(replies), "loop": True}), "utf-8")
    models = f'providers.scripted.options.models={{"agent": "{script}"}}'
    return runtime_for(folder, models, "clm.run.epsilon=0", *assignments, model="scripted:agent")


@asynccontextmanager
async def at_days(
    runtime: Runtime, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[int], Conductor]]:
    """Open the app at the days pane, with its start card there."""
    async with opened_at(runtime, "days", size) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, DaysScreen)
        await until(pilot, lambda: screen.ready and screen.conductor.start.form.draft is not None)
        assert screen.conductor is not None
        yield pilot, screen.conductor


async def drafted(
    pilot: Pilot[int], days: Conductor, policy: str, world: str | None = None
) -> None:
    """Choose a policy, and a world, on the start card."""
    if world is not None and world != days.stage.draft.world:
        days.start.form.at = "world"
        await pilot.press("right")
    days.start.form.at = "policy"
    while days.stage.draft.policy != policy:
        await pilot.press("right")
        await pilot.pause()


async def begun(pilot: Pilot[int], days: Conductor, policy: str = "rules") -> None:
    """Start a run with a policy."""
    await drafted(pilot, days, policy)
    await pilot.press("enter")
    await until(pilot, lambda: days.begun and days.stage.running)
    await pilot.pause()


async def lived(pilot: Pilot[int], days: Conductor, key: str, over: int) -> None:
    """Press a key and wait until so many days are over, and that is shown."""
    await pilot.press(key)
    await rested(pilot, days, over)


async def rested(pilot: Pilot[int], days: Conductor, over: int) -> None:
    """Wait until so many days are over, nothing is done any more, and that is shown."""
    await until(
        pilot,
        lambda: (
            days.stage.state is not None
            and days.stage.state.over == over
            and not days.stage.working
            and not days.board.stale
        ),
    )
    await pilot.pause()


def titles(days: Conductor) -> list[str]:
    """Return the names on the cards that are shown."""
    return [each.title for each in days.stories.stories]


def head(days: Conductor) -> str:
    """Return the two lines above a run."""
    return str(days.header.render())


def page(pilot: Pilot[int]) -> str:
    """Return what is on screen, as text."""
    app = pilot.app
    lines = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text for strip in lines)


CAST = ["Student Sam", "Corporate Clara", "Ghosting Greg", "Scale-up Sarah", "Bargain Betty"]
"""The customers of the settings, in their order."""
