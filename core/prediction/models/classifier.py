"""A logistic regression on log-RFM features, trained on several past days at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
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
    ones = int(outcomes.sum())
    if min(ones, len(outcomes) - ones) < FEWEST_OF_EACH:
        raise InsufficientData(
            f"Of {len(outcomes)} outcomes {ones} were a success.",
            f"It takes at least {FEWEST_OF_EACH} of either kind to learn from.",
        )
    mean = values.mean(axis=0)
    scale = values.std(axis=0)
    scale[scale < 1e-9] = 1.0
    weights, intercept = _ridge((values - mean) / scale, outcomes)
    return Logistic(mean, scale, weights, intercept)


def _ridge(values: Floats, outcomes: Floats) -> tuple[Floats, float]:
    """Minimise the log loss plus half the squared norm of the weights, the intercept left out.

    The sum is convex and its Hessian is known: a trust region ends in a few steps.
    """
    design = np.column_stack([values, np.ones(len(values))])
    penalty = np.append(np.ones(values.shape[1]), 0.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = design @ weights
        slope = design.T @ (expit(odds) - outcomes) + penalty * weights
        value = np.logaddexp(0.0, odds).sum() - outcomes @ odds + penalty @ weights**2 / 2
        return float(value), slope

    def curvature(weights: Floats) -> Floats:
        chance = expit(design @ weights)
        result: Floats = (design.T * (chance * (1 - chance))) @ design + np.diag(penalty)
        return result

    start = np.zeros(design.shape[1])
    found = minimize(loss, start, jac=True, hess=curvature, method="trust-exact").x
    return found[:-1], float(found[-1])


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
