"""What a classifier is told of each customer: recency, frequency, money, in logarithms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.prediction.models.summary import Floats, Integers, Purchases, summarise

LOOK_BACK = 4
"""Horizons that the wider window of activity reaches back."""


@dataclass(frozen=True, slots=True)
class Features:
    """The customers who did anything by some day, and what is told of them."""

    number: Integers
    """Which customers; shape (rows,)."""
    values: Floats
    """log(1 + value), times in days, of: repeats, days since the last one, days since the
    first, active days of the last horizon and of the last few horizons, and, where money is
    known, the mean spend of a repeat; shape (rows, 5 or 6)."""


def features_at(purchases: Purchases, day: int, horizon: int) -> Features:
    """Return the features of customers as they stood at the end of `day`.

    Args:
        purchases: All of them; nothing after `day` is looked at.
        day: The last day looked at.
        horizon: Days of the window in which recent activity is counted.
    """
    number, summary = summarise(purchases, day, unit=1.0)
    recent = purchases.count(day - horizon, day)[number]
    wider = purchases.count(day - LOOK_BACK * horizon, day)[number]
    columns = [summary.x, summary.age - summary.tx, summary.age, recent, wider]
    if summary.spend is not None:
        columns.append(summary.spend)
    return Features(number, np.log1p(np.column_stack(columns).astype(np.float64)))


def outcomes_after(purchases: Purchases, number: Integers, day: int, horizon: int) -> Floats:
    """Return 1 for each customer who did anything in (day, day + horizon], else 0."""
    happened: Floats = (purchases.count(day, day + horizon)[number] > 0).astype(np.float64)
    return happened
