"""The Beta distribution in pure Python: what is believed of a success rate, and who is best.

Small and exact enough for a ledger; populations use arrays instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import mul
from typing import NamedTuple

_TINY = 1e-300
_STEPS = 64
"""Points of the grid on which the chance of being best is summed."""
_NEWTON = 100
"""Most steps towards a quantile; about six are taken."""
_REACH = 8.0
"""Standard deviations of an arm that the grid covers."""


class Beta(NamedTuple):
    """Belief about a rate: `a` successes and `b` failures, its prior's included."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """The expected rate."""
        return self.a / (self.a + self.b)

    @property
    def deviation(self) -> float:
        """The standard deviation of the rate."""
        total = self.a + self.b
        return math.sqrt(self.a * self.b / (total * total * (total + 1)))

    def below(self, rate: float) -> float:
        """Return the probability that the rate is at most `rate`.

        The regularised incomplete beta function by its continued fraction (Press et al.,
        Numerical Recipes, 6.4), with Lentz's method.
        """
        if rate <= 0:
            return 0.0
        if rate >= 1:
            return 1.0
        a, b = self
        front = math.exp(
            math.lgamma(a + b)
            - math.lgamma(a)
            - math.lgamma(b)
            + a * math.log(rate)
            + b * math.log1p(-rate)
        )
        if rate < (a + 1) / (a + b + 2):
            return min(1.0, front * _fraction(a, b, rate) / a)
        return max(0.0, 1 - front * _fraction(b, a, 1 - rate) / b)

    def quantile(self, probability: float) -> float:
        """Return the rate below which `probability` of the belief lies.

        By Newton's method, with bisection wherever that would leave what is known to hold it.
        """
        low, high, rate = 0.0, 1.0, self.mean
        for _ in range(_NEWTON):
            excess = self.below(rate) - probability
            low, high = (low, rate) if excess > 0 else (rate, high)
            slope = self._density(rate)
            step = excess / slope if slope > _TINY else math.inf
            better = rate - step
            if not low < better < high:
                better = (low + high) / 2
            if abs(better - rate) <= 1e-13:
                break
            rate = better
        return rate

    def _density(self, rate: float) -> float:
        if not 0 < rate < 1:
            return 0.0
        a, b = self
        return math.exp(
            math.lgamma(a + b)
            - math.lgamma(a)
            - math.lgamma(b)
            + (a - 1) * math.log(rate)
            + (b - 1) * math.log1p(-rate)
        )

    def interval(self, width: float) -> tuple[float, float]:
        """Return the central interval that holds `width` of the belief."""
        tail = (1 - width) / 2
        return self.quantile(tail), self.quantile(1 - tail)


def student_quantile(probability: float, freedom: float) -> float:
    """Return the quantile of Student's t, for a probability of a half or more.

    Through the incomplete beta function: for t ≥ 0, P(T > t) = I_x(ν/2, 1/2)/2 with
    x = ν/(ν + t²) (Abramowitz and Stegun, 26.7.1).
    """
    x = Beta(freedom / 2, 0.5).quantile(2 * (1 - probability))
    return math.sqrt(freedom * (1 - x) / x)


class Stake(NamedTuple):
    """What an action is worth in money (or in points): when it succeeds, and when it fails."""

    win: float = 1.0
    loss: float = 0.0

    def value(self, rate: float) -> float:
        """Return the expected net value at a success rate."""
        return self.loss + rate * (self.win - self.loss)

    def rate(self, value: float) -> float:
        """Return the success rate at which `value` is expected; may lie outside 0 to 1."""
        return (value - self.loss) / (self.win - self.loss)


def chance_of_best(beliefs: Sequence[Beta], stakes: Sequence[Stake]) -> list[float]:
    """Return for each arm the probability that its expected net value is the highest.

    Sums, over a grid of values, the mass of one arm times the chance that all others lie
    below; arms are independent. The results sum to one.
    """
    if len(beliefs) == 1:
        return [1.0]
    edges = _edges(beliefs, stakes)
    below = [
        [belief.below(stake.rate(edge)) for edge in edges]
        for belief, stake in zip(beliefs, stakes, strict=True)
    ]
    for row in below:
        row[0], row[-1] = 0.0, 1.0
    middle = [[(low + high) / 2 for low, high in pairwise(row)] for row in below]
    chances = []
    for arm, row in enumerate(below):
        others = [each for index, each in enumerate(middle) if index != arm]
        mass = [high - low for low, high in pairwise(row)]
        under = (math.prod(column) for column in zip(*others, strict=True))
        chances.append(sum(map(mul, mass, under)))
    total = sum(chances)
    return [each / total for each in chances]


def chance_of_more(belief: Beta, stake: Stake, than: Beta, its_stake: Stake) -> float:
    """Return the probability that one arm's net value is higher than another's."""
    return chance_of_best((belief, than), (stake, its_stake))[0]


def _edges(beliefs: Sequence[Beta], stakes: Sequence[Stake]) -> list[float]:
    """Return grid edges from where nobody can be best any more to the highest value there is."""
    reach = [
        (
            stake.value(max(0.0, belief.mean - _REACH * belief.deviation)),
            stake.value(min(1.0, belief.mean + _REACH * belief.deviation)),
        )
        for belief, stake in zip(beliefs, stakes, strict=True)
    ]
    low = max(low for low, _ in reach)
    high = max(high for _, high in reach)
    if high <= low:
        high = low + 1e-9
    return [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, _safe(1 - (a + b) * x / (a + 1))
    d = 1 / d
    value = d
    for m in range(1, 400):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _safe(1 + term * d)
            c = _safe(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-13:
            break
    return value


def _safe(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


WEAKEST, STRONGEST = 2.0, 200.0
"""Bounds of the strength, in customers' own trials that it weighs as much as."""


def strength(groups: Iterable[Sequence[tuple[float, float]]], *, default: float) -> float:
    """Estimate the strength κ of a Beta(κm, κ(1−m)) prior by the method of moments.

    The spread of rates between the members of a group, beyond what chance alone would give,
    yields their intraclass correlation ρ; κ = 1/ρ − 1 (Kleinman, JASA 1973). Groups are pooled.

    Args:
        groups: (trials, successes) of each member, a group for each segment and action.
        default: what is returned as long as no group tells anything.
    """
    excess = room = 0.0
    for members in groups:
        tried = [(n, wins) for n, wins in members if n > 0]
        total = sum(n for n, _ in tried)
        if len(tried) < 2 or total <= 0:
            continue
        mean = sum(wins for _, wins in tried) / total
        chance = mean * (1 - mean)
        spread = sum(n * (wins / n - mean) ** 2 for n, wins in tried)
        excess += spread - (len(tried) - 1) * chance
        room += chance * (total - sum(n * n for n, _ in tried) / total - (len(tried) - 1))
    return from_moments(excess, room, default)


def from_moments(excess: float, room: float, default: float) -> float:
    """Return κ from the pooled excess of the spread and what it is a share of."""
    if room <= 0:
        return default
    correlation = excess / room
    if correlation <= 0:
        return STRONGEST
    return min(STRONGEST, max(WEAKEST, 1 / correlation - 1))
