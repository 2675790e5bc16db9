"""The classic world: what happens to customers, and what an observer makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clm.actions import DO_NOTHING
from core.clm.classic import (
    ClassicRules,
    Customer,
    Stage,
    act,
    allowed_actions,
    day_rng,
    live,
    next_stage,
    read_cast,
    step,
)
from core.clm.learners import make_policy
from core.clm.ledger import Ledger
from core.clm.observation import Condition, Event, EventKind, ObserverRules, observe
from core.clm.policies import Outcome, Situation
from core.clm.setup import classic_stakes, read_setup
from core.errors import ConfigError
from tests.unit.test_clm_setup import SAID

SETUP = read_setup(SAID)
CAST = {each.id: each for each in SETUP.cast}
NAMES = ("SEND_DISCOUNT", "SEND_TUTORIAL", "ASK_INTEREST", DO_NOTHING)
RULES = ClassicRules()

customers = st.builds(
    Customer,
    id=st.just("x"),
    name=st.just("X"),
    score=st.floats(0, 100),
    stage=st.sampled_from([each for each in Stage if each is not Stage.CHURNED]),
    segment=st.just("s"),
    sensitivity=st.dictionaries(st.sampled_from(["discount", "content"]), st.floats(0, 1)),
    idle=st.integers(0, 100),
    since=st.integers(0, 100),
    refused=st.integers(0, 1),
)


class World:
    """The five customers under a policy, as an engine would run them."""

    def __init__(self, policy: str, seed: int = 1, names: tuple[str, ...] = NAMES) -> None:
        stakes = classic_stakes(SETUP.actions)
        learnt = [name for name in names if name != DO_NOTHING]
        self.ledger = Ledger(learnt, stakes=stakes)
        self.policy = make_policy(policy, self.ledger)
        self.customers = dict(CAST)
        self.events = {key: list(each.past()) for key, each in CAST.items()}
        self.names, self.seed, self.day = names, seed, 0
        self.done: dict[str, list[tuple[str, float]]] = {key: [] for key in CAST}

    def run(self, days: int) -> World:
        for _ in range(days):
            for key in self.customers:
                if not self.customers[key].churned:
                    self._day(key)
            self.day += 1
        return self

    def _day(self, key: str) -> None:
        rng = day_rng(self.seed, self.day, key)
        begun, events = live(self.day, self.customers[key], rng)
        self.events[key] += events
        seen = observe(self.events[key], self.day)
        allowed = allowed_actions(
            [n for n in self.names if begun.segment not in SETUP.actions[n].forbidden],
            begun,
            RULES,
        )
        situation = Situation(
            customer=key,
            segment=begun.segment,
            day=self.day,
            allowed=allowed,
            name=begun.name,
            stage=begun.stage,
            score=begun.score,
            idle=begun.idle,
            condition=seen.condition,
        )
        decision = self.policy.decide(situation, rng)
        impact = act(self.day, begun, decision.action, RULES)
        outcome = Outcome(situation, decision.action, impact.success, impact.change)
        self.policy.learn(outcome)
        self.events[key] += impact.events
        self.customers[key] = impact.customer
        self.done[key].append((decision.action, impact.change))


@pytest.mark.parametrize(
    ("who", "action", "change"),
    [
        ("sam", "SEND_DISCOUNT", 8),
        ("sam", "SEND_TUTORIAL", -3),
        ("clara", "SEND_DISCOUNT", -4),
        ("clara", "SEND_TUTORIAL", 6),
        ("greg", "SEND_DISCOUNT", 8),
        ("greg", "SEND_TUTORIAL", -3),
        ("sarah", "SEND_DISCOUNT", -4),
        ("sarah", "SEND_TUTORIAL", -3),
        ("betty", "SEND_DISCOUNT", 8),
        ("betty", "SEND_TUTORIAL", -3),
        ("sam", "ASK_INTEREST", 3),
        ("clara", "ASK_INTEREST", -5),
        ("clara", DO_NOTHING, -10),
        ("betty", DO_NOTHING, -15),
    ],
)
def test_actions_move_scores_by_what_the_table_says(who: str, action: str, change: float) -> None:
    impact = act(0, CAST[who], action)
    assert impact.change == change
    assert impact.customer.score == CAST[who].score + change


def test_leaving_somebody_alone_ages_them_once_and_contact_is_no_activity_of_theirs() -> None:
    quiet = replace(CAST["clara"], score=0.5)
    for action in (DO_NOTHING, "SEND_DISCOUNT"):
        impact = step(3, quiet, action, day_rng(1, 3, "clara"))
        assert impact.customer.idle == quiet.idle + 1
        assert not any(each.kind is EventKind.RESPONSE for each in impact.events)
    assert act(3, quiet, "SEND_TUTORIAL").customer.idle == 0, "they took it up"


def test_no_step_changes_the_cast() -> None:
    before = [each.to_json() for each in SETUP.cast]
    World("random").run(20)
    assert [each.to_json() for each in SETUP.cast] == before


def test_customers_with_one_last_name_do_not_merge() -> None:
    said = {
        key: SAID["cast"]["sam"] | {"name": name}
        for key, name in (("a", "Ann Lee"), ("b", "Bob Lee"))
    }
    ann, bob = read_cast(said)
    ledger = Ledger(NAMES[:3])
    ledger.record(ann.id, ann.segment, "SEND_TUTORIAL", False, 0)
    assert ledger.get_forbidden_actions(ann.id, 0) == ("SEND_TUTORIAL",)
    assert ledger.get_forbidden_actions(bob.id, 0) == ()


def test_churn_can_be_reached_and_is_final() -> None:
    lost = 0
    for seed in range(6):
        world = World("random", seed).run(60)
        for key, each in world.customers.items():
            if each.churned:
                lost += 1
                assert world.events[key][-1].kind is EventKind.LEFT
                after = step(99, each, "SEND_DISCOUNT", Random(1))
                assert after.customer == each
                assert after.events == ()
    assert 0 < lost < 30


def test_two_refusals_and_an_empty_score_end_it() -> None:
    asked = act(0, CAST["greg"], "ASK_INTEREST").customer
    assert not asked.churned
    assert asked.refused == 1
    assert act(1, asked, "ASK_INTEREST").customer.stage is Stage.CHURNED
    assert act(0, replace(CAST["greg"], score=3), "SEND_TUTORIAL").customer.churned


def test_stages_advance() -> None:
    sam = CAST["sam"]
    assert next_stage(sam) is Stage.ONBOARDING
    assert next_stage(replace(sam, since=7)) is Stage.ACTIVE
    assert next_stage(replace(sam, since=7, score=90)) is Stage.UPSELL
    assert next_stage(replace(sam, since=7, score=50)) is Stage.RETENTION
    assert next_stage(replace(sam, idle=10)) is Stage.RISK
    stages = {each.stage for each in World("hierarchical-thompson").run(30).customers.values()}
    assert stages != {each.stage for each in SETUP.cast}


def test_an_observer_reads_events_and_nothing_else() -> None:
    def condition(*events: Event, today: int = 20, rules: ObserverRules = ObserverRules()) -> str:  # noqa: B008 - frozen
        return observe(events, today, rules).condition

    busy = [Event(day, EventKind.LOGIN) for day in range(1, 21)]
    assert condition(*busy) == Condition.HEALTHY
    assert condition(*busy[:13], busy[18]) == Condition.FADING
    assert condition(*busy[:16]) == Condition.SILENT
    assert condition(*busy[:12]) == Condition.AT_RISK
    assert condition(*busy[:5]) == Condition.PRESUMED_LOST
    assert condition(*busy, Event(20, EventKind.REFUSAL)) == Condition.AT_RISK
    assert condition(*busy, Event(20, EventKind.LEFT)) == Condition.PRESUMED_LOST
    assert condition() == Condition.SILENT
    assert condition(*busy[:5], rules=ObserverRules(lost=30)) == Condition.AT_RISK
    later = observe([*busy, Event(30, EventKind.LEFT)], 20)
    assert later.condition == Condition.HEALTHY, "what has not happened yet is not seen"
    assert json.dumps(later.to_json())


def test_every_condition_is_met_in_a_long_run() -> None:
    met = set()
    for seed in range(8):
        world = World("random", seed).run(40)
        for events in world.events.values():
            met |= {observe(events, day).condition for day in range(40)}
    assert met == set(Condition)


def test_the_same_seed_gives_the_same_days() -> None:
    first, again = (World("hierarchical-thompson", 4).run(30) for _ in range(2))
    assert first.done == again.done
    assert json.dumps(first.ledger.to_json()) == json.dumps(again.ledger.to_json())
    assert first.done != World("hierarchical-thompson", 5).run(30).done


def test_within_ten_days_it_changes_its_ways_and_tries_again() -> None:
    """What failed is left alone for some days, and then taken up once more."""
    changed = again = 0
    for seed in range(20):
        seen, retried = False, False
        for done in World("hierarchical-thompson", seed).run(10).done.values():
            for day, (name, change) in enumerate(done):
                if change < 0 and name != DO_NOTHING:
                    after = [each for each, _ in done[day + 1 :]]
                    seen |= name not in after[:2]
                    retried |= name in after[2:]
        changed += seen
        again += retried
    assert changed == 20
    assert again >= 12


def test_learning_beats_one_strike_on_the_cast() -> None:
    def score(policy: str) -> float:
        scores = [
            each.score
            for seed in range(5)
            for each in World(policy, seed).run(30).customers.values()
        ]
        return sum(scores) / len(scores)

    assert score("hierarchical-thompson") > score("one-strike") + 5
    assert score("hierarchical-thompson") > score("random") + 5


def test_an_unknown_action_is_named() -> None:
    with pytest.raises(ConfigError, match=r"SEND_FLOWERS.*"):
        act(0, CAST["sam"], "SEND_FLOWERS")


@given(customers, st.sampled_from([*NAMES, *RULES.effects]), st.integers(0, 1000))
def test_a_step_keeps_what_has_to_hold(customer: Customer, action: str, seed: int) -> None:
    impact = step(5, customer, action, Random(seed))
    after = impact.customer
    assert 0 <= after.score <= 100
    assert after.idle in {0, customer.idle + 1}
    assert after.since == customer.since + 1
    assert (after.idle == 0) == any(each.kind is not EventKind.LEFT for each in impact.events)
    assert all(each.day == 5 for each in impact.events)
    assert after.churned == (after.score <= 0 or after.refused >= 2)
    assert Customer.from_json(json.loads(json.dumps(after.to_json()))) == after
