"""Differences between two settings of the same people, and how sure they are.

Scenes of one person are not independent, people are: so a difference is taken within each
person, over the scenes that both settings have, and its interval is Student's t over people.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from core.clm.beta import Beta

LEVEL = 0.95
"""Share of such intervals that hold the true difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more one setting has of something than another, by person."""

    mean: float
    low: float | None
    """`None`, as `high`, where one person alone says nothing of others."""
    high: float | None
    people: int

    @property
    def sure(self) -> bool:
        """Whether no difference at all lies outside the interval."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "mean": round(self.mean, 6),
            "low": None if self.low is None else round(self.low, 6),
            "high": None if self.high is None else round(self.high, 6),
            "people": self.people,
            "sure": self.sure,
        }


def paired(
    one: Mapping[tuple[str, str], float], other: Mapping[tuple[str, str], float]
) -> Difference | None:
    """Return how much more `one` has than `other`; `None` where they share nothing.

    Both are by person and scene; what only one of them has is left out.
    """
    by_person: dict[str, list[float]] = {}
    for place in one.keys() & other.keys():
        by_person.setdefault(place[0], []).append(one[place] - other[place])
    if not by_person:
        return None
    return of_people([fmean(each) for _, each in sorted(by_person.items())])


def of_people(values: Sequence[float]) -> Difference:
    """Return the mean of one number a person, with its interval."""
    mean, count = fmean(values), len(values)
    if count < 2:
        return Difference(mean, None, None, count)
    reach = t_quantile(count - 1) * stdev(values) / math.sqrt(count)
    return Difference(mean, mean - reach, mean + reach, count)


def t_quantile(freedom: int, level: float = LEVEL) -> float:
    """Return how many standard errors lie on either side of a mean in an interval.

    By the relation of Student's t to the Beta distribution (Abramowitz and Stegun, 26.7.1):
    df / (df + t²) is Beta(df / 2, 1 / 2).
    """
    x = Beta(freedom / 2, 0.5).quantile(1 - level)
    return math.sqrt(freedom * (1 - x) / x)
