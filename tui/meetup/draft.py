"""A meetup that is being set up: what the user has chosen so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.meetup.spec import SIDES, Side, Starter
from core.messages import Params

if TYPE_CHECKING:
    from core.config.settings import Settings
    from core.meetup.setup import MeetupChoice
    from core.personas.persona import Persona


@dataclass(frozen=True, slots=True)
class SeatDraft:
    """One side."""

    persona: Persona
    model: str
    """The model it would talk on: chosen here, or the persona's, or that of the settings."""
    params: Params = field(default_factory=Params)

    @classmethod
    def of(cls, persona: Persona, settings: Settings) -> SeatDraft:
        """Seat a persona on its own model, or on that of the settings."""
        model, _ = persona.settings()
        return cls(persona, model or settings.model)


@dataclass(frozen=True, slots=True)
class MeetupDraft:
    """Both sides and how they are to talk."""

    seats: dict[Side, SeatDraft]
    turns: int
    starter: Starter
    rate: float
    pace: float
    pass_for_human: bool
    opening: str = ""

    @classmethod
    def of(cls, one: Persona, two: Persona, settings: Settings) -> MeetupDraft:
        """Return what the settings make of two personas."""
        meetup = settings.meetup
        return cls(
            seats={"a": SeatDraft.of(one, settings), "b": SeatDraft.of(two, settings)},
            turns=meetup.turns,
            starter=meetup.starter,
            rate=meetup.rate,
            pace=meetup.pace,
            pass_for_human=meetup.pass_for_human,
        )

    def with_seat(self, side: Side, seat: SeatDraft) -> MeetupDraft:
        """Return the draft with another seat on one side."""
        return replace(self, seats={**self.seats, side: seat})

    def choice(self) -> MeetupChoice:
        """Return the draft as the engine takes it."""
        from core.meetup.setup import MeetupChoice, SideChoice

        return MeetupChoice(
            sides={
                side: SideChoice(seat.persona, seat.model, seat.params)
                for side in SIDES
                for seat in [self.seats[side]]
            },
            starter=self.starter,
            turns=self.turns,
            opening=self.opening,
            rate=self.rate,
            pace=self.pace,
            pass_for_human=self.pass_for_human,
        )
