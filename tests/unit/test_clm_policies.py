"""Policies for single customers: what they choose, and with what propensity."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

import pytest

from core.clm.actions import DO_NOTHING
from core.clm.learners import FLOOR, POLICIES, make_policy
from core.clm.ledger import Ledger
from core.clm.observation import Condition
from core.clm.policies import OraclePolicy, Outcome, RulesPolicy, Situation, draw
from core.errors import ConfigError

ACTIONS = ("A", "B", "C")


def situation(day: int = 0, allowed: tuple[str, ...] = ACTIONS, **changes: object) -> Situation:
    known: dict[str, object] = {"customer": "ann", "segment": "s", "name": "Ann Lee"} | changes
    return Situation(day=day, allowed=allowed, **known)  # type: ignore[arg-type]


def taught(ledger: Ledger, rates: dict[str, float], days: int = 60) -> Ledger:
    rng = Random(0)
    for day in range(days):
        for name, rate in rates.items():
            ledger.record("ann", "s", name, rng.random() < rate, day)
    return ledger


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_gives_an_allowed_action_and_its_propensity(name: str) -> None:
    """With inverse propensities for weights, each action stands for all decisions."""
    ledger = taught(Ledger(ACTIONS), {"A": 0.3, "B": 0.5, "C": 0.4})
    policy, rng = make_policy(name, ledger), Random(2)
    chosen = Counter[str]()
    weights: dict[str, list[float]] = defaultdict(list)
    rounds = 1500 if name.endswith("thompson") else 8000
    for _ in range(rounds):
        action, chance, thought = policy.decide(situation(500), rng)
        assert action in ACTIONS
        assert 0 < chance <= 1
        assert thought
        chosen[action] += 1
        weights[action].append(1 / chance)
    for action, count in chosen.items():
        if count > 100:
            error = sum(each**2 for each in weights[action]) ** 0.5
            assert sum(weights[action]) == pytest.approx(rounds, abs=4 * error)


@pytest.mark.parametrize("name", POLICIES)
def test_nothing_allowed_is_an_error_and_one_thing_allowed_is_done(name: str) -> None:
    policy = make_policy(name, Ledger(ACTIONS))
    with pytest.raises(ConfigError, match="no action that is allowed"):
        policy.decide(situation(allowed=()), Random(1))
    action, chance, _ = policy.decide(situation(allowed=("B",)), Random(1))
    assert (action, chance) == ("B", pytest.approx(1))


@pytest.mark.parametrize("name", ["epsilon-greedy", "ucb1", "thompson", "hierarchical-thompson"])
def test_learners_come_to_prefer_what_works(name: str) -> None:
    policy, rng, chosen = make_policy(name, Ledger(ACTIONS)), Random(5), Counter[str]()
    for day in range(400):
        seen = situation(day)
        action = policy.decide(seen, rng).action
        success = rng.random() < {"A": 0.1, "B": 0.3, "C": 0.8}[action]
        policy.learn(Outcome(seen, action, success, float(success)))
        chosen[action] += day >= 200
    assert chosen["C"] > 130


def test_what_is_avoided_is_not_done_even_now_and_then() -> None:
    ledger = Ledger(ACTIONS)
    ledger.record("ann", "s", "A", False, 0)
    policy = make_policy("hierarchical-thompson", ledger)
    done = {policy.decide(situation(1), Random(seed)).action for seed in range(300)}
    assert done == {"B", "C"}


def test_what_the_ledger_does_not_keep_is_worth_nothing_and_is_a_way_out() -> None:
    from core.clm.beta import Stake

    ledger = Ledger(("A",), stakes={"A": Stake(1, -1)})
    for day in range(12):
        ledger.record("ann", "s", "A", False, day)
    policy = make_policy("thompson", ledger)
    done = Counter(
        policy.decide(situation(90, ("A", DO_NOTHING)), Random(seed)).action for seed in range(200)
    )
    assert done[DO_NOTHING] > 190
    policy.learn(Outcome(situation(90), DO_NOTHING, None, -5))
    assert ledger.tally("ann", DO_NOTHING).trials == 0


def test_one_strike_never_tries_again_and_goes_by_stage_and_last_name() -> None:
    policy, rng = make_policy("one-strike", Ledger(ACTIONS)), Random(1)
    policy.learn(Outcome(situation(), "A", False, -3))
    policy.learn(Outcome(situation(), "A", True, 8))
    namesake = situation(9, customer="bob", name="Bob Lee")
    assert {policy.decide(namesake, rng).action for _ in range(60)} == {"B", "C"}
    for action in ("B", "C"):
        policy.learn(Outcome(situation(), action, False, -3))
    stuck = situation(10, (*ACTIONS, DO_NOTHING), idle=5)
    assert policy.decide(stuck, rng)[:2] == (DO_NOTHING, 1)
    other = situation(10, (*ACTIONS, DO_NOTHING), stage="Retention", idle=5)
    assert policy.decide(other, rng).action in ACTIONS


def test_rules_follow_the_condition_and_the_oracle_the_truth() -> None:
    allowed = ("SEND_TUTORIAL", "SEND_DISCOUNT", DO_NOTHING)
    policy = RulesPolicy()
    at_risk = situation(allowed=allowed, condition=Condition.AT_RISK)
    assert policy.decide(at_risk, Random(1))[:2] == ("SEND_DISCOUNT", 1)
    assert policy.decide(situation(allowed=allowed), Random(1)).action == DO_NOTHING
    oracle = OraclePolicy(lambda seen, name: len(name))
    assert oracle.decide(situation(allowed=allowed), Random(1)).action == "SEND_TUTORIAL"


def test_the_floor_gives_every_action_a_chance() -> None:
    chances = {draw({"A": 1.0}, ACTIONS, FLOOR, Random(seed)) for seed in range(2000)}
    assert dict(chances) == {
        "A": pytest.approx(1 - FLOOR * 2 / 3),
        "B": pytest.approx(FLOOR / 3),
        "C": pytest.approx(FLOOR / 3),
    }


def test_an_unknown_policy_is_named() -> None:
    with pytest.raises(ConfigError, match="Did you mean thompson"):
        make_policy("thomson", Ledger(ACTIONS))
