"""Who comes back: learnt earlier, tested later, on real customers."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InsufficientData
from core.prediction.models.bg_nbd import BgNbd, simulate
from core.prediction.models.engagement import fit_engagement
from core.prediction.models.features import features_at, outcomes_after
from core.prediction.models.metrics import Scores, score
from core.prediction.models.summary import Purchases
from customer_data import cdnow, completejourney


def scores_on_the_last(purchases: Purchases, horizon: int) -> Scores:
    """Scores on the last horizon of a model that saw nothing of it, not even to be chosen."""
    cut = int(purchases.day.max()) - horizon
    past = purchases.until(cut)
    number, predicted = fit_engagement(past, cut, horizon).predict(past, cut)
    return score(outcomes_after(purchases, number, cut, horizon), predicted)


@pytest.mark.slow
def test_eight_weeks_of_cdnow_are_predicted_as_well_as_promised() -> None:
    scores = scores_on_the_last(cdnow("CDNOW_master.txt"), 56)
    assert scores.count == 23_570
    assert scores.auc is not None
    assert scores.auc >= 0.80
    assert scores.ece <= 0.03
    assert scores.brier < scores.base_rate * (1 - scores.base_rate)


@pytest.mark.slow
def test_seven_days_of_completejourney_are_predicted_as_well_as_promised() -> None:
    scores = scores_on_the_last(completejourney(), 7)
    assert scores.auc is not None
    assert scores.auc >= 0.80
    assert scores.ece <= 0.06
    assert scores.brier < scores.base_rate * (1 - scores.base_rate)


def test_the_sample_of_cdnow_is_predicted_better_than_by_its_base_rate() -> None:
    scores = scores_on_the_last(cdnow(), 56)
    assert scores.auc is not None
    assert scores.auc >= 0.80
    assert scores.ece <= 0.03


def buyers(count: int, days: int, seed: int = 4) -> Purchases:
    """Customers of BG/NBD who all begin on day 0, day by day."""
    rng = np.random.default_rng(seed)
    drawn = simulate(BgNbd(0.8, 30.0, 0.5, 3.0), np.full(count, float(days)), rng)
    customer, day = [np.arange(count)], [np.zeros(count)]
    for i in np.flatnonzero(drawn.summary.x > 0):
        inner = rng.uniform(0, drawn.summary.tx[i], int(drawn.summary.x[i]) - 1)
        customer.append(np.full(len(inner) + 1, i))
        day.append(np.append(inner, drawn.summary.tx[i]))
    return Purchases.collect(np.concatenate(customer), np.ceil(np.concatenate(day)).astype(int))


def test_nothing_after_the_day_is_looked_at() -> None:
    purchases = buyers(600, 200)
    model, told = fit_engagement(purchases, 120, 14), fit_engagement(purchases.until(120), 120, 14)
    assert model.scores == told.scores
    assert np.array_equal(model.predict(purchases, 120)[1], told.predict(purchases, 120)[1])
    features = features_at(purchases, 120, 14)
    again = features_at(purchases.until(120), 120, 14)
    assert np.array_equal(features.values, again.values)


def test_both_methods_are_compared_on_the_same_holdouts() -> None:
    model = fit_engagement(buyers(600, 200), 200, 28)
    assert set(model.scores) == {"logistic", "bg_nbd"}
    assert len({each.count for each in model.scores.values()}) == 1
    best = min(model.scores, key=lambda name: model.scores[name].log_loss)
    assert model.method == best
    assert sum(each.count for each in model.table) == model.scores[best].count


@pytest.mark.parametrize(
    ("customers", "days", "horizon"),
    [(600, 200, 90), (30, 200, 14), (600, 20, 14)],
)
def test_too_little_is_said_to_be_too_little(customers: int, days: int, horizon: int) -> None:
    with pytest.raises(InsufficientData):
        fit_engagement(buyers(customers, days), days, horizon)


def test_no_events_at_all_are_too_little() -> None:
    with pytest.raises(InsufficientData):
        fit_engagement(Purchases.collect([], []), 100, 14)
