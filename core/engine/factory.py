"""From a persona and what the user chose to a seat, and from a seat to who answers for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.config.settings import Settings
from core.context.budget import Budget
from core.engine.participant_spec import ParticipantSpec
from core.errors import StoreError
from core.messages import ModelName, Params
from core.participants import Participant, PersonaOnModel
from core.personas.encoding import decode
from core.personas.markdown import parse_persona
from core.personas.persona import Persona
from core.providers.registry import ProviderRegistry
from core.sessions.record import Kind
from core.sessions.requests import text_hash
from core.sessions.session import Session

TEAM = "team"
"""What stands before the colon of a seat's model where a team answers: `team:dialogue`."""

SeatTeam = Callable[[ModelName, ParticipantSpec], Participant]
"""Returns a team as who answers for a seat; the layer that knows teams hands it in."""


class ParticipantFactory:
    """Fills seats with the settings and providers of a run."""

    def __init__(
        self,
        settings: Settings,
        providers: ProviderRegistry,
        seat_team: SeatTeam | None = None,
    ) -> None:
        """Without `seat_team` no team can be seated."""
        self._settings = settings
        self._providers = providers
        self._seat_team = seat_team

    def seat(
        self,
        persona: Persona,
        *,
        model: str | None = None,
        params: Params | None = None,
        seed: int | None = None,
    ) -> ParticipantSpec:
        """Return a seat; what is left open comes from the persona, then from the settings.

        Raises:
            SalonError: the model is unknown or the persona's own settings are wrong.
        """
        own_model, own_params = persona.settings()
        merged = self._settings.params.merged(own_params).merged(params or Params())
        if seed is not None and merged.seed is None:
            merged = replace(merged, seed=seed)
        return ParticipantSpec(
            name=persona.name,
            model=str(self.named(model or own_model or self._settings.model)),
            params=merged,
            role=persona.role,
            language=persona.language or "",
            persona=text_hash(persona_text(persona)),
        )

    def named(self, model: str) -> ModelName:
        """Return the model's full name; a bare provider means its default model.

        Raises:
            SalonError: there is no such provider.
        """
        name = ModelName.parse(model)
        if self._seat_team is not None and name.provider == TEAM:
            return name
        return ModelName(name.provider, self._providers.model(name).name)

    def participant(self, seat: ParticipantSpec, system: str) -> Participant:
        """Return who answers for a seat under these instructions.

        Raises:
            SalonError: its model cannot be had.
        """
        name = self.named(seat.model)
        if self._seat_team is not None and name.provider == TEAM:
            return self._seat_team(name, seat)
        length, assumed = seat.params.context_length, False
        if length is None:
            length, assumed = self._settings.context_length(name)
        params = seat.params
        if self._providers.told_context(name.provider):
            params = replace(params, context_length=length)
        return PersonaOnModel(
            name=seat.name,
            model_name=name,
            params=params,
            budget=Budget.of(length, max_tokens=params.max_tokens, assumed=assumed),
            system=system,
            model=self._providers.model(name),
        )


def persona_text(persona: Persona) -> str:
    """Return the text of a persona's file, whatever its encoding."""
    return decode(persona.source, persona.path).text


def stored_persona(session: Session, seat: ParticipantSpec) -> Persona:
    """Return the persona of a seat as it was when the session began.

    Raises:
        StoreError: the session does not hold it.
    """
    blob = session.tree.blob(seat.persona)
    if blob is None:
        if session.tree.root.data.get("erased") is True:
            raise StoreError(
                f"Session {session.id} was erased: it cannot go on.", "Start a new one."
            )
        spoken = any(each.kind == Kind.MESSAGE for each in session.tree)
        raise StoreError(
            f"Session {session.id} lacks the persona of {seat.name}.",
            "" if spoken else "It was cut off before anything was said: start a new one.",
        )
    return parse_persona(blob.text.encode("utf-8", "surrogatepass"), None)
