"""An error in one pane is shown there, and everything else goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from pilot.fault_kit import containing, covered, filled, goes_on, log_of, owner_of, panel, planted
from pilot.salon import until
from tui.panes import PANES, pane

FIRST = {each.name for each in PANES} - {"meetup"}


OPENING = [
    *((name, pane(name).screen, "compose") for name in sorted(FIRST)),
    *((name, pane(name).screen, "on_mount") for name in sorted(FIRST)),
    ("chat", "tui.chat.controller:ChatController", "show"),
    ("chat", "tui.chat.view:View", "show_setup"),
    ("chat", "tui.chat.session:ChatSession", "load"),
    ("teams", "tui.teams.controller:TeamsController", "show"),
    ("teams", "tui.teams.controller:TeamsController", "preview"),
    ("teams", "tui.teams.session:TeamsSession", "load"),
    ("clm", "tui.clm.screen:ClmScreen", "make_controller"),
    ("clm", "tui.clm.controller:ClmController", "show"),
    ("clm", "tui.clm.session:ClmSession", "load"),
    ("lab", "tui.lab.session:LabSession", "load"),
    ("lab", "tui.lab.controller:LabController", "show_setup"),
    ("personas", "tui.personas.controller:PersonasController", "load"),
    ("personas", "tui.personas.controller:PersonasController", "look"),
    ("sessions", "tui.sessions.controller:SessionsController", "read"),
    ("sessions", "tui.sessions.controller:SessionsController", "show_list"),
    ("chat", "tui.widgets.transcript:Transcript", "render_line"),
    ("teams", "tui.widgets.row_list:RowList", "render_line"),
    ("sessions", "tui.widgets.status_line:StatusLine", "render"),
    ("clm", "tui.widgets.start_card:StartForm", "render"),
    ("lab", "tui.widgets.start_card:StartForm", "render"),
    ("personas", "tui.personas.persona_list:PersonaList", "render_line"),
]


@pytest.mark.parametrize(("name", "place", "method"), OPENING)
@pytest.mark.slow
async def test_a_pane_that_cannot_open(tmp_path: Path, name: str, place: str, method: str) -> None:
    async with containing(tmp_path, "meetup") as pilot:
        owner = owner_of(place)
        where = owner_of(pane(name).screen) if ".widgets." in place else None
        with planted(owner, method, where):
            await pilot.press(pane(name).key)
            await covered(pilot)
            assert pilot.app.current_mode == name
            await goes_on(pilot, "personas" if name == "sessions" else "sessions")
            assert panel(pilot) is not None
            assert f"in {owner_of(place).__name__}.{method}" in log_of(tmp_path)
        failed = pilot.app.opened(name)
        await pilot.press("r")
        await until(pilot, lambda: panel(pilot) is None and pilot.app.current_mode == name)
        screen = pilot.app.opened(name)
        assert screen is not failed
        await until(pilot, lambda: filled(screen))
        await pilot.pause()
        assert pilot.app.screen is screen
        await goes_on(pilot, "personas" if name == "sessions" else "sessions")
