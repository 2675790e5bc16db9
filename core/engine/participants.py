"""Who answers at present, kept until that changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from core.engine.participant_spec import ParticipantSpec
from core.errors import CommandError, SalonError, StoreError
from core.participants import Participant

Key = TypeVar("Key", bound=str)


class ParticipantCache(Generic[Key]):
    """Participants by side or node, each made when first asked for and when its spec changes."""

    def __init__(
        self,
        spec_of: Callable[[Key], ParticipantSpec],
        make: Callable[[Key, ParticipantSpec], Participant],
    ) -> None:
        """`spec_of` returns who is to answer at a key now; `make` may raise `SalonError`."""
        self._spec_of = spec_of
        self._make = make
        self._made: dict[Key, tuple[ParticipantSpec, Participant]] = {}

    def participant(self, key: Key) -> Participant:
        """Return who answers now.

        Raises:
            SalonError: its persona or model cannot be had.
        """
        spec = self._spec_of(key)
        made = self._made.get(key)
        if made is None or made[0] != spec:
            made = self._made[key] = (spec, self._make(key, spec))
        return made[1]

    def ready(self, key: Key, spec: ParticipantSpec | None = None) -> Participant:
        """Return who answers now, or would answer by another spec, known to have its model.

        Raises:
            CommandError: there is no such persona or model.
        """
        try:
            participant = self.participant(key) if spec is None else self._make(key, spec)
            participant.check()
        except StoreError:
            raise
        except SalonError as error:
            raise CommandError(error.message, error.hint) from error
        return participant
