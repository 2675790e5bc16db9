"""One persona that does alone what a team does together, to measure the team against."""

from __future__ import annotations

from collections.abc import Mapping

from core.engine.factory import ParticipantFactory
from core.personas.markdown import parse_persona
from core.personas.persona import Persona
from core.teams.definitions.draft import TeamDraft
from core.teams.team import Team, TeamNode
from core.teams.versus import single_prompt

NAME = "single"


def single_team(
    draft: TeamDraft, team: Team, factory: ParticipantFactory
) -> tuple[Team, Mapping[str, Persona]]:
    """Return a team of one, which is told all that the team is told, and its persona by path.

    It speaks on the model of the first node that has one, with the usual parameters: those of
    a node suit its part of the work only.

    Raises:
        SalonError: that model is unknown.
    """
    prompt = single_prompt(draft, team.params)
    # What begins with a rule would be taken for front matter.
    persona = parse_persona(f"\n{prompt}".encode("utf-8", "surrogatepass"))
    first = next((each.seat for each in team.root.walk() if each.seat.model), None)
    seat = factory.seat(persona, model=None if first is None else first.model)
    return Team(NAME, TeamNode(NAME, NAME, seat)), {NAME: persona}
