"""How a run of a team comes to be: from a team with its personas, or from its session."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache, partial

from core.config.settings import Settings
from core.engine.factory import ParticipantFactory, persona_text, stored_persona
from core.engine.participant_spec import ParticipantSpec
from core.engine.setup import new_session, reading_setup, with_texts
from core.participants import Participant
from core.personas.persona import Persona
from core.providers.registry import ProviderRegistry
from core.sessions.session import CreateSession, Session
from core.sessions.tree import SessionTree
from core.teams.engine import TeamEngine
from core.teams.flow_steps import FindFlow
from core.teams.prompts import briefing
from core.teams.state import TeamState
from core.teams.team import Team, TeamNode

ENGINE = "hierarchy"
"""What the root record of a team's run calls its engine."""


_reading_setup = partial(reading_setup, engine=ENGINE, noun="run of a team", whose="its team was")


def stored_state(tree: SessionTree) -> TeamState:
    """Return where a stored run stands.

    Raises:
        StoreError: it is another engine's session, or does not say how it was set up.
    """
    with _reading_setup(tree):
        return TeamState.fold(tree.path)


class TeamRuns:
    """Starts and resumes runs of teams with the parts that the composition root hands in."""

    def __init__(
        self, settings: Settings, providers: ProviderRegistry, find_flow: FindFlow
    ) -> None:
        self.factory = ParticipantFactory(settings, providers)
        self._settings = settings
        # Looking for installed packages takes longer than a step may.
        self._find_flow = cache(find_flow)

    async def start(
        self, team: Team, personas: Mapping[str, Persona], create: CreateSession
    ) -> TeamEngine:
        """Return the engine of a new run; `personas` are those of the nodes, by path.

        Raises:
            SalonError: a model or a flow is unknown (nothing was stored), or the session
                cannot be created.
        """
        await asyncio.to_thread(self._check, team, personas)
        texts = dict.fromkeys(map(persona_text, personas.values()))
        async with new_session(create, ENGINE, team.to_json(), with_texts(texts)) as session:
            return self._engine(session)

    def engine(self, session: Session) -> TeamEngine:
        """Return an engine that goes on with a stored run.

        Raises:
            StoreError: it is another engine's session, or does not say how it was set up.
        """
        with _reading_setup(session.tree):
            return self._engine(session)

    def _engine(self, session: Session) -> TeamEngine:
        def participant(node: TeamNode, seat: ParticipantSpec) -> Participant:
            return self._participant(node, seat, stored_persona(session, seat))

        return TeamEngine(
            session,
            participant,
            self._find_flow,
            prices=self._settings.prices,
            user=self._settings.chat.user,
            longest_alone=self._settings.hierarchy.steps,
        )

    def _check(self, team: Team, personas: Mapping[str, Persona]) -> None:
        for node in team.root.walk():
            if node.flow is not None:
                self._find_flow(node.flow.name)
            else:
                self._participant(node, node.seat, personas[node.path]).check()

    def _participant(self, node: TeamNode, seat: ParticipantSpec, persona: Persona) -> Participant:
        return self.factory.participant(seat, briefing(node, persona.system_text()))
