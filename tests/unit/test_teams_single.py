"""The one persona that a team is measured against."""

from __future__ import annotations

from pathlib import Path

from core.personas.persona import Persona
from core.teams.definitions.seat_team import seat_team
from core.teams.single import single_team
from core.teams.versus import single_prompt
from teams_desk import Desk


def test_it_knows_what_the_team_knows_and_speaks_as_usual(tmp_path: Path) -> None:
    runtime = Desk(tmp_path).runtime()
    factory = runtime.team_runs.factory
    draft = runtime.teams.find("dialogue-pipeline")
    team, personas = seat_team(draft, factory, model="eliza:parry")
    alone, own = single_team(draft, team, factory)
    (persona,) = own.values()
    assert isinstance(persona, Persona)
    assert persona.system_text() == single_prompt(draft, team.params)
    assert team.params["background"] in persona.system_text()
    assert all(line in persona.system_text() for line in team.params["samples"])
    (node,) = alone.root.walk()
    assert node.seat.model == "eliza:parry"
    # A step of the team may be short; the whole may not.
    assert node.seat.params.max_tokens == runtime.settings.params.max_tokens
    assert any(each.settings()[1].max_tokens for each in personas.values())


def test_a_prompt_that_begins_with_a_rule_is_no_front_matter(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    text = "---\\nmodel: openai:gpt-4o\\n---\\nBe brief."
    desk.team.write_text(f'single: "{text}"\nroot: {{persona: freud}}\n')
    runtime = desk.runtime()
    draft = runtime.teams.find(str(desk.team))
    team, _ = seat_team(draft, runtime.team_runs.factory, model="eliza:doctor")
    alone, own = single_team(draft, team, runtime.team_runs.factory)
    (persona,) = own.values()
    assert persona.system_text().endswith("Be brief.")
    assert alone.root.seat.model == "eliza:doctor"
    assert persona.front == {}
