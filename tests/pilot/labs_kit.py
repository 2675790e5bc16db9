"""What the tests of the lab pane share: runs in a world whose models are a few lines each."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.runtime import Runtime
from lab_kit import PLAYERS, world
from pilot.salon import opened_at, runtime_for, until
from tui.lab.controller import LabController
from tui.lab.draft import LabDraft
from tui.lab.screen import LabScreen

Player = Callable[[ModelRequest], "str | Reply"]
_ROLES = {"assistant": "assistant", "user": "user", "update": "optimiser", "judge": "judge"}


def role_of(request: ModelRequest) -> str:
    """Return who is asked: a role, or `person`, `scene`, `query` for the writer."""
    assert request.origin is not None
    parts = request.origin.node.split("/")
    for part in reversed(parts):
        if part in _ROLES:
            return _ROLES[part]
    return {1: "person", 2: "scene"}.get(len(parts), parts[-1])


def writer(request: ModelRequest) -> str:
    """Make people up whose names and wishes are told apart by their key."""
    assert request.origin is not None
    node, role = request.origin.node, role_of(request)
    if role == "person":
        number = int(node[1:])
        unlike = ("glass beads in Oslo", "river tides near Cork", "violin wood from Cremona")
        what = unlike[number % len(unlike)]
        values: dict[str, Any] = {
            "name": f"{('Ada', 'Bo', 'Cleo')[number % 3]} Number{number}",
            "summary": f"Knows all about {what}.",
            "career_information": f"sells {what}",
            "values_and_interests": [what],
        }
        for name in ("behavior_engagement", "usage", "emotion", "purchase", "workflows", "models"):
            values[name] = f"{name} of {what}"
        return json.dumps({**values, "styles": "plain", "format": "short lists"})
    if role == "scene":
        tools = [{"name": "clock", "arguments": ["city"], "description": "what time it is"}]
        return json.dumps({
            "description": f"Something is due at {node.partition('/')[2]}",
            "expected": "preference.format=lists,",
            "tools": tools if node.endswith("s001") else [],
            "facts": [f"it is about {node}"],
        })
    return json.dumps({"personal": "Help me, as I like it.", "neutral": "Please help."})


def played(runtime: Runtime, players: Mapping[str, Player] | None = None) -> Runtime:
    """Return the runtime whose model `scripted:world` plays every role."""
    cast: dict[str, Player] = {**PLAYERS, **(players or {})}

    def answer(request: ModelRequest) -> str | Reply:
        return cast.get(role_of(request), writer)(request)

    runtime.providers._providers["scripted"] = Scripted.of(answer)
    return runtime


@asynccontextmanager
async def at_lab(
    folder: Path,
    size: tuple[int, int] = (120, 36),
    players: Mapping[str, Player] | None = None,
) -> AsyncIterator[tuple[Pilot[int], LabController]]:
    """Open the app at the lab pane, with its start card there."""
    runtime = played(runtime_for(folder, model="scripted:world"), players)
    async with opened_at(runtime, "lab", size) as pilot:
        yield pilot, await filled(pilot)


async def filled(pilot: Pilot[int]) -> LabController:
    """Wait until the pane that is in front is ready; return its controller."""
    screen = pilot.app.screen
    assert isinstance(screen, LabScreen)
    await until(
        pilot,
        lambda: screen.ready and screen.ready and screen.controller.start.form.draft is not None,
    )
    assert screen.ready
    return screen.controller


def drafted(lab: LabController, people: int = 2, scenes: int = 3, **options: Any) -> None:
    """Draft a run in the world whose answer is known."""
    given = tuple(world(people, scenes))
    draft = replace(lab.session.draft, people=people, scenes=scenes, given=given, **options)
    assert isinstance(draft, LabDraft)
    lab.session.draft = draft
    lab.show_setup()


async def lived(pilot: Pilot[int], lab: LabController) -> None:
    """Start the drafted run, and wait until it is done and that is shown."""
    await pilot.press("enter")
    await done(pilot, lab)


async def done(pilot: Pilot[int], lab: LabController) -> None:
    """Wait until the run is done and that is shown."""
    await until(
        pilot,
        lambda: (
            lab.session.state is not None
            and lab.session.state.finished
            and not lab.session.running
            and lab.status.state.startswith("done")
        ),
    )
    await pilot.pause()


def words(lab: LabController) -> list[str]:
    """Return what the entries on the page say."""
    return [each.text for each in lab.talk.entries]


def known(lab: LabController) -> dict[str, str]:
    """Return the values that are shown beside the conversation."""
    return {row.name: row.text for row in lab.known.rows if row.text}
