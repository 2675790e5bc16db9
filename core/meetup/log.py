"""A meetup's records with what was folded from them."""

from __future__ import annotations

from collections.abc import Sequence

from core.bus import EventBus
from core.engine.log import SessionLog
from core.meetup.spec import SIDES, Side
from core.meetup.state import MeetupState
from core.meetup.view import Ask, SideView
from core.sessions.record import Record
from core.sessions.session import Session


class MeetupLog(SessionLog):
    """`state` and `views` always are the fold of the current path."""

    def __init__(self, session: Session, bus: EventBus, ask: Ask) -> None:
        self.state: MeetupState
        self.views: dict[Side, SideView]
        self._ask = ask
        super().__init__(session, bus)

    @property
    def number(self) -> int:
        return self.state.number

    @property
    def passed_over(self) -> Sequence[Record]:
        return self.state.passed_over

    def apply(self, record: Record) -> None:
        self.state.apply(record)
        for view in self.views.values():
            view.apply(record)

    def refold(self) -> None:
        path = list(self.session.tree.conversation)
        self.state = MeetupState.fold(path)
        self.views = {side: SideView.fold(path, side, self._ask) for side in SIDES}
