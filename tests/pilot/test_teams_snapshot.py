"""The teams pane as a picture; after a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from core.engine import reply
from pilot.salon import DrawnSalon, seated, until
from pilot.teams_kit import HOUSE, HOUSE_REPLIES, asked, waiting, with_team, write
from tui.teams.screen import TeamsScreen


async def steered(pilot: Pilot[int]) -> None:
    app = pilot.app
    assert isinstance(app, DrawnSalon)
    await until(pilot, lambda: seated(app))
    screen = await app.show("teams")
    assert isinstance(screen, TeamsScreen)
    await until(pilot, lambda: screen.ready)
    teams = screen.controller
    await asked(pilot, teams)
    await pilot.press("a")
    await waiting(pilot, teams)
    await pilot.press("p")
    await write(pilot, teams, "Which colour?")
    await until(pilot, lambda: len(teams.session.state.proposals) == 3)
    await waiting(pilot, teams)
    await pilot.press("escape")
    await pilot.pause(0.3)


def test_a_team(snap_compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply, "time", SimpleNamespace(monotonic=lambda: 0.0))
    app = DrawnSalon(with_team(tmp_path, HOUSE, HOUSE_REPLIES))
    assert snap_compare(app, terminal_size=(120, 36), run_before=steered)
