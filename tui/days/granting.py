"""Grants what other panes ask of the days pane: a stored run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.sure import SureScreen
from tui.wishes import OpenSession, Wish

if TYPE_CHECKING:
    from tui.days.conductor import Conductor


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
            if self._stage.going and not await self._may_end():
                return
            await self._conductor.actions.desk.open(wish.session)
        if wish.record is not None:
            self._bring(wish.record)

    async def let_go(self) -> None:
        """Close the run, which is kept, and show what could be run next."""
        await self._stage.close()
        self._conductor.show_start()

    def _bring(self, record_id: str) -> None:
        """Show the day and the customer that a record tells of."""
        session, state = self._stage.session, self._stage.state
        if session is None or state is None or record_id not in session.tree:
            return
        record, status = session.tree.get(record_id), self._conductor.status
        if not session.tree.on_path(record_id):
            status.hint = "That happened on another branch of this run."
            return
        day = record.data.get("day")
        if isinstance(day, int):
            self._conductor.board.look_at(day)
        if record.node:
            self._conductor.stories.go_to(record.node)

    async def _may_end(self) -> bool:
        question = SureScreen(
            "Days are still passing. End that?",
            "What was decided is kept; ctrl+r goes on with it.",
            yes="End it and open the other",
        )
        return await self._screen.app.push_screen_wait(question)
