"""Who replies for each node at present."""

from __future__ import annotations

from collections.abc import Callable

from core.engine.participant_spec import ParticipantSpec
from core.errors import CommandError, SalonError, StoreError
from core.hierarchy.log import HierarchyLog
from core.hierarchy.team import TeamNode
from core.participants import Participant

NodeParticipant = Callable[[TeamNode, ParticipantSpec], Participant]
"""`node_participant(node, seat)`: who replies for a node that is seated so."""


class ParticipantCache:
    """The participants of a team, each made when first asked for and whenever its seat changes."""

    def __init__(self, log: HierarchyLog, node_participant: NodeParticipant) -> None:
        self._log = log
        self._node_participant = node_participant
        self._seated: dict[str, tuple[ParticipantSpec, Participant]] = {}

    def participant(self, path: str) -> Participant:
        """Return who replies for a node now.

        Raises:
            SalonError: its persona or model cannot be had.
        """
        state = self._log.state.nodes[path]
        seated = self._seated.get(path)
        if seated is None or seated[0] != state.seat:
            made = self._node_participant(state.node, state.seat)
            seated = self._seated[path] = (state.seat, made)
        return seated[1]

    def check(self, path: str, seat: ParticipantSpec) -> None:
        """Raise `CommandError` if nobody could reply for a node that is seated so."""
        try:
            self._node_participant(self._log.state.nodes[path].node, seat).check()
        except StoreError:
            raise
        except SalonError as error:
            raise CommandError(error.message, error.hint) from error
