"""A handful of screens as pictures; after a change that is meant: `pytest --snapshot-update`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from core.engine import reply
from pilot.salon import DrawnSalon, runtime_for, until
from tui.app import SalonApp
from tui.meetup.screen import MeetupScreen

TALK = Path(__file__).with_name("talk.yml")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SalonApp:
    """An app whose talk is written down and takes no time at all."""
    monkeypatch.setattr(reply, "time", SimpleNamespace(monotonic=lambda: 0.0))
    script = f'providers.scripted.options.models={{"talk": "{TALK}"}}'
    return DrawnSalon(runtime_for(tmp_path, "meetup.turns=6", script, model="scripted:talk"))


async def ready(pilot: Pilot[int]) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, MeetupScreen)
    await until(pilot, lambda: screen.ready)
    await pilot.pause()


async def talked(pilot: Pilot[int]) -> None:
    await ready(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, MeetupScreen)
    session = screen.controller.session
    await pilot.press("space")
    await until(pilot, lambda: session.state is not None and session.state.turns == 6)
    await until(pilot, lambda: not session.running)
    # Heights are estimates until seen, and the scroll bar shows them.
    await pilot.press("escape")
    for key in ("g", "G"):
        await pilot.press(key)
        await pilot.pause(0.2)


async def with_help(pilot: Pilot[int]) -> None:
    await ready(pilot)
    await pilot.press("f1")
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
def test_before_the_first_word(snap_compare, app: SalonApp, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=ready)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
def test_a_talk(snap_compare, app: SalonApp, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=talked)


def test_help(snap_compare, app: SalonApp) -> None:
    assert snap_compare(app, terminal_size=(100, 40), run_before=with_help)
