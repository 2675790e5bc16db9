"""Carries out what is done in the list of teams: start one, seat one, watch one at a seat."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.engine.factory import TEAM
from core.errors import UsageError
from core.teams.state import REQUEST
from core.text import clean_line
from tui.dialogs.pick import Choice, PickScreen
from tui.navigation import ChatWith, SeatAt
from tui.teams.handlers import TeamHandlers

if TYPE_CHECKING:
    from core.meetup.spec import Side
    from core.teams.definitions.library import TeamHeader
    from core.teams.engine import TeamEngine


class SetupHandlers(TeamHandlers):
    """Works on the team that the list stands on."""

    async def start(self) -> None:
        """Set up the team that the list stands on, with the parameters it needs."""
        runtime = self._controller.runtime
        draft = await asyncio.to_thread(runtime.teams.read, self._current().path)
        params, model = None, None
        if draft.parameters:
            from tui.teams.form_screen import TeamFormScreen

            filled = await self._screen.app.push_screen_wait(TeamFormScreen(draft, runtime))
            if filled is None:
                return
            params, model = filled.params, filled.model
        await self._session.seat(draft, params, model)
        self._controller.show_team()
        self._controller.input.open()

    async def chat(self) -> None:
        """Chat with the team that the list stands on, as if it were one persona."""
        await self._screen.app.navigate(ChatWith(self._as_persona()))

    async def seat(self, side: Side) -> None:
        """Seat the team that the list stands on at the next meetup."""
        await self._screen.app.navigate(SeatAt(side, self._as_persona()))

    async def visit(self) -> None:
        """Show the run of a team that sits in a chat or at a meetup."""
        runtime = self._controller.runtime
        running = (await asyncio.to_thread(lambda: runtime.seated_teams)).running()
        if not running:
            raise UsageError("No team sits in a chat or at a meetup.", "c, a and b seat one.")
        chosen: TeamEngine | None = running[0]
        if len(running) > 1:
            choices = [
                Choice(
                    each, clean_line(each.state.team.title or each.state.team.name), _asked(each)
                )
                for each in running
            ]
            chosen = await self._screen.app.push_screen_wait(PickScreen("Which team?", choices))
        if chosen is not None:
            await self._controller.visit(chosen)

    def _as_persona(self) -> str:
        """Return the name under which the team that the list stands on can be seated."""
        return f"{TEAM}:{self._current().path.stem}"

    def _current(self) -> TeamHeader:
        row = self._controller.teams.current
        if row is None:
            raise UsageError("There is no team.", "F1 says where teams are looked for.")
        return row.header


def _asked(engine: TeamEngine) -> str:
    """Return what tells a team at a seat from another one: what it was asked last."""
    path = reversed(engine.log.session.tree.path)
    asked = next((each for each in path if each.data.get(REQUEST)), None)
    said = "nothing was said to it yet" if asked is None else clean_line(asked.text)
    return f"{said} · …{engine.session_id[-4:]}"
