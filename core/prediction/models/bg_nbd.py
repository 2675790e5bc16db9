"""BG/NBD: how often customers buy, and when they silently stop.

Fader, Hardie & Lee, "Counting Your Customers the Easy Way", Marketing Science 24 (2005). A
customer buys at a rate λ ~ Gamma(r, α) and drops out after any purchase with a probability
p ~ Beta(a, b). Equation numbers below are those of the paper; time is in weeks throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammaln

from core.prediction.models.mean_purchases import mean_purchases
from core.prediction.models.summary import Floats, Summary


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The model with its four parameters, all positive."""

    r: float
    """Shape of the rates at which customers buy."""
    alpha: float
    """Rate parameter of the same, in weeks: the mean rate is r/α a week."""
    a: float
    b: float
    """Of the chance to drop out after a purchase, whose mean is a/(a+b)."""

    def log_likelihood(self, summary: Summary) -> Floats:
        """Return each customer's log-likelihood (eq. 6), computed in logarithms."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x = summary.x
        shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        shared += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        alive = -(r + x) * np.log(alpha + summary.age)
        gone = np.full(x.shape, -np.inf)
        some = x > 0
        gone[some] = np.log(a) - np.log(b + x[some] - 1)
        gone[some] -= (r + x[some]) * np.log(alpha + summary.tx[some])
        result: Floats = shared + np.logaddexp(alive, gone)
        return result

    def alive(self, summary: Summary) -> Floats:
        """Return the probability that each customer has not dropped out yet.

        Whoever never bought again is alive for sure: dropout follows repeats only.
        """
        x = summary.x
        safe = np.maximum(x, 1)
        odds = np.log(self.b + safe - 1) - np.log(self.a)
        odds -= (self.r + x) * (np.log(self.alpha + summary.age) - np.log(self.alpha + summary.tx))
        result: Floats = np.where(x > 0, expit(odds), 1.0)
        return result

    def expected(self, weeks: float | Floats, summary: Summary) -> Floats:
        """Return how many purchases each customer is expected to make in the next `weeks` (eq. 10).

        Computed as an integral, one for all customers with the same number of purchases; see
        `core.prediction.models.mean_purchases`.
        """
        tau = np.asarray(weeks, dtype=np.float64) / (self.alpha + summary.age)
        result = self.alive(summary)
        counts, where = np.unique(summary.x, return_inverse=True)
        for i, x in enumerate(counts):
            them = np.flatnonzero(where.reshape(-1) == i)
            result[them] *= mean_purchases(self.a, self.b + x, self.r + x, tau[them])
        return result

    def buys(self, weeks: float | Floats, summary: Summary) -> Floats:
        """Return the probability that each customer buys at least once in the next `weeks`.

        Whoever is alive has a rate ~ Gamma(r + x, α + T), and cannot drop out before buying.
        """
        waited = np.log1p(np.asarray(weeks) / (self.alpha + summary.age))
        result: Floats = -self.alive(summary) * np.expm1(-(self.r + summary.x) * waited)
        return result

    def expected_of_new(self, weeks: Floats) -> Floats:
        """Return the purchases expected of somebody in the `weeks` after their first (eq. 9)."""
        nothing = np.zeros_like(weeks)
        return self.expected(weeks, Summary(nothing, nothing, nothing))


@dataclass(frozen=True, slots=True)
class Simulated:
    """Customers drawn from the model, with what nobody can observe; shape (customers,) each."""

    summary: Summary
    rate: Floats
    """λ, a week."""
    dropout: Floats
    """p, after each purchase."""
    alive: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """Whether each has not dropped out by the end."""


def simulate(model: BgNbd, age: Floats, rng: np.random.Generator) -> Simulated:
    """Draw one customer for each age (weeks observed since the first purchase)."""
    count = len(age)
    rate = rng.gamma(model.r, 1 / model.alpha, count)
    dropout = rng.beta(model.a, model.b, count)
    x, tx = np.zeros(count), np.zeros(count)
    alive = np.ones(count, dtype=np.bool_)
    now = np.zeros(count)
    going = np.arange(count)
    while len(going):
        with np.errstate(divide="ignore"):  # a rate may round to zero: never again
            now[going] += rng.standard_exponential(len(going)) / rate[going]
        going = going[now[going] <= age[going]]
        x[going] += 1
        tx[going] = now[going]
        gone = rng.random(len(going)) < dropout[going]
        alive[going[gone]] = False
        going = going[~gone]
    return Simulated(Summary(x, tx, age), rate, dropout, alive)
