"""Fitting BG/NBD by maximum likelihood, and saying when the data does not tell of dropout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln
from scipy.stats import chi2

from core.errors import InsufficientData, PredictionError
from core.prediction.models.bg_nbd import BgNbd
from core.prediction.models.summary import Floats, Summary

FEWEST_CUSTOMERS = 20
FEWEST_REPEATS = 20
"""Below these the four parameters are noise."""

_EDGE = math.log(1e5)
"""Log-parameters are looked for in ±this, time being scaled to a mean age of 1."""
_SIGNIFICANCE = 0.01
Bounds: TypeAlias = Sequence[tuple[float, float]]
_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 0.1, 0.5, 3.0))


@dataclass(frozen=True, slots=True)
class BgNbdFit:
    """A fitted model and how far it is to be believed."""

    model: BgNbd
    log_likelihood: float
    customers: int
    dropout_identified: bool
    """Whether the data tells dropout from mere slowness; if not, α and r alone mean something."""
    reason: str
    """Why dropout is not identified, in a few words; empty where it is."""

    @property
    def dropout_rate(self) -> float | None:
        """The mean chance to drop out after a purchase; `None` where it is not identified."""
        model = self.model
        return model.a / (model.a + model.b) if self.dropout_identified else None


def fit_bg_nbd(summary: Summary) -> BgNbdFit:
    """Fit BG/NBD to customers by maximum likelihood.

    Raises:
        InsufficientData: there is too little of it.
        PredictionError: no maximum was found.
    """
    _refuse_too_little(summary)
    scale = float(summary.age.mean())
    scaled = Summary(summary.x, summary.tx / scale, summary.age / scale)
    likelihood = _Likelihood(scaled)
    bounds = ((-_EDGE, _EDGE),) * 4
    found = [likelihood.minimum(np.log(start), bounds) for start in _STARTS]
    logs, least = min(found, key=lambda each: each[1])
    if not math.isfinite(least):
        raise PredictionError(
            "BG/NBD finds no maximum of the likelihood.", "Look for impossible dates in the data."
        )
    r, alpha, a, b = (float(each) for each in np.exp(logs))
    reason = _unidentified(likelihood, logs, -least)
    return BgNbdFit(
        model=BgNbd(r, alpha * scale, a, b),
        log_likelihood=-least - float(summary.x.sum()) * math.log(scale),
        customers=len(summary),
        dropout_identified=not reason,
        reason=reason,
    )


def _refuse_too_little(summary: Summary) -> None:
    repeats = int(summary.x.sum())
    if len(summary) < FEWEST_CUSTOMERS or repeats < FEWEST_REPEATS:
        raise InsufficientData(
            f"BG/NBD cannot be fitted to {len(summary)} customers with {repeats} repeat purchases.",
            f"It takes at least {FEWEST_CUSTOMERS} customers and {FEWEST_REPEATS} repeats.",
        )
    if not float(summary.age.mean()) > 0:
        raise InsufficientData(
            "All customers bought for the first time on the last day.", "Name a later --until."
        )


class _Likelihood:
    """The likelihood of customers, as a function of log-parameters.

    Gamma functions are evaluated once for each distinct number of purchases.
    """

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self._counts, where = np.unique(summary.x, return_inverse=True)
        self._where = where.reshape(-1)
        self._weights = np.bincount(self._where) / len(summary)
        self._some = summary.x > 0

    def minimum(self, start: Floats, bounds: Bounds) -> tuple[Floats, float]:
        """Return the log-parameters within bounds where the likelihood is greatest.

        The second value is minus the log-likelihood of all customers there.
        """
        found = minimize(
            self.objective,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )
        return np.asarray(found.x, dtype=np.float64), float(found.fun) * len(self._summary)

    def objective(self, logs: Floats) -> tuple[float, Floats]:
        """Return minus the mean log-likelihood, and its gradient."""
        r, alpha, a, b = np.exp(logs)
        k, summary, some = self._counts, self._summary, self._some
        shared = gammaln(r + k) - gammaln(r) + r * np.log(alpha)
        shared += gammaln(a + b) + gammaln(b + k) - gammaln(b) - gammaln(a + b + k)
        log_age, log_last = np.log(alpha + summary.age), np.log(alpha + summary.tx)
        alive = -(r + summary.x) * log_age
        gone = np.full_like(alive, -np.inf)
        gone[some] = np.log(a) - np.log(b + summary.x[some] - 1)
        gone[some] -= (r + summary.x[some]) * log_last[some]
        both = np.logaddexp(alive, gone)
        value = float(self._weights @ shared + both.mean())

        w = np.exp(gone - both)  # how likely each customer has dropped out
        slope_alpha = (1 - w) / (alpha + summary.age) + w / (alpha + summary.tx)
        ends = digamma(a + b) - digamma(a + b + k)
        gradient = np.array([
            self._weights @ (digamma(r + k) - digamma(r))
            + np.log(alpha)
            - float(((1 - w) * log_age + w * log_last).mean()),
            r / alpha - float(((r + summary.x) * slope_alpha).mean()),
            self._weights @ ends + float(w.mean()) / a,
            self._weights @ (ends + digamma(b + k) - digamma(b))
            - float(np.divide(w, b + summary.x - 1, where=some, out=np.zeros_like(w)).mean()),
        ])
        return -value, -gradient * np.exp(logs)


def _unidentified(likelihood: _Likelihood, best: Floats, value: float) -> str:
    """Say why dropout is not identified; empty where it is.

    The maximum is held against those on two edges of the model: nobody ever drops out (a → 0),
    and everybody does with the same chance (a and b → ∞). Where an edge explains the data as
    well, the fit merely wanders along a ridge. The likelihood ratios are held against χ² with
    as many degrees of freedom as parameters fall away, which on an edge errs on the side of
    "not identified" (Self & Liang, JASA 82, 1987).

    Args:
        likelihood: That of the data.
        best: The log-parameters where it is greatest; the searches on the edges begin there.
        value: The log-likelihood there.
    """
    free = (-_EDGE, _EDGE)
    edges = (
        ((-_EDGE, -_EDGE), (_EDGE, _EDGE), 2, "a model without dropout"),
        (free, (_EDGE, _EDGE), 1, "a model in which everybody drops out alike"),
    )
    for a, b, fewer, what in edges:
        mean = best[2] - np.logaddexp(best[2], best[3])
        start = np.array([*best[:2], np.clip(_EDGE + mean, *a), b[0]])
        there = -likelihood.minimum(start, (free, free, a, b))[1]
        if 2 * (value - there) < float(chi2.isf(_SIGNIFICANCE, fewer)):
            return f"{what} explains the data as well"
    return ""
