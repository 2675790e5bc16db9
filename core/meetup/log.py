"""A meetup's records with what was folded from them."""

from __future__ import annotations

import asyncio

from core.bus import EventBus
from core.engine.log import SessionLog
from core.meetup.records import EVENTS
from core.meetup.spec import Side
from core.meetup.state import MeetupState
from core.meetup.view import Ask, SideView
from core.sessions.record import Record
from core.sessions.session import Session


class MeetupLog(SessionLog[MeetupState]):
    """`state`, and the views that were asked for, always are the fold of the current path."""

    EVENTS = EVENTS

    def __init__(self, session: Session, bus: EventBus, ask: Ask) -> None:
        self.views: dict[Side, SideView]
        """Those that were asked for since the path was folded."""
        self._ask = ask
        super().__init__(session, bus)

    @property
    def number(self) -> int:
        return self.state.number

    async def view(self, side: Side) -> SideView:
        """Return what a side sees of the path.

        It is folded when it is needed, in a thread: most moves ask for no reply.
        """
        async with self._lock:
            if side not in self.views:
                path = tuple(self.session.tree.conversation)
                self.views[side] = await asyncio.to_thread(SideView.fold, path, side, self._ask)
            return self.views[side]

    def apply(self, record: Record) -> None:
        super().apply(record)
        for view in self.views.values():
            view.apply(record)

    def refold(self) -> None:
        super().refold()
        self.views = {}

    def _folded(self) -> MeetupState:
        return MeetupState.fold(self.session.tree.conversation)
