"""The market world: BG/NBD when left alone, and what actions do to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from clm_sensitivity import sensitivity
from core.clm.actions import DO_NOTHING, Action, Actions
from core.clm.draws import PART, day_draws, parts
from core.clm.market import Market
from core.clm.market_params import MarketParameters, Segment
from core.clm.numeric import Floats
from core.clm.population import FixedPopulation, RandomPopulation
from core.clm.population_learners import POPULATION_POLICIES, make_population_policy
from core.clm.population_run import Day, PopulationRun
from core.clm.setup import market_stakes, read_setup
from core.errors import ConfigError, StoreError
from tests.unit.test_clm_setup import SAID

SETUP = read_setup(SAID)
ACTIONS = SETUP.actions
CALM = MarketParameters().calm()
BRISK = replace(SETUP.market, r=2.0, alpha=10.0)
"""Customers who buy often, so that a short run says something."""


def market(size: int = 2000, seed: int = 1, par: MarketParameters = BRISK) -> Market:
    return Market(par, ACTIONS, size, seed)


def left_alone(world: Market, days: int) -> Market:
    PopulationRun(world, FixedPopulation(DO_NOTHING)).run(days)
    return world


def expected_purchases(par: MarketParameters, days: float) -> float:
    """E[X(t)] of BG/NBD: Fader, Hardie and Lee (2005), equation 9."""
    ratio = par.alpha / (par.alpha + days)
    sum_ab = par.a + par.b
    drop = hyp2f1(par.r, par.b, sum_ab - 1, days / (par.alpha + days))
    return float((sum_ab - 1) / (par.a - 1) * (1 - ratio**par.r * drop))


def test_left_alone_it_is_bg_nbd() -> None:
    days, size = 200, 20_000
    world = left_alone(market(size, 3, CALM), days)
    bought = world.state.purchases.astype(float)
    error = bought.std() / size**0.5
    assert bought.mean() == pytest.approx(expected_purchases(CALM, days), abs=4 * error)
    never = (CALM.alpha / (CALM.alpha + days)) ** CALM.r
    assert (bought == 0).mean() == pytest.approx(never, abs=4 * (never / size) ** 0.5)


def fitted(world: Market, start: Sequence[float]) -> Floats:
    """Return r, α, a and b of greatest likelihood (Fader, Hardie and Lee 2005, equation 6)."""
    days = world.day
    pairs, count = np.unique(
        np.stack([world.state.purchases, world.state.last]), axis=1, return_counts=True
    )
    bought, last = pairs[0].astype(float), np.where(pairs[0] > 0, pairs[1] + 0.5, 0.0)

    def loss(logs: Floats) -> float:
        r, alpha, a, b = np.exp(logs)
        common = gammaln(r + bought) - gammaln(r) + r * np.log(alpha)
        common += gammaln(a + b) + gammaln(b + bought) - gammaln(b) - gammaln(a + b + bought)
        stayed = -(r + bought) * np.log(alpha + days)
        odds = np.log(a) - np.log(np.maximum(b + bought - 1, 1e-9))
        left = np.where(bought > 0, odds - (r + bought) * np.log(alpha + last), -np.inf)
        return float(-count @ (common + np.logaddexp(stayed, left)) / world.size)

    best = np.log(start)
    for _ in range(2):  # a simplex may get stuck; it starts anew from where it did
        best = minimize(loss, best, method="Nelder-Mead", options={"maxiter": 2000}).x
    return np.exp(best)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fitted_again_a_million_customers_left_alone_give_the_parameters_back() -> None:
    """A step is half a week here, which gives a long history at a low cost."""
    par = replace(CALM, alpha=4.414 * 2)
    world = left_alone(market(1_000_000, 11, par), 156)
    found = fitted(world, [0.5, 20, 1, 2])
    assert found == pytest.approx([par.r, par.alpha, par.a, par.b], rel=0.02)


def test_what_is_inferred_of_being_alive_is_right_on_average_and_not_the_truth() -> None:
    world = left_alone(market(20_000, 5, CALM), 250)
    inferred = world.inferred_alive(slice(0, world.size))
    for low, high in ((0.0, 0.3), (0.3, 0.6), (0.6, 0.9), (0.9, 1.01)):
        here = (inferred >= low) & (inferred < high)
        truth = world.state.alive[here].mean()
        assert truth == pytest.approx(inferred[here].mean(), abs=0.04)


def test_spend_is_gamma_gamma() -> None:
    par = replace(BRISK.calm(), margin=1.0)
    world = market(60_000, 2, par)
    run = PopulationRun(world, FixedPopulation(DO_NOTHING)).run(20)
    a_purchase = run.value.sum() / world.state.purchases.sum()
    assert a_purchase == pytest.approx(par.p * par.v / (par.q - 1), rel=0.03)


def test_chance_belongs_to_customers_and_days_whatever_is_done() -> None:
    whole = day_draws(7, 3, 0, 500)
    assert np.array_equal(whole[120:300], day_draws(7, 3, 120, 300))
    assert not np.array_equal(whole, day_draws(7, 4, 0, 500))
    assert not np.array_equal(whole, day_draws(8, 3, 0, 500))
    small, large = left_alone(market(500), 30), left_alone(market(3000), 30)
    assert np.array_equal(small.state.purchases, large.state.purchases[:500])


def test_parts_cover_a_population() -> None:
    assert parts(3) == [slice(0, 3)]
    assert parts(2 * PART + 1) == [
        slice(0, PART),
        slice(PART, 2 * PART),
        slice(2 * PART, 2 * PART + 1),
    ]


def test_common_random_numbers_make_a_difference_far_less_variable() -> None:
    def gain(seed: int, other: int) -> float:
        act = PopulationRun(market(400, seed), FixedPopulation("LOYALTY_REWARD")).run(30)
        return float(act.value.mean() - left_value(other))

    def left_value(seed: int) -> float:
        run = PopulationRun(market(400, seed), FixedPopulation(DO_NOTHING)).run(30)
        return float(run.value.mean())

    paired = np.var([gain(seed, seed) for seed in range(12)])
    unpaired = np.var([gain(seed, seed + 100) for seed in range(12)])
    assert unpaired > 8 * paired


def test_a_response_lifts_purchases_for_a_while() -> None:
    par = replace(
        BRISK.calm(),
        segments={"s": Segment(1, {"PUSH": 1.0})},
        response_spread=0.0,
        fatigue_hazard=0.0,
        b=1e9,
    )
    actions = Actions([Action("PUSH", half_life=3), Action(DO_NOTHING, channel="none")])
    bought = []
    for first in (0, 1):
        world = Market(par, actions, 60_000, 4)
        daily = []
        for day in range(4):
            action = np.full(world.size, first if day == 0 else 1, dtype=np.int8)
            before = int(world.state.purchases.sum())
            for rows in parts(world.size):
                world.step(rows, action[rows])
            world.end_day()
            daily.append(int(world.state.purchases.sum()) - before)
        bought.append(np.array(daily))
    lift = np.log(bought[0] / bought[1])
    assert lift == pytest.approx([1, 0.5 ** (1 / 3), 0.5 ** (2 / 3), 0.5], abs=0.06)


def test_too_many_contacts_drive_customers_away_and_discounts_spoil() -> None:
    calm = left_alone(market(20_000), 30)
    pestered = market(20_000)
    PopulationRun(pestered, FixedPopulation("RECOMMEND_PRODUCT")).run(30)
    assert pestered.state.alive.mean() < calm.state.alive.mean()
    spoilt = market(20_000)
    PopulationRun(spoilt, FixedPopulation("SEND_DISCOUNT")).run(30)
    spoilt.state.adstock[:] = 0
    fresh = left_alone(market(20_000), 30)
    fresh.state.alive[:] = spoilt.state.alive
    rows, idle = slice(0, 20_000), ACTIONS.index(DO_NOTHING)
    assert spoilt.expected_values(rows)[idle].sum() < 0.9 * fresh.expected_values(rows)[idle].sum()


def test_engagement_is_a_score_that_follows_purchases() -> None:
    world = left_alone(market(20_000), 40)
    score = world.view(0, slice(0, 20_000)).engagement
    assert score.min() >= 0
    assert score.max() <= 100
    assert np.corrcoef(score, world.state.purchases)[0, 1] > 0.3


def test_expected_values_are_what_comes_of_actions_on_average() -> None:
    par = replace(BRISK, fatigue_hazard=0.0)
    for name in ("SEND_DISCOUNT", "PERSONAL_CALL", DO_NOTHING):
        world = market(120_000, 6, par)
        index, earned, promised = ACTIONS.index(name), [], []
        for rows in parts(world.size):
            promised.append(world.expected_values(rows)[index])
            action = np.full(rows.stop - rows.start, index, dtype=np.int8)
            earned.append(world.step(rows, action).value)
        difference = np.concatenate(earned) - np.concatenate(promised)
        assert abs(difference.mean()) < 4 * difference.std() / world.size**0.5


def test_cooldowns_and_segments_are_kept_and_doing_nothing_is_always_allowed() -> None:
    world = market(3000)
    days: list[Day] = []
    PopulationRun(world, RandomPopulation()).run(12, days.append)
    sent = np.stack([day.action for day in days])
    index, cooldown = ACTIONS.index("SEND_DISCOUNT"), ACTIONS["SEND_DISCOUNT"].cooldown
    times = [np.flatnonzero(each == index) for each in sent.T]
    assert min(np.diff(each).min() for each in times if len(each) > 1) == cooldown + 1
    protected = world.traits.segment == world.segments.index("High-Value")
    assert not (sent[:, protected] == index).any()
    assert world.view(0, slice(0, 3000)).allowed[ACTIONS.index(DO_NOTHING)].all()


@pytest.mark.parametrize("name", POPULATION_POLICIES)
def test_the_same_seed_gives_the_same_bytes_and_a_run_can_be_taken_up(name: str) -> None:
    stakes = market_stakes(BRISK, ACTIONS)

    def simulation() -> PopulationRun:
        return PopulationRun(market(), make_population_policy(name, stakes), budget=40)

    whole, days = simulation(), list[bytes]()
    whole.run(6, lambda day: days.append(day.to_bytes()))
    first, again = simulation(), list[bytes]()
    first.run(3, lambda day: again.append(day.to_bytes()))
    world = Market.from_bytes(first.world.to_bytes(), BRISK, ACTIONS)  # type: ignore[attr-defined]
    later = make_population_policy(name, stakes)
    later.start(ACTIONS, len(world.segments), world.size)
    if hasattr(later, "restore"):
        later.restore(first.policy.to_bytes())  # type: ignore[attr-defined]
    PopulationRun(world, later, budget=40).run(3, lambda day: again.append(day.to_bytes()))
    assert days == again
    assert world.to_bytes() == whole.world.to_bytes()  # type: ignore[attr-defined]


def test_a_budget_is_kept_on_average_and_propensities_stay_true() -> None:
    world, days = market(20_000), list[Day]()
    cost = np.array([each.cost for each in ACTIONS])
    PopulationRun(world, RandomPopulation(), budget=500).run(5, days.append)
    for day in days:
        assert cost[day.action].sum() == pytest.approx(500, rel=0.25)
        for index in range(len(ACTIONS)):
            here = day.action == index
            if here.sum() > 500:
                could = (1 / day.propensity[here]).sum()
                assert could <= world.size * 1.1
    free = np.concatenate([day.action for day in days])
    nothing = ACTIONS.index(DO_NOTHING)
    weights = np.concatenate([day.propensity for day in days])
    assert (1 / weights[free == nothing]).sum() / len(free) == pytest.approx(1, abs=0.03)


def test_a_state_that_does_not_fit_is_refused() -> None:
    world = market(50)
    with pytest.raises(StoreError, match="other parameters"):
        Market.from_bytes(world.to_bytes(), CALM, ACTIONS)
    content = world.to_bytes()
    for broken in (b"", b"PK\x03\x04", content[: len(content) // 2], b"\0" * 100):
        with pytest.raises(StoreError):
            Market.from_bytes(broken, BRISK, ACTIONS)


@pytest.mark.parametrize("size", [0, -1, 1.5, True, 10**9])
def test_no_population_is_an_error(size: object) -> None:
    with pytest.raises(ConfigError, match="A population has"):
        Market(BRISK, ACTIONS, size, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5])
def test_a_seed_has_to_be_one(seed: object) -> None:
    with pytest.raises(ConfigError, match="A seed is"):
        Market(BRISK, ACTIONS, 5, seed)  # type: ignore[arg-type]


def test_a_budget_has_to_be_one() -> None:
    for budget in (-1, float("nan")):
        with pytest.raises(ConfigError, match="A daily budget"):
            PopulationRun(market(5), RandomPopulation(), budget=budget)


def test_sensitivity_says_what_hangs_on_what_is_assumed() -> None:
    rows = sensitivity(
        BRISK,
        ACTIONS,
        lambda: FixedPopulation("RECOMMEND_PRODUCT"),
        size=1500,
        days=15,
        seed=1,
    )
    assert rows[0].parameter == "as assumed"
    found = {(row.parameter, row.factor): row.change for row in rows}
    assert found["response", 2.0] > 0 > found["response", 0.5]
    assert found["fatigue_hazard", 2.0] < 0
    assert found["addiction", 2.0] == 0, "nobody was sent a discount"


@settings(max_examples=25)
@given(
    size=st.integers(1, 60),
    seed=st.integers(0, 2**64 - 1),
    r=st.floats(0.05, 30),
    alpha=st.floats(0.05, 300),
    a=st.floats(0.05, 10),
    b=st.floats(0.05, 10),
    policy=st.sampled_from(list(POPULATION_POLICIES)),
)
def test_whatever_the_parameters_the_state_makes_sense(
    size: int, seed: int, r: float, alpha: float, a: float, b: float, policy: str
) -> None:
    world = Market(replace(SETUP.market, r=r, alpha=alpha, a=a, b=b), ACTIONS, size, seed)
    days: list[Day] = []
    alive = [world.state.alive.copy()]

    def watch(day: Day) -> None:
        days.append(day)
        alive.append(world.state.alive.copy())

    PopulationRun(world, make_population_policy(policy), regret=True).run(5, watch)
    state = world.state
    assert all((later <= before).all() for before, later in pairwise(alive))
    assert (state.purchases >= 0).all()
    assert ((state.last >= 0) == (state.purchases > 0)).all()
    for day in days:
        assert np.isfinite(day.value).all()
        assert ((day.propensity > 0) & (day.propensity <= 1 + 1e-6)).all()
        assert day.regret >= -1e-3
        assert not day.success[~alive[day.day]].any(), "who is gone buys nothing"
    inferred = world.inferred_alive(slice(0, size))
    assert ((inferred >= 0) & (inferred <= 1)).all()
