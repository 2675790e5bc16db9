"""A logistic regression on log-RFM features, trained on several past days at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from core.errors import InsufficientData
from core.prediction.models.features import features_at, outcomes_after
from core.prediction.models.summary import Floats, Purchases

FEWEST_OF_EACH = 20
"""Outcomes of either kind without which nothing is learnt."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted regression on standardised features."""

    mean: Floats
    scale: Floats
    weights: Floats
    """Per standard deviation, in log-odds; shape (features,), as those before."""
    intercept: float

    def contributions(self, values: Floats) -> Floats:
        """Return by how much each feature moves the log-odds; shape (rows, features)."""
        moved: Floats = (values - self.mean) / self.scale * self.weights
        return moved

    def predict(self, values: Floats) -> Floats:
        """Return probabilities; shape (rows,)."""
        result: Floats = expit(self.contributions(values).sum(axis=1) + self.intercept)
        return result


def fit_logistic(values: Floats, outcomes: Floats) -> Logistic:
    """Fit by penalised maximum likelihood (ridge with C = 1), features standardised.

    Args:
        values: Shape (rows, features).
        outcomes: 0 or 1; shape (rows,).

    Raises:
        InsufficientData: there are too few outcomes of one kind.
    """
    # It imports a terminal library where there is one, and takes a second: not before it is used.
    from sklearn.linear_model import LogisticRegression

    ones = int(outcomes.sum())
    if min(ones, len(outcomes) - ones) < FEWEST_OF_EACH:
        raise InsufficientData(
            f"Of {len(outcomes)} outcomes {ones} were a success.",
            f"It takes at least {FEWEST_OF_EACH} of either kind to learn from.",
        )
    mean = values.mean(axis=0)
    scale = values.std(axis=0)
    scale[scale < 1e-9] = 1.0
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit((values - mean) / scale, outcomes)
    return Logistic(mean, scale, np.asarray(model.coef_[0]), float(model.intercept_[0]))


def train_on_past(purchases: Purchases, days: Sequence[int], horizon: int) -> Logistic:
    """Fit to what customers looked like on some past days and did in the horizon after each.

    Raises:
        InsufficientData: there are too few outcomes of one kind.
    """
    told, outcomes = [], []
    for day in days:
        features = features_at(purchases, day, horizon)
        told.append(features.values)
        outcomes.append(outcomes_after(purchases, features.number, day, horizon))
    return fit_logistic(np.concatenate(told), np.concatenate(outcomes))
