"""Fitting a whole customer base: calibrated up to a day, held against what came after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from core.errors import InsufficientData, PredictionError
from core.prediction.models.bg_nbd_fit import BgNbdFit, fit_bg_nbd
from core.prediction.models.gamma_gamma import GammaGammaFit, fit_gamma_gamma, lifetime_value
from core.prediction.models.metrics import Scores, score
from core.prediction.models.summary import WEEK, Integers, Purchases, Summary, summarise

NOT_IDENTIFIED = "dropout not identified"
YEAR = 52
"""Weeks over which a customer's value is told."""
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Holdout:
    """What the model expected of the calibrated customers afterwards, and what they did."""

    days: int
    predicted: float
    """Purchases of all customers."""
    actual: int
    buyers: Scores
    """Of the predicted probability that a customer buys at all."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "days": self.days,
            "weeks": round(self.days / WEEK, 2),
            "predicted": round(self.predicted, 2),
            "actual": self.actual,
            "buyers": self.buyers.to_json(),
        }


@dataclass(frozen=True, slots=True)
class BaseFit:
    """A customer base, fitted."""

    until: date
    number: Integers
    """Which customers; shape (customers,)."""
    summary: Summary
    bg_nbd: BgNbdFit
    gamma_gamma: GammaGammaFit | None
    holdout: Holdout | None
    notes: tuple[str, ...]
    """What could not be told, in sentences."""

    def yearly_value(self) -> float | None:
        """Return the mean money expected of a customer in the next 52 weeks; `None` if unknown."""
        if self.gamma_gamma is None or self.gamma_gamma.model.q <= 1:
            return None
        value = lifetime_value(self.bg_nbd.model, self.gamma_gamma.model, self.summary, weeks=YEAR)
        return float(np.mean(value))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; what is not identified is null."""
        fit, model = self.bg_nbd, self.bg_nbd.model
        rate = fit.dropout_rate
        return {
            "until": self.until.isoformat(),
            "customers": len(self.summary),
            "repeat_purchases": int(self.summary.x.sum()),
            "bg_nbd": {
                "r": round(model.r, _DIGITS),
                "alpha": round(model.alpha, _DIGITS),
                "a": round(model.a, _DIGITS),
                "b": round(model.b, _DIGITS),
                "unit": "week",
                "log_likelihood": round(fit.log_likelihood, 4),
                "dropout_identified": fit.dropout_identified,
                "dropout_rate": None if rate is None else round(rate, _DIGITS),
            },
            "gamma_gamma": None if self.gamma_gamma is None else _spend_json(self.gamma_gamma),
            "yearly_value": self.yearly_value(),
            "holdout": None if self.holdout is None else self.holdout.to_json(),
            "notes": list(self.notes),
        }


def fit_base(purchases: Purchases, until: date, last: date) -> BaseFit:
    """Fit BG/NBD, and Gamma-Gamma where amounts are known.

    Args:
        purchases: All of them, days as `date.toordinal` counts them.
        until: The last day the models see.
        last: The last day on record; what lies between is the holdout.

    Raises:
        InsufficientData: there is too little to fit BG/NBD to.
        PredictionError: it cannot be fitted, or `until` lies outside the data.
    """
    end = until.toordinal()
    number, summary = summarise(purchases, end)
    if len(number) == 0 or until > last:
        raise PredictionError(
            f"{until} lies outside the data.", f"It ends on {last}; name a day within it."
        )
    fit = fit_bg_nbd(summary)
    notes = []
    if not fit.dropout_identified:
        notes.append(f"{NOT_IDENTIFIED}: {fit.reason}")
    spend = None
    if summary.spend is not None:
        try:
            spend = fit_gamma_gamma(summary)
        except InsufficientData as error:
            notes.append(str(error))
    days = last.toordinal() - end
    held = _holdout(fit, purchases, number, summary, end, days) if days else None
    return BaseFit(until, number, summary, fit, spend, held, tuple(notes))


def _holdout(
    fit: BgNbdFit,
    purchases: Purchases,
    number: Integers,
    summary: Summary,
    end: int,
    days: int,
) -> Holdout:
    bought = purchases.count(end, end + days)[number]
    weeks = days / WEEK
    return Holdout(
        days=days,
        predicted=float(fit.model.expected(weeks, summary).sum()),
        actual=int(bought.sum()),
        buyers=score((bought > 0).astype(np.float64), fit.model.buys(weeks, summary)),
    )


def _spend_json(fit: GammaGammaFit) -> dict[str, Any]:
    model = fit.model
    return {
        "p": round(model.p, _DIGITS),
        "q": round(model.q, _DIGITS),
        "v": round(model.v, _DIGITS),
        "log_likelihood": round(fit.log_likelihood, 4),
        "customers": fit.customers,
        "correlation": round(fit.correlation, 4),
    }
