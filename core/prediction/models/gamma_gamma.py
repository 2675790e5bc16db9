"""Gamma-Gamma: how much a customer spends when they buy, and what they are worth.

Fader & Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). Each purchase's money is
Gamma(p, ν) with ν ~ Gamma(q, v) over customers, independent of how often they buy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from core.errors import InsufficientData, PredictionError
from core.prediction.models.bg_nbd import BgNbd
from core.prediction.models.summary import Floats, Summary

FEWEST_SPENDERS = 20
"""Customers with a repeat purchase that cost something, below which nothing is fitted."""
_EDGE = np.log(1e5)


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The model with its three parameters, all positive."""

    p: float
    q: float
    v: float
    """In the currency of the data."""

    def expected_spend(self, x: Floats, spend: Floats) -> Floats:
        """Return the mean spend a purchase expected of each customer (eq. 5).

        It lies between what they spent on their `x` repeats and what everybody does; of
        somebody without repeats it is the latter, p·v/(q−1), which is infinite for q ≤ 1.
        """
        denominator = self.p * x + self.q - 1
        value: Floats = np.full(x.shape, np.inf)
        np.divide(self.p * (self.v + x * spend), denominator, out=value, where=denominator > 0)
        return value


@dataclass(frozen=True, slots=True)
class GammaGammaFit:
    """A fitted model and how far its assumption holds."""

    model: GammaGamma
    log_likelihood: float
    customers: int
    """With a repeat purchase that cost something; the others do not count."""
    correlation: float
    """Of frequency and spend among them: the model takes it for 0."""


def fit_gamma_gamma(summary: Summary) -> GammaGammaFit:
    """Fit Gamma-Gamma by maximum likelihood to the customers with repeat purchases.

    Raises:
        InsufficientData: too few customers bought again.
        PredictionError: the summary knows of no spend, or the fit runs to a boundary.
    """
    if summary.spend is None:
        raise PredictionError("Gamma-Gamma needs amounts of money.", "Name their column.")
    some = (summary.x > 0) & (summary.spend > 0)
    if int(some.sum()) < FEWEST_SPENDERS:
        raise InsufficientData(
            f"Gamma-Gamma cannot be fitted to {int(some.sum())} customers with a repeat purchase.",
            f"It takes at least {FEWEST_SPENDERS} who bought again, for money.",
        )
    x, scale = summary.x[some], float(summary.spend[some].mean())
    spend = summary.spend[some] / scale

    def objective(logs: Floats) -> tuple[float, Floats]:
        return _objective(np.exp(logs), x, spend)

    found = minimize(
        objective,
        np.zeros(3),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_EDGE, _EDGE)] * 3,
        options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-9},
    )
    p, q, v = (float(each) for each in np.exp(found.x))
    if not np.isfinite(found.fun) or float(np.abs(found.x).max()) > _EDGE * 0.95:
        raise PredictionError(
            "Gamma-Gamma cannot be fitted: its parameters run to a boundary.",
            "Look whether all amounts are the same.",
        )
    return GammaGammaFit(
        model=GammaGamma(p, q, v * scale),
        log_likelihood=-float(found.fun) * len(x) - len(x) * float(np.log(scale)),
        customers=len(x),
        correlation=_correlation(x, spend),
    )


def _objective(parameters: Floats, x: Floats, m: Floats) -> tuple[float, Floats]:
    """Return minus the mean log-likelihood (eq. 1a) and its gradient in log-parameters."""
    p, q, v = parameters
    px, log_sum = p * x, np.log(v + m * x)
    each = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v)
    each += (px - 1) * np.log(m) + px * np.log(x) - (px + q) * log_sum
    gradient = np.array([
        (x * (digamma(px + q) - digamma(px) + np.log(m) + np.log(x) - log_sum)).mean(),
        (digamma(px + q) - digamma(q) + np.log(v) - log_sum).mean(),
        (q / v - (px + q) / (v + m * x)).mean(),
    ])
    return -float(each.mean()), -gradient * parameters


def _correlation(x: Floats, spend: Floats) -> float:
    if np.ptp(x) == 0 or np.ptp(spend) == 0:
        return 0.0
    return float(np.corrcoef(x, spend)[0, 1])


def lifetime_value(
    purchases: BgNbd,
    spend: GammaGamma,
    summary: Summary,
    *,
    weeks: int = 52,
    discount: float = 0.0,
    margin: float = 1.0,
) -> Floats:
    """Return the money each customer is expected to bring in the next `weeks`, discounted.

    Args:
        purchases: How often they buy.
        spend: How much they then spend.
        summary: The customers, with their spend.
        weeks: How far to look.
        discount: The rate a week at which later money is worth less.
        margin: The share of the spend that counts.

    Raises:
        PredictionError: the summary knows of no spend.
    """
    if summary.spend is None:
        raise PredictionError("A customer's value needs amounts of money.", "Name their column.")
    total = np.zeros(len(summary))
    before = np.zeros(len(summary))
    for week in range(1, weeks + 1):
        until = purchases.expected(float(week), summary)
        total += (until - before) / (1 + discount) ** week
        before = until
    value: Floats = margin * spend.expected_spend(summary.x, summary.spend) * total
    return value
