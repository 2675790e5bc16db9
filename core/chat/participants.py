"""Who replies in a chat at present."""

from __future__ import annotations

from collections.abc import Callable

from core.chat.log import ChatLog
from core.engine.participant_spec import ParticipantSpec
from core.errors import CommandError, SalonError, StoreError
from core.participants import Participant

SeatParticipant = Callable[[ParticipantSpec], Participant]
"""`seat_participant(seat)`: who answers for a seat."""


class ParticipantCache:
    """The participant of a chat, made when first asked for and whenever its seat changes."""

    def __init__(self, log: ChatLog, seat_participant: SeatParticipant) -> None:
        self._log = log
        self._seat_participant = seat_participant
        self._seated: tuple[ParticipantSpec, Participant] | None = None

    def participant(self) -> Participant:
        """Return who replies now.

        Raises:
            SalonError: its model cannot be had.
        """
        seat = self._log.state.seat
        if self._seated is None or self._seated[0] != seat:
            self._seated = (seat, self._seat_participant(seat))
        return self._seated[1]

    def ready(self, seat: ParticipantSpec | None = None) -> Participant:
        """Return who replies for a seat, known to have its model.

        Raises:
            CommandError: there is no such model.
        """
        try:
            participant = self.participant() if seat is None else self._seat_participant(seat)
            participant.check()
        except StoreError:
            raise
        except SalonError as error:
            raise CommandError(error.message, error.hint) from error
        return participant
