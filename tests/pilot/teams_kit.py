"""What the tests of the teams pane share: teams as files, on scripted models."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from textual.pilot import Pilot

from core.runtime import Runtime
from core.sessions.record import Record
from pilot.salon import opened_at, runtime_for, until
from tui.teams.controller import TeamsController
from tui.teams.screen import TeamsScreen

PERSONA = "# {role}: {name} (en)\n\nYou are {name}, and you are brief.\n"


def ask(recipient: str | None, message: str, reasoning: str = "it comes first") -> str:
    """Return a coordinator's reply."""
    return json.dumps({"reasoning": reasoning, "recipient": recipient, "message": message})


def several(**messages: str) -> str:
    """Return the reply of a coordinator that asks several at once."""
    proposals = [{"recipient": name, "message": text} for name, text in messages.items()]
    return json.dumps({"reasoning": "both at once", "proposals": proposals})


def with_team(
    folder: Path,
    team: Mapping[str, Any],
    replies: Mapping[str, Any],
    *assignments: str,
    name: str = "house",
) -> Runtime:
    """Return a runtime with one team, whose nodes answer from a script each.

    `replies` are lists by path; personas are made for all names that the team mentions.
    """
    personas = folder / "data" / "personas"
    teams = personas / "teams"
    teams.mkdir(parents=True, exist_ok=True)
    for each in _names(team["root"]):
        text = PERSONA.format(role=f"the {each}", name=each.title())
        (teams / f"{each}.md").write_text(text, "utf-8")
    (teams / f"{name}.yml").write_text(yaml.safe_dump(dict(team)), "utf-8")
    script = folder / "script.yml"
    script.write_text(yaml.safe_dump({"nodes": dict(replies), "loop": False}), "utf-8")
    models = f'providers.scripted.options.models={{"talk": "{script}"}}'
    return runtime_for(folder, models, *assignments, model="scripted:talk")


def _names(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    return [node["persona"], *(name for each in node.get("delegates", ()) for name in _names(each))]


HOUSE = {
    "title": "A house of three",
    "root": {"persona": "lead", "delegates": ["left", "right"]},
}
"""A team that leads two."""
HOUSE_REPLIES = {
    "lead": [
        ask("left", "Go left, and tell what you see."),
        ask("right", "Now you."),
        ask(None, "Left is a door, right is a window."),
    ],
    "lead/left": ["I see a door.", "A red door, since you ask."],
    "lead/right": ["I see a window.", "A small window."],
}


@asynccontextmanager
async def at_teams(
    runtime: Runtime, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[int], TeamsController]]:
    """Open the app at the teams pane, with its list read."""
    async with opened_at(runtime, "teams", size) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, TeamsScreen)
        await until(pilot, lambda: screen.ready)
        yield pilot, screen.controller


async def started(pilot: Pilot[int], teams: TeamsController, name: str = "house") -> None:
    """Set the team of that name up."""
    rows = [each.header.name for each in teams.teams.rows]
    teams.teams.cursor = rows.index(name)
    await pilot.press("enter")
    await until(pilot, lambda: teams.session.chosen and teams.prompt.has_focus)


async def write(pilot: Pilot[int], teams: TeamsController, text: str, key: str = "enter") -> None:
    """Put a text into the prompt and send it."""
    teams.input.open()
    teams.prompt.clear()
    teams.prompt.insert(text)
    await pilot.press(key)
    await pilot.pause()


async def asked(pilot: Pilot[int], teams: TeamsController, text: str = "Where to?") -> None:
    """Give the team something to do, and wait for what the first one proposes."""
    await started(pilot, teams)
    await write(pilot, teams, text)
    await waiting(pilot, teams)
    await pilot.press("escape")
    await until(pilot, lambda: teams.nodes.has_focus)


async def waiting(pilot: Pilot[int], teams: TeamsController, count: int = 1) -> None:
    """Wait until so many things wait for a human and nobody thinks."""
    await until(pilot, lambda: len(inbox(teams)) == count and not teams.session.engine.thinking)
    await until(pilot, lambda: teams.status.state.startswith(f"{count} pending"))


def inbox(teams: TeamsController) -> list[Record]:
    """Return what waits for a human."""
    state = teams.session.state
    return [] if state is None else state.inbox


def pending(teams: TeamsController) -> list[tuple[str, str, str]]:
    """Return node, receiver and words of what is pending."""
    return [
        (each.node, str(each.data.get("to")), each.text)
        for each in inbox(teams)
        if each.kind == "proposal"
    ]


def page(teams: TeamsController) -> list[tuple[str, str]]:
    """Return header and words of what is on the page that is shown."""
    return [(each.header, each.text) for each in teams.talk.entries]


def finals(teams: TeamsController) -> list[str]:
    """Return the team's answers."""
    state = teams.session.state
    return [] if state is None else [each.text for each in state.finals]
