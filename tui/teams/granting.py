"""Grants what other panes ask of the teams pane: a stored run, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.sure import SureScreen
from tui.wishes import OpenSession, ShowPending, Wish

if TYPE_CHECKING:
    from tui.teams.conductor import Conductor
    from tui.teams.desk import Desk


class Granting:
    """Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, desk: Desk) -> None:
        self._conductor = conductor
        self._desk = desk
        self._screen = conductor.screen
        self._stage = conductor.stage

    async def grant(self, wish: Wish) -> None:
        """Do what was asked for."""
        if isinstance(wish, ShowPending):
            await self._pending()
        elif isinstance(wish, OpenSession):
            await self._open(wish)

    async def _pending(self) -> None:
        """Go to what waits in the run that is open, or else in a team at a seat."""
        state = self._stage.state
        if (state is None or not state.inbox) and not self._stage.at_work:
            running = self._screen.app.runtime.rooms.running()
            waiting = next((each for each in running if each.state.inbox), None)
            if waiting is not None:
                await self._desk.watch(waiting)
                return
        await self._conductor.actions.do("pending")

    async def _open(self, wish: OpenSession) -> None:
        if self._screen.session_id != wish.session:
            if self._stage.ends_when_left and not await self._may_end():
                return
            await self._desk.open(wish.session)
        if wish.record is not None and not self._conductor.show_record(wish.record):
            self._conductor.status.hint = "That was said on another branch of this run."
            return
        if wish.find and self._conductor.talk.search(wish.find):
            self._conductor.status.hint = ". and , go on to the next place"

    async def _may_end(self) -> bool:
        question = SureScreen(
            "The team is still at work. End that?",
            "What was said is kept; ctrl+r goes on with it.",
            yes="End it and open the other",
        )
        return await self._screen.app.push_screen_wait(question)
