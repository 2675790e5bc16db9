"""Comparing policies: on common random numbers, and by splitting one population."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clm_bandits import BernoulliWorld
from clm_experiments import (
    SplitPolicy,
    compare,
    detectable,
    power,
    sample_ratio,
    split_test,
)
from core.clm.actions import DO_NOTHING
from core.clm.market import Market
from core.clm.population import FixedPopulation, OraclePopulation, RandomPopulation
from core.clm.population_learners import HierarchicalThompsonPopulation, ThompsonPopulation
from core.clm.population_run import Day, PopulationRun
from core.errors import SalonError
from tests.unit.test_clm_market import ACTIONS, BRISK

RATES = np.repeat([[0.2], [0.5]], 300, axis=1)


def bandit(seed: int) -> BernoulliWorld:
    return BernoulliWorld(RATES, seed=seed)


def test_a_comparison_knows_the_difference_and_the_regret() -> None:
    found = compare(
        {
            "one": lambda: FixedPopulation("ACTION_1"),
            "two": lambda: FixedPopulation("ACTION_2"),
            "oracle": OraclePopulation,
            "learner": HierarchicalThompsonPopulation,
        },
        bandit,
        20,
        range(6),
        regret=True,
    )
    one, two, oracle, learner = found
    assert (one.difference, one.low, one.high) == (0, 0, 0)
    assert two.low < 6 < two.high
    assert two.high - two.low < 0.4
    assert one.regret == pytest.approx(6)
    assert two.regret == oracle.regret == 0
    assert two.value == oracle.value
    assert 0 < learner.regret < 2


def shop(seed: int) -> Market:
    return Market(BRISK, ACTIONS, 500, seed)


def test_pairing_makes_intervals_narrower() -> None:
    found = compare(
        {
            "none": lambda: FixedPopulation(DO_NOTHING),
            "mail": lambda: FixedPopulation("LOYALTY_REWARD"),
        },
        lambda seed: Market(BRISK, ACTIONS, 500, seed),
        20,
        range(8),
    )
    values = [
        PopulationRun(Market(BRISK, ACTIONS, 500, seed), FixedPopulation(DO_NOTHING))
        .run(20)
        .value.mean()
        for seed in range(8)
    ]
    alone = 2 * stats.t.ppf(0.975, 7) * np.std(values, ddof=1) / 8**0.5
    assert found[1].high - found[1].low < 0.5 * alone


def test_no_policy_beats_the_oracle_on_its_own_day_in_a_market() -> None:
    for policy in (RandomPopulation(), FixedPopulation(DO_NOTHING), OraclePopulation()):
        run = PopulationRun(Market(BRISK, ACTIONS, 2000, 1), policy, regret=True).run(5)
        assert min(run.regret) >= 0
        assert (sum(run.regret) == 0) == (policy.name == "oracle")


@pytest.mark.parametrize("seeds", [[], [1], [1, 1]])
def test_one_run_is_no_comparison(seeds: list[int]) -> None:
    with pytest.raises(SalonError, match="two different seeds"):
        compare({"one": RandomPopulation}, bandit, 5, seeds)


def test_a_split_finds_a_difference_and_states_its_power() -> None:
    found = split_test(
        bandit(1),
        FixedPopulation("ACTION_1"),
        FixedPopulation("ACTION_2"),
        20,
        planned=6,
    )
    assert found.low < 6 < found.high
    assert found.probability < 1e-6
    assert not found.ratio.mismatch
    assert sum(found.ratio.counts) == 300
    assert found.power is not None
    assert found.power > 0.99
    assert 0 < found.detectable < 1


@pytest.mark.slow
def test_a_split_of_equals_raises_an_alarm_as_seldom_as_it_says() -> None:
    alarms = mismatches = 0
    for seed in range(400):
        same = FixedPopulation("ACTION_1"), FixedPopulation("ACTION_1")
        found = split_test(bandit(seed), *same, 5)
        alarms += found.probability < 0.05
        mismatches += found.ratio.mismatch
    assert 0.02 < alarms / 400 < 0.08
    assert mismatches <= 3


def test_arms_decide_and_learn_for_their_own_customers_alone() -> None:
    first, second = ThompsonPopulation(), ThompsonPopulation()
    both = SplitPolicy(first, second, 3, 0.3)
    days: list[Day] = []
    PopulationRun(bandit(3), both).run(10, days.append)
    assert both.second_arm.mean() == pytest.approx(0.7, abs=0.1)
    assert (first.counts.n.sum(axis=0) == np.where(both.second_arm, 0, 10)).all()
    assert (second.counts.n.sum(axis=0) == np.where(both.second_arm, 10, 0)).all()
    shared = first.counts.shared_n.sum() + second.counts.shared_n.sum()
    assert shared == pytest.approx(3000)


def test_a_broken_split_is_noticed() -> None:
    assert not sample_ratio(5050, 4950).mismatch
    assert sample_ratio(5300, 4700).mismatch
    assert not sample_ratio(8000, 2000, 0.8).mismatch
    assert sample_ratio(5300, 4700).probability == pytest.approx(
        stats.chisquare([5300, 4700]).pvalue
    )
    for counts in ((0, 0), (-1, 5)):
        with pytest.raises(SalonError, match="A split needs customers"):
            sample_ratio(*counts)


def test_power_and_the_detectable_effect_agree() -> None:
    effect = detectable(2.0, 500, 800)
    assert power(effect, 2.0, 500, 800) == pytest.approx(0.8, abs=1e-3)
    assert power(0, 2.0, 500, 800) == pytest.approx(0.05)
    rng = np.random.default_rng(1)
    found = [
        stats.ttest_ind(rng.normal(0, 2, 500), rng.normal(effect, 2, 800)).pvalue < 0.05
        for _ in range(600)
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.06)


def test_a_split_needs_a_fresh_world_with_enough_customers() -> None:
    begun = bandit(1)
    begun.end_day()
    with pytest.raises(SalonError, match="first day"):
        split_test(begun, RandomPopulation(), RandomPopulation(), 3)
    with pytest.raises(SalonError, match="no two customers"):
        split_test(BernoulliWorld(RATES[:, :2], seed=1), RandomPopulation(), RandomPopulation(), 3)
    with pytest.raises(SalonError, match="between 0 and 1"):
        SplitPolicy(RandomPopulation(), RandomPopulation(), 1, 1.0)
