"""From a declared team to one that can run: parameters filled in, everybody on a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.engine.factory import ParticipantFactory, persona_text
from core.engine.participant_spec import ParticipantSpec
from core.messages import Params
from core.personas import frontmatter
from core.personas.markdown import parse_persona
from core.personas.persona import Persona
from core.sessions.requests import text_hash
from core.teams.definitions.draft import NodeDraft, TeamDraft
from core.teams.definitions.parameters import complete
from core.teams.definitions.templates import fill
from core.teams.team import Team, TeamNode


def seat_team(
    draft: TeamDraft,
    factory: ParticipantFactory,
    *,
    params: Mapping[str, Any] | None = None,
    model: str | None = None,
    sampling: Params | None = None,
    seed: int | None = None,
) -> tuple[Team, Mapping[str, Persona]]:
    """Return a team to run, and by path the personas as they speak in it.

    What a persona's text says as `{params.NAME}` is filled in, so that its file as the run
    keeps it says everything. A node that code manages has a seat without a model; one without
    a persona is not among the personas.

    Args:
        draft: The team as declared.
        casting: Seats personas on the models of the run.
        params: The team's parameters; `None`: those of its usual preset.
        model: For all nodes; goes before what the team's file, then the persona, says.
        sampling: Sampling parameters, on top of those of files.
        seed: For nodes that set none.

    Raises:
        UsageError: a parameter is missing, unknown or wrong.
        SalonError: a model is unknown, or a persona's own settings are wrong.
    """
    values = complete(draft.parameters, draft.given() if params is None else params)
    chosen = _Chosen(factory, values, model, sampling or Params(), seed)
    personas: dict[str, Persona] = {}
    root = _seated(draft.root, chosen, personas)
    return Team(draft.name, root, draft.title or draft.name, values), personas


def filled(persona: Persona, params: Mapping[str, Any]) -> Persona:
    """Return a persona with the parameters put into its text, and its file with them."""
    source = persona_text(persona)
    block, body = frontmatter.split(source, persona.path)
    text = block + fill(body, {"params": params})
    if text == source:
        return persona
    return parse_persona(text.encode("utf-8", "surrogatepass"), persona.path)


@dataclass(frozen=True, slots=True)
class _Chosen:
    factory: ParticipantFactory
    values: Mapping[str, Any]
    model: str | None
    sampling: Params
    seed: int | None

    def seat(self, node: NodeDraft, persona: Persona) -> ParticipantSpec:
        if node.flow is not None:
            kept = text_hash(persona_text(persona))
            return ParticipantSpec(persona.name, "", role=persona.role, persona=kept)
        return self.factory.seat(
            persona,
            model=self.model or node.model,
            params=node.params.merged(self.sampling),
            seed=self.seed,
        )


def _seated(node: NodeDraft, chosen: _Chosen, personas: dict[str, Persona]) -> TeamNode:
    seat = ParticipantSpec(node.name, "")
    if node.persona is not None:
        personas[node.path] = persona = filled(node.persona, chosen.values)
        seat = chosen.seat(node, persona)
    places = {"params": chosen.values}
    return TeamNode(
        path=node.path,
        name=node.name,
        seat=seat,
        description=fill(node.description, places),
        examples=tuple(fill(each, places) for each in node.examples),
        memory=node.memory,
        autonomy=node.autonomy,
        parallel=node.parallel,
        rounds=node.rounds,
        schema=node.schema,
        flow=node.flow,
        delegates=tuple(_seated(each, chosen, personas) for each in node.delegates),
    )
