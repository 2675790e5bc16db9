"""A run's records with what was folded from them."""

from __future__ import annotations

from core.engine.log import SessionLog
from core.teams.records import EVENTS
from core.teams.state import TeamState


class TeamLog(SessionLog[TeamState]):
    """The records of one run."""

    EVENTS = EVENTS

    @property
    def number(self) -> int:
        return self.state.replies

    def _folded(self) -> TeamState:
        return TeamState.fold(self.session.tree.path)
