"""Runs that are told anything in any order: the fold is the state, and nothing truthful leaks."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from core.clm.policies import Situation
from core.clm.simulation import decision
from core.clm.simulation.commands import (
    Command,
    Fork,
    Jump,
    Pause,
    Rename,
    Run,
    SetModel,
    SetPolicy,
    Step,
    Stop,
)
from core.clm.simulation.spec import POLICY_NAMES
from core.errors import CommandError
from core.providers.base import ModelRequest
from run_kit import Bench, answer, running


def any_command(rng: random.Random, bench: Bench) -> Command:
    over = bench.state.over
    records = [each for each in bench.engine.log.session.tree if each.kind == "day_ended"]
    made: list[Command] = [
        Run(rng.randint(1, 2)),
        Step(),
        Step(),
        Pause(),
        Stop(),
        SetPolicy(rng.choice(POLICY_NAMES)),
        SetModel("scripted:y"),
        Fork(rng.randint(0, over + 1)),
        Rename("a name"),
    ]
    if records:
        made.append(Jump(rng.choice(records).id))
    return rng.choice(made)


def any_answer(rng: random.Random) -> Any:
    def answering(request: ModelRequest) -> str:
        assert request.schema is not None
        names = request.schema["properties"]["action"]["enum"]
        return rng.choice([answer(rng.choice(names)), answer("NONSENSE"), "words"])

    return answering


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("world", ["classic", "market"])
async def test_random_commands(tmp_path: Path, world: str, seed: int) -> None:
    rng = random.Random(seed)
    choice: dict[str, Any] = {"world": world, "size": 4, "seed": seed, "model": "scripted:x"}
    async with running(tmp_path, any_answer(rng), **choice) as bench:
        for number in range(40):
            command = any_command(rng, bench)
            try:
                await bench.engine.send(command)
            except CommandError:
                continue
            if rng.random() < 0.7:
                await bench.engine.idle()
            if number % 5 == 0:
                await bench.do(Stop())
                assert bench.fresh().outline() == bench.state.outline()
        await bench.do(Stop(), Run(2))
        assert bench.fresh().outline() == bench.state.outline()
        assert not bench.state.under_way
        for record in bench.path:
            if record.kind == "choice":
                assert record.data["action"] in record.data["allowed"]
                assert 0 < record.data["propensity"] <= 1


@pytest.mark.parametrize("world", ["classic", "market"])
async def test_no_policy_is_shown_the_truth(
    tmp_path: Path, world: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Customers who differ in what nobody can see are told apart by no policy."""
    seen: list[Situation] = []
    plain = decision._policy

    class Watching:
        name = "watching"

        def __init__(self, policy: Any) -> None:
            self._policy = policy

        def decide(self, situation: Situation, rng: random.Random) -> Any:
            seen.append(situation)
            return self._policy.decide(situation, rng)

        def learn(self, outcome: object) -> None:
            raise AssertionError("the state learns, not the policy")

    monkeypatch.setattr(decision, "_policy", lambda *parts: Watching(plain(*parts)))
    async with running(tmp_path, world=world, size=5) as bench:
        await bench.do(Run(3))
        assert len(seen) == 15
        for situation in seen:
            said = {name: getattr(situation, name) for name in Situation.__dataclass_fields__}
            assert set(said) == {
                "customer",
                "segment",
                "day",
                "allowed",
                "name",
                "stage",
                "score",
                "idle",
                "condition",
            }
        hidden = {"adstock", "sensitivity", "refused", "fatigue", "world", "after"}
        for record in bench.path:
            if record.kind == "choice":
                assert not hidden & {*record.data, *record.data["observation"]}


@pytest.mark.parametrize("policy", ["thompson", "llm"])
async def test_a_silent_departure_changes_no_decision(tmp_path: Path, policy: str) -> None:
    """Two markets that differ only in who has left in silence look alike on the first day."""
    choices = []
    for gone in (False, True):
        async with running(
            tmp_path, world="market", size=5, policy=policy, model="scripted:x"
        ) as bench:
            for who in bench.state.customers.values():
                who.world = {**who.world, "alive": not gone}
            await bench.do(Run(1))
            choices.append([
                {**card.choice.data, "reply": None} for card in bench.state.cards.values()
            ])
    assert choices[0] == choices[1]
