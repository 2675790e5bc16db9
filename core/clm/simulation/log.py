"""A run's records with what was folded from them."""

from __future__ import annotations

from collections.abc import Sequence

from core.bus import EventBus
from core.clm.records import EVENTS
from core.clm.simulation.state import SimulationState
from core.engine.log import SessionLog
from core.sessions.record import Record
from core.sessions.session import Session


class RunLog(SessionLog):
    """`state` always is the fold of the current path."""

    EVENTS = EVENTS

    def __init__(self, session: Session, bus: EventBus) -> None:
        self.state: SimulationState
        super().__init__(session, bus)

    @property
    def number(self) -> int:
        return self.state.replies

    @property
    def passed_over(self) -> Sequence[Record]:
        return self.state.passed_over

    def apply(self, record: Record) -> None:
        self.state.apply(record)

    def refold(self) -> None:
        self.state = SimulationState.fold(self.session.tree.path)
