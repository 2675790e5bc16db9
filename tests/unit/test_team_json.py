"""Teams go on record and come back."""

from __future__ import annotations

import json
import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.engine.participant_spec import ParticipantSpec
from core.messages import Params
from core.teams.team import AUTONOMY, MEMORY, Flow, Team, TeamNode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
OBJECTS = st.dictionaries(st.text(max_size=5), JSON, max_size=2)
SEATS = st.builds(
    ParticipantSpec,
    name=st.text(max_size=8),
    model=st.sampled_from(["", "scripted:x", "ollama:llama3.2:3b"]),
    params=st.builds(
        Params,
        temperature=st.none() | st.floats(0, 2),
        stop=st.none() | st.lists(st.text(min_size=1), min_size=1, max_size=2).map(tuple),
    ),
    persona=st.text("0123456789abcdef", max_size=8),
)
PROTOTYPES = st.builds(
    TeamNode,
    path=st.just(""),
    name=st.just(""),
    seat=SEATS,
    description=st.text(max_size=10),
    examples=st.lists(st.text(max_size=5), max_size=2).map(tuple),
    memory=st.sampled_from(MEMORY),
    autonomy=st.sampled_from(AUTONOMY),
    parallel=st.booleans(),
    rounds=st.integers(0, 9),
    schema=st.none() | OBJECTS,
    flow=st.none() | st.builds(Flow, st.sampled_from(["pipeline", "x"]), OBJECTS),
)
"""Nodes without a place in a tree."""
NAMES = ("mood", "Draft", "re writer", "Übersetzer", "a.b", "東京")


def tree(chance: random.Random, prototypes: list[TeamNode], path: str, depth: int) -> TeamNode:
    names = chance.sample(NAMES, chance.randrange(5) if depth else 0)
    return replace(
        chance.choice(prototypes),
        path=path,
        name=path.rpartition("/")[2],
        delegates=tuple(tree(chance, prototypes, f"{path}/{each}", depth - 1) for each in names),
    )


TREES = st.builds(
    tree,
    st.randoms(use_true_random=False),
    st.lists(PROTOTYPES, min_size=1, max_size=4),
    st.sampled_from(NAMES),
    st.integers(0, 4),
)


@given(TREES, OBJECTS)
def test_a_team_survives_json(root: TeamNode, params: dict[str, object]) -> None:
    team = Team("t", root, "Title", params)
    again = Team.from_json(json.loads(json.dumps(team.to_json())))
    assert again == team
    assert list(again.nodes()) == [each.path for each in root.walk()]
    assert set(team.to_json()["seats"]) == set(again.nodes())


@given(TREES)
def test_paths_lead_to_their_nodes(root: TeamNode) -> None:
    for node in root.walk():
        assert node.path.rpartition("/")[2] == node.name
        for delegate in node.delegates:
            assert delegate.parent == node.path
            assert node.delegate(f" {delegate.name.upper()} ") is delegate
