"""Grants what other panes ask of the meetup pane: a seat, a stored meetup."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.errors import UsageError
from tui.dialogs.confirm import ConfirmScreen
from tui.meetup.desk import WHERE
from tui.meetup.draft import SeatDraft
from tui.navigation import NavigationRequest, OpenSession, SeatAt

if TYPE_CHECKING:
    from tui.meetup.conductor import Conductor
    from tui.meetup.desk import Desk


class Granting:
    """Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, desk: Desk) -> None:
        self._conductor = conductor
        self._desk = desk
        self._screen = conductor.screen
        self._stage = conductor.stage

    async def navigate(self, request: NavigationRequest) -> None:
        """Do what was asked for."""
        if isinstance(request, SeatAt):
            await self._seat(request)
        elif isinstance(request, OpenSession):
            await self._open(request)

    async def close_session(self) -> None:
        """End the talk, which is kept, and show the next meetup as it would be."""
        await self._stage.close()
        self._conductor.talk.clear()
        if self._stage.draft is not None:
            self._conductor.board.show_draft(self._stage.draft)

    async def _seat(self, request: SeatAt) -> None:
        """Seat a persona in the next meetup; one that is under way is left in peace."""
        runtime = self._screen.app.runtime
        draft = self._stage.draft
        if draft is None:
            raise UsageError("There is nobody to talk yet.", "Mend the settings, then start again.")
        persona, _ = await asyncio.to_thread(runtime.cast, request.persona, None)
        draft = draft.with_seat(request.side, SeatDraft.of(persona, runtime.settings))
        if self._stage.running:
            self._stage.draft = draft
            place = WHERE[request.side]
            self._conductor.status.hint = f"ctrl+n: the next meetup, with {persona.name} {place}"
            return
        if self._conductor.begun:
            await self.close_session()
            self._conductor.status.hint = "the last talk is kept: ctrl+r"
        self._desk.redraft(draft)

    async def _open(self, request: OpenSession) -> None:
        if self._screen.session_id != request.session:
            if self._stage.playing and not await self._may_end():
                return
            await self._desk.open(request.session)
        talk, status = self._conductor.talk, self._conductor.status
        talk.screen.set_focus(talk)
        if request.record is not None and request.record in talk:
            talk.move_cursor(request.record)
        elif request.record is not None:
            status.hint = "That was said on another branch of this talk."
            return
        if request.find and talk.search(request.find):
            status.hint = "> and < go on to the next place"

    async def _may_end(self) -> bool:
        question = ConfirmScreen(
            "They are still talking. End that?",
            "What was said is kept; ctrl+r goes on with it.",
            yes="End it and open the other",
        )
        return await self._screen.app.push_screen_wait(question)
