"""How good predicted probabilities are: ranking, error and calibration.

All take outcomes (0 or 1) and predicted probabilities of 1, arrays of one shape (n,).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata

from core.errors import PredictionError
from core.prediction.models.summary import Floats

BINS = 10
"""Of equal width, as in Naeini, Cooper & Hauskrecht (AAAI 2015)."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One row of a reliability table: what was predicted, and what then happened."""

    low: float
    high: float
    count: int
    predicted: float
    """Mean probability of those in the bin."""
    observed: float
    """Share of them whose outcome was 1."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The usual figures together."""

    count: int
    base_rate: float
    auc: float | None
    """`None` where all outcomes are the same: there is nothing to rank."""
    brier: float
    log_loss: float
    ece: float

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values, to four places."""
        return {
            "count": self.count,
            "base_rate": round(self.base_rate, 4),
            "auc": None if self.auc is None else round(self.auc, 4),
            "brier": round(self.brier, 4),
            "log_loss": round(self.log_loss, 4),
            "ece": round(self.ece, 4),
        }


def auc(outcomes: Floats, predicted: Floats) -> float | None:
    """Return the area under the ROC curve: the chance that a 1 is ranked above a 0.

    Ties count half (the Mann–Whitney statistic). `None` where all outcomes are the same.
    """
    ones = int(outcomes.sum())
    zeros = len(outcomes) - ones
    if not ones or not zeros:
        return None
    ranks = rankdata(predicted)
    above = float(ranks[outcomes == 1].sum()) - ones * (ones + 1) / 2
    return above / (ones * zeros)


def brier(outcomes: Floats, predicted: Floats) -> float:
    """Return the mean squared error of the probabilities (Brier 1950)."""
    return float(np.mean((predicted - outcomes) ** 2))


def log_loss(outcomes: Floats, predicted: Floats) -> float:
    """Return minus the mean log-likelihood in nats; probabilities are kept 1e-12 from 0 and 1."""
    p = np.clip(predicted, 1e-12, 1 - 1e-12)
    return -float(np.mean(outcomes * np.log(p) + (1 - outcomes) * np.log1p(-p)))


def reliability(outcomes: Floats, predicted: Floats, bins: int = BINS) -> list[Bin]:
    """Return the bins of equal width over [0, 1] that hold any prediction, lowest first."""
    which = np.minimum((predicted * bins).astype(np.int64), bins - 1)
    counts = np.bincount(which, minlength=bins)
    total = np.bincount(which, weights=predicted, minlength=bins)
    ones = np.bincount(which, weights=outcomes, minlength=bins)
    return [
        Bin(i / bins, (i + 1) / bins, int(n), float(total[i] / n), float(ones[i] / n))
        for i, n in enumerate(counts)
        if n
    ]


def ece(outcomes: Floats, predicted: Floats, bins: int = BINS) -> float:
    """Return the expected calibration error: the mean gap of the bins, weighted by their size."""
    rows = reliability(outcomes, predicted, bins)
    return sum(each.count * abs(each.predicted - each.observed) for each in rows) / len(outcomes)


def score(outcomes: Floats, predicted: Floats) -> Scores:
    """Return all figures.

    Raises:
        PredictionError: there are no outcomes, or something is no probability.
    """
    if len(outcomes) == 0 or outcomes.shape != predicted.shape:
        raise PredictionError("Predictions and outcomes to score do not match, or there are none.")
    if not bool(np.all((predicted >= 0) & (predicted <= 1))):
        raise PredictionError("What is scored has to be probabilities between 0 and 1.")
    if not bool(np.all((outcomes == 0) | (outcomes == 1))):
        raise PredictionError("Outcomes have to be 0 or 1.")
    return Scores(
        count=len(outcomes),
        base_rate=float(outcomes.mean()),
        auc=auc(outcomes, predicted),
        brier=brier(outcomes, predicted),
        log_loss=log_loss(outcomes, predicted),
        ece=ece(outcomes, predicted),
    )
