"""A pane that fails while something runs in it: the run goes on, and reloading shows it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from core.runtime import Runtime
from core.sessions.record import Kind
from pilot import chat_kit, clm_kit, labs_kit, teams_kit
from pilot.fault_kit import covered, filled, goes_on, owner_of, panel, planted
from pilot.salon import opened, runtime_for, until
from tui.app import SalonApp
from tui.pane.shell import PaneScreen
from tui.panes import pane

Opened = tuple[Pilot[int], Any]


@pytest.fixture(autouse=True)
def _contained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SalonApp, "CONTAIN_HEADLESS", True)
    # What fails while it is painted has to be painted.
    monkeypatch.setattr("pilot.salon.PAINT_AFTER", 0.0)


async def _to_meetup(folder: Path) -> AsyncIterator[Opened]:
    runtime = logged(runtime_for(folder, "meetup.turns=0", "meetup.loops=false"))
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.state is not None)
        await until(pilot, lambda: meetup.session.state.turns >= 2)
        yield pilot, meetup


async def _to_chat(folder: Path) -> AsyncIterator[Opened]:
    async with chat_kit.chatting(logged(runtime_for(folder))) as (pilot, chat):
        await chat_kit.say(pilot, chat, "I am sad.")
        yield pilot, chat


async def _to_teams(folder: Path) -> AsyncIterator[Opened]:
    runtime = teams_kit.with_team(folder, teams_kit.HOUSE, teams_kit.HOUSE_REPLIES)
    async with teams_kit.at_teams(logged(runtime)) as (pilot, teams):
        await teams_kit.asked(pilot, teams)
        yield pilot, teams


async def _to_clm(folder: Path) -> AsyncIterator[Opened]:
    async with clm_kit.at_clm(logged(runtime_for(folder))) as (pilot, clm):
        await clm_kit.begun(pilot, clm)
        await clm_kit.lived(pilot, clm, "n", 1)
        yield pilot, clm


async def _to_lab(folder: Path) -> AsyncIterator[Opened]:
    async with labs_kit.at_lab(folder) as (pilot, lab):
        logged(pilot.app.runtime)
        labs_kit.drafted(lab)
        await labs_kit.lived(pilot, lab)
        yield pilot, lab


def logged(runtime: Runtime) -> Runtime:
    """Return the runtime, to whose folder the faults of this process are logged."""
    runtime.log_faults()
    return runtime


async def _say(pilot: Pilot[int], chat: Any) -> None:
    await chat_kit.write(pilot, chat, "Nobody listens.")


def _key(*keys: str) -> Callable[[Pilot[int], Any], Awaitable[None]]:
    async def press(pilot: Pilot[int], _: Any) -> None:
        await pilot.press(*keys)

    return press


RUNNING = {
    "meetup": (_to_meetup, _key("escape", "n")),
    "chat": (_to_chat, _say),
    "teams": (_to_teams, _key("enter", "h", "i", "enter")),
    "clm": (_to_clm, _key("n")),
    "lab": (_to_lab, _key("down", "left")),
}
"""How to get to a session that is open, and what then moves it."""

PLANTS = [
    ("meetup", "tui.meetup.controller:MeetupController", "carry_out"),
    ("meetup", "tui.meetup.view:View", "show"),
    ("meetup", "tui.meetup.view:View", "show_state"),
    ("meetup", "tui.widgets.transcript:Transcript", "render_line"),
    ("meetup", "tui.meetup.screen:MeetupScreen", "check_action"),
    ("meetup", "tui.meetup.screen:MeetupScreen", "action_command"),
    ("chat", "tui.pane.prompt:PromptController", "typed"),
    ("chat", "tui.chat.view:View", "show"),
    ("chat", "tui.widgets.transcript:Transcript", "render_line"),
    ("chat", "tui.widgets.prompt:Prompt", "action_send"),
    ("chat", "tui.chat.screen:ChatScreen", "on_prompt_submitted"),
    ("teams", "tui.pane.prompt:PromptController", "open"),
    ("teams", "tui.teams.view:View", "show"),
    ("teams", "tui.widgets.transcript:Transcript", "render_line"),
    ("teams", "tui.teams.screen:TeamsScreen", "action_command"),
    ("clm", "tui.clm.controller:ClmController", "carry_out"),
    ("clm", "tui.clm.controller:ClmController", "show_state"),
    ("clm", "tui.clm.view:View", "show"),
    ("clm", "tui.clm.stories:StoryList", "render_line"),
    ("clm", "tui.clm.screen:ClmScreen", "action_command"),
    ("lab", "tui.lab.controller:LabController", "carry_out"),
    ("lab", "tui.lab.view:View", "select"),
    ("lab", "tui.widgets.row_list:RowList", "render_line"),
    ("lab", "tui.lab.screen:LabScreen", "action_command"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "place", "method"), PLANTS)
async def test_a_pane_that_fails_while_something_runs(
    tmp_path: Path, name: str, place: str, method: str
) -> None:
    go, move = RUNNING[name]
    async with asynccontextmanager(go)(tmp_path) as (pilot, controller):
        engine = controller.session.engine
        session = engine.log.session
        where = owner_of(pane(name).screen) if ".widgets." in place else None
        with planted(owner_of(place), method, where):
            await move(pilot, controller)
            pilot.app.screen.refresh(layout=True)
            for each in pilot.app.screen.walk_children():
                each.refresh()
            await covered(pilot)
            await goes_on(pilot)
        assert controller.session.engine is engine
        await pilot.press("r")
        await until(pilot, lambda: panel(pilot) is None)
        screen = pilot.app.opened(name)
        assert isinstance(screen, PaneScreen)
        await until(pilot, lambda: filled(screen))
        assert screen.hand_over().engine is engine
        assert screen.session_id == session.id
        await goes_on(pilot)
    await whole(tmp_path, session.id)


async def whole(folder: Path, session_id: str) -> None:
    """Check that a session can be read to its end, line by line, and be opened again."""
    lines = (folder / "sessions" / f"{session_id}.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(each) for each in lines)
    runtime = runtime_for(folder)
    view = await runtime.store.read(session_id)
    assert view.tree.path[-1].kind == Kind.ENDED
    session = await runtime.store.open(session_id)
    assert [each.id for each in session.tree.path] == [each.id for each in view.tree.path]
    await session.close()
    await runtime.aclose()
