"""Grants what other panes ask of the lab pane: a stored run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.sure import SureScreen
from tui.wishes import OpenSession, Wish

if TYPE_CHECKING:
    from tui.lab.conductor import Conductor


class Granting:
    """Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._screen = conductor.screen
        self._stage = conductor.stage

    async def grant(self, wish: Wish) -> None:
        """Do what was asked for."""
        if not isinstance(wish, OpenSession):
            return
        if self._screen.session_id != wish.session:
            if self._stage.working and not await self._may_end():
                return
            await self._conductor.actions.desk.open(wish.session)
        if wish.record is not None:
            self._bring(wish.record)

    async def let_go(self) -> None:
        """Close the run, which is kept, and show what could be run next."""
        begun = self._conductor.begun
        await self._stage.close()
        self._conductor.show_start()
        if begun:
            self._conductor.status.hint = "the last run is kept: ctrl+r"

    def _bring(self, record_id: str) -> None:
        """Show the page on which a record is told."""
        board = self._conductor.board
        place = board.beside.place_of(record_id)
        if place is not None:
            board.go_to(place, record_id)

    async def _may_end(self) -> bool:
        question = SureScreen(
            "A run is going on. End that?",
            "What was answered is kept; ctrl+r goes on with it.",
            yes="End it and open the other",
        )
        return await self._screen.app.push_screen_wait(question)
