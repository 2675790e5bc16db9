"""A declared team takes its seats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.engine.factory import persona_text
from core.errors import SalonError, UsageError
from core.messages import Params
from core.sessions.requests import text_hash
from core.teams.definitions.seat_team import seat_team
from core.teams.team import Team
from team_kit import factory, teams

FILES = {
    "plain.md": "# Plain: Paula (en)\r\nYou are {{char}}.\r\n",
    "own.md": "---\nmodel: scripted:own\ntemperature: 0.5\ntop_k: 7\n---\n# Own: Otto (en)\nx\n",
    "cast.md": "---\ntags: [a]\n---\n# Actor: Act (en)\nYou are {params.who}.\n{params.lines}\n",
    "teams/t.yml": """
        params:
          who: {required: true}
          lines: {type: list}
        root:
          flow: {name: pipeline, steps: [{ask: plain}]}
          delegates:
            - plain
            - own
            - persona: own
              name: filed
              model: scripted:filed
              temperature: 0.9
            - persona: cast
              description: Plays {params.who}.
              examples: ["{params.who} speaks."]
        """,
}


def test_a_model_comes_from_the_flag_the_file_the_persona_the_settings(tmp_path: Path) -> None:
    draft = teams(tmp_path, FILES).find("t")
    cast = factory("scripted:usual")
    team, _ = seat_team(draft, cast, params={"who": "Ann"})
    models = {each.name: each.seat.model for each in team.root.walk()}
    assert models == {
        "t": "",
        "plain": "scripted:usual",
        "own": "scripted:own",
        "filed": "scripted:filed",
        "cast": "scripted:usual",
    }
    team, _ = seat_team(draft, cast, params={"who": "Ann"}, model="scripted:flag")
    assert {each.seat.model for each in team.root.walk()} == {"", "scripted:flag"}


def test_parameters_of_sampling_come_the_same_way(tmp_path: Path) -> None:
    draft = teams(tmp_path, FILES).find("t")
    team, _ = seat_team(
        draft, factory(), params={"who": "Ann"}, sampling=Params(max_tokens=9), seed=4
    )
    nodes = {each.name: each.seat.params for each in team.root.walk()}
    assert (nodes["own"].temperature, nodes["own"].top_k) == (0.5, 7)
    assert (nodes["filed"].temperature, nodes["filed"].top_k) == (0.9, 7)
    assert (nodes["filed"].max_tokens, nodes["plain"].seed) == (9, 4)
    assert nodes["t"] == Params()


def test_what_the_team_is_told_stands_in_the_personas(tmp_path: Path) -> None:
    draft = teams(tmp_path, FILES).find("t")
    team, personas = seat_team(draft, factory(), params={"who": "{params.lines}", "lines": ["A."]})
    assert list(personas) == ["t/plain", "t/own", "t/filed", "t/cast"]
    actor, node = personas["t/cast"], team.nodes()["t/cast"]
    assert actor.body == "# Actor: Act (en)\nYou are {params.lines}.\n- A.\n"
    assert actor.tags == ("a",)
    assert node.seat.persona == text_hash(persona_text(actor))
    assert (node.description, node.examples) == (
        "Plays {params.lines}.",
        ("{params.lines} speaks.",),
    )
    assert personas["t/plain"].source == (tmp_path / "plain.md").read_bytes()
    assert team.params == {"who": "{params.lines}", "lines": ["A."]}


def test_a_seated_team_goes_on_record(tmp_path: Path) -> None:
    team, _ = seat_team(teams(tmp_path, FILES).find("t"), factory(), params={"who": "Ann"})
    assert Team.from_json(json.loads(json.dumps(team.to_json()))) == team


def test_what_is_missing_or_unknown_is_told(tmp_path: Path) -> None:
    draft = teams(tmp_path, FILES).find("t")
    with pytest.raises(UsageError, match="given: who"):
        seat_team(draft, factory())
    with pytest.raises(UsageError, match="Did you mean who"):
        seat_team(draft, factory(), params={"whom": "x"})
    with pytest.raises(SalonError, match="nowhere"):
        seat_team(draft, factory(), params={"who": "x"}, model="nowhere:x")
