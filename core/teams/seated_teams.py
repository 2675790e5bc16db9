"""The teams that sit where personas could, so that their runs can be watched and ended."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from core.engine.factory import TEAM
from core.engine.participant_spec import ParticipantSpec
from core.messages import ModelName
from core.participants import Participant
from core.personas.markdown import render_persona
from core.personas.persona import Persona
from core.sessions.session import CreateSession
from core.teams.definitions.draft import TeamDraft
from core.teams.definitions.library import TeamLibrary
from core.teams.definitions.seat_team import seat_team
from core.teams.engine import TeamEngine
from core.teams.participant import SeatedTeam, TeamParticipant
from core.teams.setup import TeamRuns
from core.text import clean_line

ROLE = "Team"
"""What stands before the name of a team where a persona's role would stand."""

_NOT_IN_NAMES = re.compile(r"[:()\[\]#]")
"""What a persona's heading gives a meaning to."""


def stand_in(draft: TeamDraft, model: str) -> Persona:
    """Return the persona that a team is seated as: the character it plays, or its own name."""
    wanted = str(draft.given().get("name") or draft.name)
    name = clean_line(_NOT_IN_NAMES.sub(" ", wanted)) or ROLE
    persona = Persona(name, role=ROLE, body=f"# {ROLE}: {name}\n", front={"model": model})
    return replace(persona, source=render_persona(persona))


class SeatedTeams:
    """Seats teams, and knows the runs of all that were seated."""

    def __init__(
        self,
        teams: TeamLibrary,
        team_runs: Callable[[], TeamRuns],
        create: CreateSession,
        attended: Callable[[], bool],
    ) -> None:
        """`attended` says whether a human is there to decide what a team waits for."""
        self._teams = teams
        self._hierarchies = team_runs
        self._create = create
        """Makes the sessions of runs that begin; a conversation that keeps nothing sets another."""
        self._seats: list[SeatedTeam] = []
        self._attended = attended

    def seat(self, name: ModelName, seat: ParticipantSpec) -> Participant:
        """Return a team as who answers for a seat.

        Raises:
            SalonError: there is no such team, or it needs parameters that nobody gave.
        """
        draft = self._teams.find(name.model)
        team_runs = self._hierarchies()
        team, personas = seat_team(draft, team_runs.factory)

        async def begin() -> TeamEngine:
            return await team_runs.start(team, personas, self._create)

        room = SeatedTeam(begin, self._attended)
        self._seats.append(room)
        return TeamParticipant(seat.name, name, seat.params, room)

    def guest(self, name: str) -> tuple[Persona, str] | None:
        """Return who is seated, and on which model, where a name is a team's: `team:dialogue`.

        Raises:
            PersonaError: there is no such team.
        """
        team = name.removeprefix(f"{TEAM}:")
        return None if team == name else (stand_in(self._teams.find(team), name), name)

    def engine(self, session_id: str) -> TeamEngine | None:
        """Return the running engine of a session, if a team at some seat writes it."""
        for room in self._seats:
            engine = room.engine
            if engine is not None and engine.session_id == session_id and not engine.ended:
                return engine
        return None

    def running(self) -> list[TeamEngine]:
        """Return the runs that were begun and have not ended, oldest first."""
        engines = [room.engine for room in self._seats]
        return [each for each in engines if each is not None and not each.ended]

    async def aclose(self) -> None:
        """End all runs."""
        while self._seats:
            await self._seats.pop().aclose()
