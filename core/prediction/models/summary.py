"""From purchases to what the models need of each customer: frequency, recency, age, spend.

The conventions are those of Fader & Hardie ("Creating an RFM summary", 2020): a day counts
once however often somebody bought on it, the first purchase starts the customer's life and
is no repeat, and only repeats count for the mean spend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

WEEK = 7.0
"""Days in the unit of time in which the models are fitted and their parameters told."""


@dataclass(frozen=True, slots=True)
class Purchases:
    """One entry a customer and day on which they bought, sorted by customer, then by day."""

    customer: Integers
    """Numbers of customers, from 0 without gaps; shape (entries,)."""
    day: Integers
    """Days since any fixed date; shape (entries,)."""
    amount: Floats | None
    """Money spent that day, or `None` where that is not known; shape (entries,)."""
    customers: int
    """How many customers there are."""

    @classmethod
    def collect(
        cls,
        customers: Sequence[int] | Integers,
        days: Sequence[int] | Integers,
        amounts: Sequence[float] | Floats | None = None,
    ) -> Purchases:
        """Sort purchases in any order, and merge what a customer bought on one day."""
        customer = np.asarray(customers, dtype=np.int64)
        day = np.asarray(days, dtype=np.int64)
        amount = None if amounts is None else np.asarray(amounts, dtype=np.float64)
        if len(customer) == 0:
            return cls(customer, day, amount, 0)
        order = np.lexsort((day, customer))
        customer, day = customer[order], day[order]
        new = np.ones(len(customer), dtype=np.bool_)
        new[1:] = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
        starts = np.flatnonzero(new)
        merged = None if amount is None else np.add.reduceat(amount[order], starts)
        return cls(customer[starts], day[starts], merged, int(customer[-1]) + 1)

    def until(self, day: int) -> Purchases:
        """Return the purchases up to and with `day`; customers keep their numbers."""
        kept = self.day <= day
        amount = None if self.amount is None else self.amount[kept]
        return Purchases(self.customer[kept], self.day[kept], amount, self.customers)

    def count(self, after: int, until: int) -> Integers:
        """Return on how many days of (after, until] each customer bought; shape (customers,)."""
        inside = (self.day > after) & (self.day <= until)
        return np.bincount(self.customer[inside], minlength=self.customers).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Summary:
    """What BG/NBD and Gamma-Gamma need of each customer; all arrays of shape (customers,)."""

    x: Floats
    """Repeat purchases."""
    tx: Floats
    """Time from the first purchase to the last one, in weeks; 0 where there is no repeat."""
    age: Floats
    """Time from the first purchase to the end of observation (T of the papers), in weeks."""
    spend: Floats | None = None
    """Mean money of a repeat purchase; 0 where there is none, `None` where it is not known."""

    def __len__(self) -> int:
        return len(self.x)

    def rows(self, chosen: Integers) -> Summary:
        """Return the summary of some customers, by their places in this one."""
        spend = None if self.spend is None else self.spend[chosen]
        return Summary(self.x[chosen], self.tx[chosen], self.age[chosen], spend)


def summarise(purchases: Purchases, end: int, unit: float = WEEK) -> tuple[Integers, Summary]:
    """Return the numbers of the customers who bought until `end`, and their summary.

    Args:
        purchases: All of them; those after `end` are left out.
        end: The last day of observation.
        unit: Days in a unit of time.
    """
    seen = purchases.until(end)
    number, first_at, entries = np.unique(seen.customer, return_index=True, return_counts=True)
    if len(number) == 0:
        nothing = np.zeros(0)
        return number, Summary(nothing, nothing, nothing)
    first = seen.day[first_at]
    last = seen.day[first_at + entries - 1]
    x = (entries - 1).astype(np.float64)
    spend = None
    if seen.amount is not None:
        total = np.add.reduceat(seen.amount, first_at) - seen.amount[first_at]
        spend = np.divide(total, x, out=np.zeros_like(x), where=x > 0)
    return number, Summary(x, (last - first) / unit, (end - first) / unit, spend)
