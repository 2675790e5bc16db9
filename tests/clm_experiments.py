"""Which of several policies is better: paired on common random numbers, or by a split test."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.clm.actions import Actions
from core.clm.draws import Kind, generator, parts
from core.clm.numeric import Bools, Floats, Ints, np, stats
from core.clm.population import Choice, PopulationPolicy, Result, View, World
from core.clm.population_run import PopulationRun
from core.errors import SalonError

RATIO_ALARM = 0.001
"""Probability of a sample ratio below which a split is not to be believed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A policy beside the first one, per customer over all days."""

    policy: str
    value: float
    regret: float
    """Against the best action of each day, as the oracle knows it; 0 if not asked for."""
    difference: float
    """Of the value from the first policy's."""
    low: float
    high: float
    confidence: float
    runs: int


def compare(
    policies: Mapping[str, Callable[[], PopulationPolicy]],
    world: Callable[[int], World],
    days: int,
    seeds: Sequence[int],
    *,
    budget: float | None = None,
    regret: bool = False,
    confidence: float = 0.95,
) -> list[Compared]:
    """Run each policy on the same worlds, and compare each with the first.

    The unit is a whole run, since customers of one run share what the policy learns; the
    interval is Student's over the paired differences.

    Args:
        policies: makers by name; the first is the one to compare with.
        world: makes the world of a seed.
        days: of each run.
        seeds: two at least.
        budget: daily, if any.
        regret: whether to work out regret too.
        confidence: of the intervals.

    Raises:
        SalonError: there are no two seeds, or there is nothing to compare.
    """
    if len(set(seeds)) != len(seeds) or len(seeds) < 2 or not policies or days < 1:
        raise SalonError(
            "A comparison takes a policy, a day and two different seeds at least.",
            "More seeds make its intervals narrower.",
        )
    values = np.empty((len(policies), len(seeds)))
    regrets = np.empty_like(values)
    for column, seed in enumerate(seeds):
        for row, make in enumerate(policies.values()):
            place = world(seed)
            run = PopulationRun(place, make(), budget=budget, regret=regret).run(days)
            values[row, column] = run.value.mean()
            regrets[row, column] = sum(run.regret) / place.size
    return [
        _compared(name, values[row], regrets[row], values[row] - values[0], confidence)
        for row, name in enumerate(policies)
    ]


def _compared(
    name: str, values: Floats, regrets: Floats, differences: Floats, confidence: float
) -> Compared:
    runs = len(values)
    middle = float(differences.mean())
    error = float(differences.std(ddof=1)) / math.sqrt(runs)
    half = float(stats.t.ppf(0.5 + confidence / 2, runs - 1)) * error
    mean, regret = float(values.mean()), float(regrets.mean())
    return Compared(name, mean, regret, middle, middle - half, middle + half, confidence, runs)


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether as many customers are in each arm as were meant to be."""

    counts: tuple[int, int]
    share: float
    probability: float
    """Of a ratio at least as far off by chance alone (chi-square, one degree of freedom)."""

    @property
    def mismatch(self) -> bool:
        """Whether the split is broken, and what comes of it not to be believed."""
        return self.probability < RATIO_ALARM


def sample_ratio(first: int, second: int, share: float = 0.5) -> SampleRatio:
    """Check the sizes of two arms, of which the first was to get `share`.

    Raises:
        SalonError: there is nobody, or the share is none.
    """
    total = first + second
    if first < 0 or second < 0 or not total or not 0 < share < 1:
        raise SalonError("A split needs customers, and a share between 0 and 1.")
    expected = total * share, total * (1 - share)
    distance = sum((n - e) ** 2 / e for n, e in zip((first, second), expected, strict=True))
    return SampleRatio((first, second), share, float(stats.chi2.sf(distance, 1)))


def power(effect: float, deviation: float, first: int, second: int, level: float = 0.05) -> float:
    """Return the chance of a two-sided test at `level` to find an effect.

    Args:
        effect: the true difference of means.
        deviation: standard deviation of a customer's value.
        first, second: customers in each arm.
        level: of the test.
    """
    error = deviation * math.sqrt(1 / first + 1 / second)
    if error <= 0:
        return 1.0 if effect else level
    reach = float(stats.norm.ppf(1 - level / 2))
    shift = abs(effect) / error
    return float(stats.norm.cdf(shift - reach) + stats.norm.cdf(-shift - reach))


def detectable(
    deviation: float, first: int, second: int, level: float = 0.05, wanted: float = 0.8
) -> float:
    """Return the smallest difference that a test finds with the `wanted` power."""
    reach = float(stats.norm.ppf(1 - level / 2) + stats.norm.ppf(wanted))
    return reach * deviation * math.sqrt(1 / first + 1 / second)


@dataclass(frozen=True, slots=True)
class Split:
    """What came of a split test, per customer over all days."""

    names: tuple[str, str]
    means: tuple[float, float]
    difference: float
    """Of the second from the first."""
    low: float
    high: float
    confidence: float
    probability: float
    """Of a difference at least as large if there were none (Welch's test)."""
    ratio: SampleRatio
    detectable: float
    """The smallest difference that this test finds four times in five."""
    power: float | None
    """Of finding the effect that was planned for, if one was named."""


def split_test(
    world: World,
    first: PopulationPolicy,
    second: PopulationPolicy,
    days: int,
    *,
    share: float = 0.5,
    planned: float | None = None,
    budget: float | None = None,
    confidence: float = 0.95,
) -> Split:
    """Have two policies look after one population, each after the customers drawn for it.

    Args:
        world: on its first day.
        first: gets `share` of the customers.
        second: gets the rest.
        days: to run.
        share: between 0 and 1.
        planned: the effect whose power is to be stated.
        budget: daily, for both together.
        confidence: of the interval.

    Raises:
        SalonError: the world has begun, or an arm has no two customers.
    """
    if world.day or days < 1:
        raise SalonError("A split test begins with a world's first day, and takes one at least.")
    both = SplitPolicy(first, second, world.seed, share)
    values = PopulationRun(world, both, budget=budget).run(days).value
    one, two = values[~both.second_arm], values[both.second_arm]
    ratio = sample_ratio(len(one), len(two), share)
    if min(ratio.counts) < 2:
        raise SalonError("An arm of this test has no two customers.", "Take a larger population.")
    difference, half, probability = _welch(one, two, confidence)
    deviation = float(np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / 2))
    level = 1 - confidence
    return Split(
        (first.name, second.name),
        (float(one.mean()), float(two.mean())),
        difference,
        difference - half,
        difference + half,
        confidence,
        probability,
        ratio,
        detectable(deviation, *ratio.counts, level),
        None if planned is None else power(planned, deviation, *ratio.counts, level),
    )


def _welch(one: Floats, two: Floats, confidence: float) -> tuple[float, float, float]:
    """Return the difference of means, half its interval's width, and its p-value."""
    difference = float(two.mean() - one.mean())
    errors = one.var(ddof=1) / len(one), two.var(ddof=1) / len(two)
    error = math.sqrt(sum(errors))
    if error <= 0:
        return difference, 0.0, float(difference == 0)
    freedom = sum(errors) ** 2 / (errors[0] ** 2 / (len(one) - 1) + errors[1] ** 2 / (len(two) - 1))
    half = float(stats.t.ppf(0.5 + confidence / 2, freedom)) * error
    return difference, half, float(2 * stats.t.sf(abs(difference) / error, freedom))


class SplitPolicy:
    """Two policies in one population; each decides and learns for its own customers alone."""

    def __init__(
        self, first: PopulationPolicy, second: PopulationPolicy, seed: int, share: float = 0.5
    ) -> None:
        """Take two policies, and the seed and share by which customers are drawn."""
        if not 0 < share < 1:
            raise SalonError(f"A share lies between 0 and 1, and this is {share!r}.")
        self.name = f"{first.name} or {second.name}"
        self._policies = first, second
        self._seed, self._share = seed, share
        self.second_arm: Bools = np.zeros(0, dtype=np.bool_)
        """(N,): who is looked after by the second."""

    def start(self, actions: Actions, segments: int, size: int) -> None:
        """Draw the arms, and start both policies."""
        self.second_arm = np.empty(size, dtype=np.bool_)
        for part, rows in enumerate(parts(size)):
            lot = generator(self._seed, Kind.SPLIT, part, 0).random(rows.stop - rows.start)
            self.second_arm[rows] = lot >= self._share
        for policy in self._policies:
            policy.start(actions, segments, size)

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Let each policy decide for its customers."""
        second = self.second_arm[view.rows]
        one, two = (policy.decide(view, rng) for policy in self._policies)
        return Choice(
            np.where(second, two.action, one.action),
            np.where(second, two.propensity, one.propensity),
            np.where(second, two.idle, one.idle),
        )

    def learn(self, view: View, action: Ints, result: Result, mine: Bools | None = None) -> None:
        """Let each policy learn from its customers."""
        second = self.second_arm[view.rows]
        for policy, own in zip(self._policies, (~second, second), strict=True):
            policy.learn(view, action, result, own if mine is None else own & mine)

    def end_day(self) -> None:
        """End the day of both."""
        for policy in self._policies:
            policy.end_day()
