"""Who will do anything within a horizon: two models, chosen by a rolling holdout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.errors import InsufficientData
from core.prediction.models.bg_nbd_fit import BgNbdFit, fit_bg_nbd
from core.prediction.models.classifier import Logistic, train_on_past
from core.prediction.models.features import features_at, outcomes_after
from core.prediction.models.metrics import Bin, Scores, reliability, score
from core.prediction.models.summary import WEEK, Floats, Integers, Purchases, summarise

Method = Literal["logistic", "bg_nbd"]
METHODS: tuple[Method, ...] = ("logistic", "bg_nbd")

WINDOWS = 4
"""Past days, a horizon apart, that the regression learns from at once."""
FOLDS = 3
"""Past days at which the two are compared, the last one a horizon before the end."""
FEWEST_CUSTOMERS = 50


@dataclass(frozen=True, slots=True)
class Engagement:
    """The chosen model, fitted to everything up to a day."""

    method: Method
    horizon: int
    """Days."""
    logistic: Logistic | None
    bg_nbd: BgNbdFit | None
    scores: dict[Method, Scores]
    """What either reached on the holdouts, pooled; learnt earlier, tested later."""
    table: list[Bin]
    """Reliability of the chosen one on the holdouts."""

    def predict(self, purchases: Purchases, day: int) -> tuple[Integers, Floats]:
        """Return the customers known at the end of `day`, and how likely each does anything.

        The event is at least one purchase (or other event) in (day, day + horizon].
        """
        if self.logistic is not None:
            features = features_at(purchases, day, self.horizon)
            return features.number, self.logistic.predict(features.values)
        if self.bg_nbd is None:
            raise AssertionError("a model of engagement holds neither of the two")
        number, summary = summarise(purchases, day)
        return number, self.bg_nbd.model.buys(self.horizon / WEEK, summary)


def fit_engagement(purchases: Purchases, end: int, horizon: int) -> Engagement:
    """Choose a method by its log-loss on past holdouts, and fit it to everything until `end`.

    Args:
        purchases: All of them; nothing after `end` is looked at.
        end: The last day of observation.
        horizon: Days in which an outcome is awaited.

    Raises:
        InsufficientData: the data is too short or too thin to learn from and to test.
    """
    seen = purchases.until(end)
    if len(seen.day) == 0:
        raise InsufficientData("Nothing happened by that day.", "Name a later one.")
    first = int(seen.day.min())
    folds = [day for day in _back(end - horizon, horizon, FOLDS) if day - 2 * horizon >= first]
    if not folds:
        raise InsufficientData(
            f"The data reaches back {end - first} days.",
            f"To learn from them and be tested takes {3 * horizon}, or a shorter horizon.",
        )
    tested = {method: _holdouts(method, seen, folds, horizon, first) for method in METHODS}
    scores = {method: score(*held) for method, held in tested.items() if held is not None}
    if not scores:
        raise InsufficientData(
            "Too few customers did something, or too few did nothing, to learn from.",
            "Add customers, or change the horizon.",
        )
    most = max(each.count for each in scores.values())
    compared = [method for method in scores if scores[method].count == most]
    best = min(compared, key=lambda method: scores[method].log_loss)
    held = tested[best]
    return Engagement(
        method=best,
        horizon=horizon,
        logistic=_train(seen, end, horizon, first) if best == "logistic" else None,
        bg_nbd=fit_bg_nbd(summarise(seen, end)[1]) if best == "bg_nbd" else None,
        scores=scores,
        table=[] if held is None else reliability(*held),
    )


def _back(day: int, step: int, count: int) -> list[int]:
    return [day - step * i for i in range(count)]


def _train(purchases: Purchases, end: int, horizon: int, first: int) -> Logistic:
    """Fit the regression to days whose outcomes were known at `end`."""
    days = [day for day in _back(end - horizon, horizon, WINDOWS) if day >= first]
    return train_on_past(purchases.until(end), days, horizon)


def _holdouts(
    method: Method, purchases: Purchases, folds: Sequence[int], horizon: int, first: int
) -> tuple[Floats, Floats] | None:
    """Return outcomes and predictions on all holdouts; `None` where the method cannot learn."""
    happened, predicted = [], []
    for day in folds:
        try:
            number, guess = _predict_at(method, purchases.until(day), day, horizon, first)
        except InsufficientData:
            continue
        if len(number) < FEWEST_CUSTOMERS:
            continue
        happened.append(outcomes_after(purchases, number, day, horizon))
        predicted.append(guess)
    if not happened:
        return None
    return np.concatenate(happened), np.concatenate(predicted)


def _predict_at(
    method: Method, past: Purchases, day: int, horizon: int, first: int
) -> tuple[Integers, Floats]:
    if method == "logistic":
        model = _train(past, day, horizon, first)
        features = features_at(past, day, horizon)
        return features.number, model.predict(features.values)
    number, summary = summarise(past, day)
    return number, fit_bg_nbd(summary).model.buys(horizon / WEEK, summary)
