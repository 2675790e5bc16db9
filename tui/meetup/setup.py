"""A meetup that has not started: what the user has chosen so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.meetup.spec import SIDES, Side, Starter
from core.messages import Params

if TYPE_CHECKING:
    from core.config.settings import Settings
    from core.meetup.commands import SetRun, SetSeat
    from core.meetup.setup import MeetupChoice
    from core.personas.persona import Persona


@dataclass(frozen=True, slots=True)
class ParticipantSetup:
    """One side."""

    persona: Persona
    model: str
    """The model it would talk on: chosen here, or the persona's, or that of the settings."""
    params: Params = field(default_factory=Params)

    @classmethod
    def of(cls, persona: Persona, settings: Settings) -> ParticipantSetup:
        """Return a persona on its own model, or on that of the settings."""
        model, _ = persona.settings()
        return cls(persona, model or settings.model)


@dataclass(frozen=True, slots=True)
class MeetupSetup:
    """Both sides and how they are to talk."""

    participants: dict[Side, ParticipantSetup]
    turns: int
    starter: Starter
    rate: float
    pace: float
    pass_for_human: bool
    opening: str = ""

    @classmethod
    def of(cls, one: Persona, two: Persona, settings: Settings) -> MeetupSetup:
        """Return what the settings make of two personas."""
        meetup = settings.meetup
        return cls(
            participants={
                "a": ParticipantSetup.of(one, settings),
                "b": ParticipantSetup.of(two, settings),
            },
            turns=meetup.turns,
            starter=meetup.starter,
            rate=meetup.rate,
            pace=meetup.pace,
            pass_for_human=meetup.pass_for_human,
        )

    def with_participant(self, side: Side, participant: ParticipantSetup) -> MeetupSetup:
        """Return the setup with another participant on one side."""
        return replace(self, participants={**self.participants, side: participant})

    def changed(self, command: SetSeat | SetRun) -> MeetupSetup:
        """Return the setup with what a command would change of a meetup that has started.

        Raises:
            UsageError: the model's name or a parameter is wrong.
        """
        from core.config.params import check_parameters
        from core.meetup.commands import SetSeat
        from core.messages import ModelName

        if isinstance(command, SetSeat):
            present = self.participants[command.side]
            model = present.model if command.model is None else str(ModelName.parse(command.model))
            params = present.params.merged(check_parameters(dict(command.params or {})))
            return self.with_participant(command.side, replace(present, model=model, params=params))
        return replace(
            self,
            turns=self.turns if command.turns is None else command.turns,
            rate=self.rate if command.rate is None else command.rate,
            pace=self.pace if command.pace is None else command.pace,
        )

    def choice(self) -> MeetupChoice:
        """Return the setup as the engine takes it."""
        from core.meetup.setup import MeetupChoice, SideChoice

        return MeetupChoice(
            sides={
                side: SideChoice(each.persona, each.model, each.params)
                for side in SIDES
                for each in [self.participants[side]]
            },
            starter=self.starter,
            turns=self.turns,
            opening=self.opening,
            rate=self.rate,
            pace=self.pace,
            pass_for_human=self.pass_for_human,
        )
