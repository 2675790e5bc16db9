"""How learners fare against what is known of them, against MABWiser and against one another.

E1: success rates .10 to .30, 3,000 steps; E2: .3 to .8, 365 steps. Regret is the expected one,
cumulated over a customer's steps.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from clm_bandits import BernoulliWorld
from core.clm.evidence import beliefs
from core.clm.ledger import Ledger
from core.clm.numeric import Floats
from core.clm.population import PopulationPolicy, RandomPopulation
from core.clm.population_learners import (
    EpsilonGreedyPopulation,
    HierarchicalThompsonPopulation,
    OneStrikePopulation,
    ThompsonPopulation,
    Ucb1Population,
    make_population_policy,
)
from core.clm.population_run import Day, PopulationRun
from core.clm.words import LedgerRules
from core.errors import ConfigError

E1 = ((0.10, 0.12, 0.15, 0.20, 0.30), 3000, 40)
E2 = ((0.3, 0.4, 0.5, 0.6, 0.8), 365, 100)
Experiment = tuple[Sequence[float], int, int]


def alone(rates: Sequence[float], size: int, seed: int = 5) -> BernoulliWorld:
    """Return customers with the same rates who share nothing, each a segment of their own."""
    return BernoulliWorld(
        np.repeat(np.array(rates)[:, None], size, axis=1),
        seed=seed,
        segment=np.arange(size),
        segments=[f"s{each}" for each in range(size)],
    )


def regrets(experiment: Experiment, policy: PopulationPolicy) -> Floats:
    """Return each customer's expected regret."""
    rates, steps, size = experiment
    lost = max(rates) - np.array(rates)
    total = np.zeros(size)

    def watch(day: Day) -> None:
        total[:] += lost[day.action]

    PopulationRun(alone(rates, size), policy).run(steps, watch)
    return total


def mabwiser_regrets(experiment: Experiment, make: str, runs: int) -> Floats:
    """Return MABWiser's expected regrets with the policy that `make` names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mabwiser.mab import MAB, LearningPolicy
    rates, steps, _ = experiment
    policies = {
        "ucb1": lambda: LearningPolicy.UCB1(alpha=1),
        "thompson": LearningPolicy.ThompsonSampling,
    }
    total = np.zeros(runs)
    for run in range(runs):
        rng = np.random.default_rng(run)
        mab = MAB(list(range(len(rates))), policies[make](), seed=run)
        first = list(range(len(rates)))
        mab.fit(first, [int(rng.random() < rates[arm]) for arm in first])
        total[run] = sum(max(rates) - rates[arm] for arm in first)
        for _ in range(steps - len(first)):
            arm = mab.predict()
            total[run] += max(rates) - rates[arm]
            mab.partial_fit([arm], [int(rng.random() < rates[arm])])
    return total


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("experiment", "runs"), [(E1, 20), (E2, 30)], ids=["E1", "E2"])
@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("ucb1", lambda: Ucb1Population(floor=0)),
        ("thompson", lambda: ThompsonPopulation(floor=0)),
    ],
    ids=["ucb1", "thompson"],
)
def test_as_good_as_mabwiser(
    experiment: Experiment, runs: int, name: str, ours: Callable[[], PopulationPolicy]
) -> None:
    theirs = mabwiser_regrets(experiment, name, runs)
    upper = theirs.mean() + 1.96 * theirs.std(ddof=1) / runs**0.5
    assert regrets(experiment, ours()).mean() <= upper


@pytest.mark.slow
@pytest.mark.parametrize(("experiment", "share"), [(E1, 0.15), (E2, 0.25)], ids=["E1", "E2"])
def test_the_ledgers_learner_needs_a_fraction_of_the_one_strike_rules_regret(
    experiment: Experiment, share: float
) -> None:
    strike = regrets(experiment, OneStrikePopulation()).mean()
    anything = regrets(experiment, RandomPopulation()).mean()
    assert strike == pytest.approx(anything, rel=0.05), "everything ends up forbidden"
    assert regrets(experiment, HierarchicalThompsonPopulation()).mean() <= share * strike


def segmented(seed: int) -> BernoulliWorld:
    """Return 5 segments of 200 customers, who differ from their segment's 5 rates (κ = 20)."""
    rng = np.random.default_rng(seed)
    segment = np.repeat(np.arange(5), 200)
    means = rng.beta(2, 3, (5, 5))[:, segment]
    rates = rng.beta(20 * means, 20 * (1 - means))
    return BernoulliWorld(rates, seed=seed, segment=segment, segments=list("abcde"))


@pytest.mark.slow
def test_customers_of_a_segment_learn_from_one_another() -> None:
    def lost(policy: PopulationPolicy, seed: int) -> float:
        return sum(PopulationRun(segmented(seed), policy, regret=True).run(60).regret)

    shared = sum(lost(HierarchicalThompsonPopulation(), seed) for seed in range(5))
    apart = sum(lost(ThompsonPopulation(), seed) for seed in range(5))
    assert shared <= 0.6 * apart


def test_how_alike_customers_are_is_found_out() -> None:
    policy = HierarchicalThompsonPopulation(rules=LedgerRules(rest=0, enough=10**6), floor=0.5)
    PopulationRun(segmented(1), policy).run(150)
    assert policy.strength == pytest.approx(20, rel=0.3)


@pytest.mark.slow
def test_when_the_best_action_changes_the_discounted_learner_recovers() -> None:
    rates, size, steps = np.array(E1[0]), 40, 1200
    before = np.repeat(rates[:, None], size, axis=1)

    def lost(policy: PopulationPolicy) -> Floats:
        world = BernoulliWorld(
            lambda day: before if day < steps // 2 else before[::-1],
            seed=3,
            segment=np.arange(size),
            segments=[f"s{each}" for each in range(size)],
        )
        return np.array(PopulationRun(world, policy, regret=True).run(steps).regret) / size

    anything = rates.max() - rates.mean()
    fading = lost(HierarchicalThompsonPopulation(rules=LedgerRules(half_life=250)))
    assert fading[-100:].mean() < 0.45 * anything
    assert lost(ThompsonPopulation())[-100:].mean() > 0.6 * anything


@pytest.mark.parametrize("name", ["epsilon-greedy", "ucb1", "thompson", "hierarchical-thompson"])
def test_every_learner_beats_chance(name: str) -> None:
    experiment = (E2[0], 120, 40)
    policy = make_population_policy(name)
    assert regrets(experiment, policy).mean() < 0.7 * regrets(experiment, RandomPopulation()).mean()


def test_epsilon_greedy_explores_as_often_as_it_says() -> None:
    policy = EpsilonGreedyPopulation(epsilon=0.2)
    days: list[Day] = []
    PopulationRun(alone((0.0, 1.0), 400), policy).run(40, days.append)
    explored = np.mean([(day.action == 0).mean() for day in days[20:]])
    assert explored == pytest.approx(0.1, abs=0.01)
    assert days[-1].propensity[days[-1].action == 0] == pytest.approx(0.1)


def test_arrays_believe_what_the_ledger_believes() -> None:
    """The vectorised evidence is the ledger's, customer by customer and word by word."""
    rules = LedgerRules(half_life=30)
    size, rates = 12, np.full((3, 12), 0.3)
    rates[0] = 0.9
    segment = np.arange(size) % 3
    world = BernoulliWorld(rates, seed=2, segment=segment, segments=list("abc"))
    policy = HierarchicalThompsonPopulation(rules=rules, floor=0.3)
    ledger = Ledger(world.actions.names, rules)

    def watch(day: Day) -> None:
        for customer in range(size):
            ledger.record(
                str(customer),
                world.segments[segment[customer]],
                world.actions.names[day.action[customer]],
                bool(day.success[customer]),
                day.day,
            )

    PopulationRun(world, policy).run(60, watch)
    today = 59
    strength = ledger.strength(today)
    assert policy.strength == pytest.approx(strength, rel=1e-3)
    a, b = beliefs(policy.counts, slice(0, size), segment, strength)
    counts = policy.counts
    for customer in range(size):
        who = str(customer)
        for index, name in enumerate(ledger.actions):
            belief = ledger.belief(who, world.segments[segment[customer]], name, today)
            assert belief.a == pytest.approx(a[index, customer], rel=1e-3)
            assert belief.b == pytest.approx(b[index, customer], rel=1e-3)
            resting = counts.rests_until[index, customer] > today
            assert resting == (ledger.tally(who, name).rests_until > today)
            if counts.forbidden_until[index, customer] > today:
                assert ledger.tally(who, name).forbidden_until > 0


def test_rates_have_to_be_rates() -> None:
    for wrong in (np.full((2, 3), 1.5), np.full((2, 3), np.nan)):
        with pytest.raises(ConfigError, match="from 0 to 1"):
            BernoulliWorld(wrong, seed=1)
    with pytest.raises(ConfigError, match="A population has"):
        BernoulliWorld(np.zeros((2, 0)), seed=1)
    with pytest.raises(ConfigError, match="one of the segments"):
        BernoulliWorld(np.zeros((2, 3)), seed=1, segment=np.array([0, 1, 0]))
