"""Who answers in which role, and with which seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.config.settings import Settings
from core.engine.factory import ParticipantFactory
from core.engine.participant_spec import ParticipantSpec
from core.errors import UsageError
from core.lab.spec import ROLES, LabChoice, LabSpec, Role, check_choice, setting_names
from core.messages import ModelName, Params
from core.participants import Participant, PersonaOnModel
from core.providers.registry import ProviderRegistry

_NAMES: Mapping[Role, str] = {
    "writer": "Writer",
    "assistant": "Assistant",
    "user": "User",
    "tools": "Tools",
    "optimiser": "Profile keeper",
    "judge": "Judge",
}
_SEED_BYTES = 4


class Roles:
    """Makes participants for the roles of a run. No persona stands behind them."""

    def __init__(self, settings: Settings, providers: ProviderRegistry) -> None:
        self._settings = settings
        self._factory = ParticipantFactory(settings, providers)

    def spec(self, choice: LabChoice) -> LabSpec:
        """Return what a choice amounts to.

        Raises:
            SalonError: a number is out of bounds, or a model unknown.
        """
        check_choice(choice)
        params = self._settings.params.merged(
            Params(max_tokens=choice.max_tokens, temperature=choice.temperature)
        )
        usual = choice.model or self._settings.model
        seats: dict[str, ParticipantSpec] = {}
        for role in ROLES:
            if role == "judge" and role not in choice.models:
                continue
            model = str(self._factory.named(choice.models.get(role, usual)))
            seats[role] = ParticipantSpec(_NAMES[role], model, params)
            self.participant(seats[role]).check()
        return LabSpec(
            plan=choice.plan,
            seats=seats,
            phases=choice.phases,
            settings=setting_names(choice.settings),
            only=choice.only,
            rounds=choice.rounds,
            start=choice.start,
            locked=choice.locked,
            judgements=choice.judgements,
            parallel=choice.parallel,
            title=choice.title,
            source=choice.source,
        )

    def participant(self, seat: ParticipantSpec) -> PersonaOnModel:
        """Return who answers for a seat.

        Raises:
            SalonError: its model cannot be had, or a team is named.
        """
        name = ModelName.parse(seat.model)
        found: Participant = self._factory.participant(seat, "")
        if not isinstance(found, PersonaOnModel):
            raise UsageError(f"{name} is no model.", "The roles of a run are played by models.")
        return found


def seeded(participant: PersonaOnModel, base: int, place: Sequence[str | int]) -> PersonaOnModel:
    """Return a participant whose draws depend on a place alone, and on the run's seed.

    Settings are no part of a place: what differs between them is what is known of the user.
    """
    text = "/".join(map(str, (base, *place)))
    digest = hashlib.sha256(text.encode()).digest()[:_SEED_BYTES]
    seed = int.from_bytes(digest) >> 1
    return replace(participant, params=replace(participant.params, seed=seed))
