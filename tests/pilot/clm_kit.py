"""What the tests of the CLM pane share: runs whose policies are instant or scripted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from textual.pilot import Pilot

from core.runtime import Runtime
from pilot.salon import opened_at, runtime_for, until
from tui.clm.controller import ClmController
from tui.clm.screen import ClmScreen


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
async def at_clm(
    runtime: Runtime, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[int], ClmController]]:
    """Open the app at the CLM pane, with its start card there."""
    async with opened_at(runtime, "clm", size) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, ClmScreen)
        await until(pilot, lambda: screen.ready and screen.controller.start.form.draft is not None)
        assert screen.controller is not None
        yield pilot, screen.controller


async def drafted(
    pilot: Pilot[int], clm: ClmController, policy: str, world: str | None = None
) -> None:
    """Choose a policy, and a world, on the start card."""
    if world is not None and world != clm.session.draft.world:
        clm.start.form.at = "world"
        await pilot.press("right")
    clm.start.form.at = "policy"
    while clm.session.draft.policy != policy:
        await pilot.press("right")
        await pilot.pause()


async def begun(pilot: Pilot[int], clm: ClmController, policy: str = "rules") -> None:
    """Start a run with a policy."""
    await drafted(pilot, clm, policy)
    await pilot.press("enter")
    await until(pilot, lambda: clm.session.started and clm.session.running)
    await pilot.pause()


async def lived(pilot: Pilot[int], clm: ClmController, key: str, over: int) -> None:
    """Press a key and wait until so many days are over, and that is shown."""
    await pilot.press(key)
    await rested(pilot, clm, over)


async def rested(pilot: Pilot[int], clm: ClmController, over: int) -> None:
    """Wait until so many days are over, nothing is done any more, and that is shown."""
    await until(
        pilot,
        lambda: (
            clm.session.state is not None
            and clm.session.state.over == over
            and not clm.session.busy
            and not clm.view.stale
        ),
    )
    await pilot.pause()


def titles(clm: ClmController) -> list[str]:
    """Return the names on the cards that are shown."""
    return [each.title for each in clm.stories.stories]


def head(clm: ClmController) -> str:
    """Return the two lines above a run."""
    return str(clm.header.render())


def page(pilot: Pilot[int]) -> str:
    """Return what is on screen, as text."""
    app = pilot.app
    lines = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text for strip in lines)


CAST = ["Student Sam", "Corporate Clara", "Ghosting Greg", "Scale-up Sarah", "Bargain Betty"]
"""The customers of the settings, in their order."""
