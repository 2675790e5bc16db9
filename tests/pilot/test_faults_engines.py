"""An engine that fails: its pane says so, the app stays up, and the session file is whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from core.sessions.record import Kind
from pilot import labs_kit
from pilot.fault_kit import goes_on, log_of, owner_of, panel, planted, told
from pilot.salon import runtime_for, until
from pilot.test_faults_running import RUNNING, Opened, logged
from tui.app import SalonApp
from tui.widgets.status_line import StatusLine

FAULT = "This is a fault of Salon's: Planted: in "


@pytest.fixture(autouse=True)
def _contained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SalonApp, "CONTAIN_HEADLESS", True)


async def _to_drafted_lab(folder: Path) -> AsyncIterator[Opened]:
    async with labs_kit.at_lab(folder) as (pilot, lab):
        logged(pilot.app.runtime)
        labs_kit.drafted(lab)
        yield pilot, lab


async def _begin(pilot: Pilot[int], _: Any) -> None:
    await pilot.press("enter")


async def _wait(pilot: Pilot[int], _: Any) -> None:
    """A meetup takes its turns by itself."""


WAYS = {
    **RUNNING,
    "meetup": (RUNNING["meetup"][0], _wait),
    "lab": (_to_drafted_lab, _begin),
}
"""How to get to an engine, and what then moves it; a run of the lab ends too soon to be open."""

PLANTS = [
    ("chat", "core.chat.replies:Replies", "reply"),
    ("chat", "core.engine.reply:ReplyWriter", "write"),
    ("chat", "core.chat.log:ChatLog", "apply"),
    ("meetup", "core.meetup.turn:TurnRunner", "start"),
    ("meetup", "core.engine.reply:ReplyWriter", "write"),
    ("meetup", "core.meetup.log:MeetupLog", "apply"),
    ("teams", "core.teams.scheduler:Scheduler", "advance"),
    ("teams", "core.teams.log:TeamLog", "apply"),
    ("clm", "core.clm.simulation.stepper:Stepper", "go"),
    ("clm", "core.clm.simulation.customer_day:CustomerDays", "take"),
    ("clm", "core.clm.simulation.log:RunLog", "apply"),
    ("lab", "core.lab.program:Program", "run"),
    ("lab", "core.lab.questions:ModelCalls", "_answer"),
    ("lab", "core.lab.log:LabLog", "apply"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "place", "method"), PLANTS)
async def test_an_engine_that_fails(tmp_path: Path, name: str, place: str, method: str) -> None:
    go, move = WAYS[name]
    async with asynccontextmanager(go)(tmp_path) as (pilot, controller):
        with planted(owner_of(place), method) as calls:
            await move(pilot, controller)
            await until(pilot, lambda: bool(calls) and FAULT in said(pilot))
            await goes_on(pilot)
        session = controller.session.engine.log.session
        assert f"in {owner_of(place).__name__}.{method}" in log_of(tmp_path)
    await readable(tmp_path, session.id)


def said(pilot: Pilot[int]) -> str:
    """Return what the pane in front says of an error, wherever it does."""
    lines = [each.problem for each in pilot.app.screen.query(StatusLine)]
    lines += [each.message for each in pilot.app._notifications]
    return "\n".join([*lines, told(pilot) if panel(pilot) else ""])


async def readable(folder: Path, session_id: str) -> None:
    """Check that every line of a session is a record, and that it can be gone on with."""
    lines = (folder / "sessions" / f"{session_id}.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(each) for each in lines)
    runtime = runtime_for(folder)
    view = await runtime.store.read(session_id)
    assert not view.notices
    session = await runtime.store.open(session_id)
    assert [each.id for each in session.tree.path] == [each.id for each in view.tree.path]
    assert not any(each.kind == Kind.NOTICE and "repaired" in str(each.data) for each in view.tree)
    await session.close()
    await runtime.aclose()
