"""Who answers for each side at present."""

from __future__ import annotations

from collections.abc import Callable

from core.engine.participant_spec import ParticipantSpec
from core.errors import CommandError, SalonError, StoreError
from core.meetup.log import MeetupLog
from core.meetup.spec import SIDES, Side
from core.participants import Participant

SeatParticipant = Callable[[Side, ParticipantSpec], Participant]
"""`seat_participant(side, seat)`: who answers for a seat."""


class ParticipantCache:
    """The participants of a meetup, made when first asked for and whenever a seat changes."""

    def __init__(self, log: MeetupLog, seat_participant: SeatParticipant) -> None:
        self._log = log
        self._seat_participant = seat_participant
        self._seated: dict[Side, tuple[ParticipantSpec, Participant]] = {}

    def participant(self, side: Side) -> Participant:
        """Return who answers for a side now.

        Raises:
            SalonError: its persona or model cannot be had.
        """
        seat = self._log.state.sides[side].seat
        seated = self._seated.get(side)
        if seated is None or seated[0] != seat:
            seated = self._seated[side] = (seat, self._seat_participant(side, seat))
        return seated[1]

    def fill(self) -> None:
        """Make both participants. Raises `SalonError` if one cannot be had."""
        for side in SIDES:
            self.participant(side)

    def check(self, side: Side, seat: ParticipantSpec) -> None:
        """Raise `CommandError` if nobody could answer for `seat`."""
        try:
            self._seat_participant(side, seat).check()
        except StoreError:
            raise
        except SalonError as error:
            raise CommandError(error.message, error.hint) from error
