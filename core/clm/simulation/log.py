"""A run's records with what was folded from them."""

from __future__ import annotations

from core.clm.records import EVENTS
from core.clm.simulation.state import SimulationState
from core.engine.log import SessionLog


class RunLog(SessionLog[SimulationState]):
    """The records of one run."""

    EVENTS = EVENTS

    @property
    def number(self) -> int:
        return self.state.replies

    def _folded(self) -> SimulationState:
        return SimulationState.fold(self.session.tree.path)
