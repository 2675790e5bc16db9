"""Scores of probabilities, held against the definitions and another implementation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from core.errors import PredictionError
from core.prediction.models.metrics import auc, brier, ece, log_loss, reliability, score

CASES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 20).map(lambda n: n / 20)), min_size=2, max_size=60
).filter(lambda rows: 0 < sum(each for each, _ in rows) < len(rows))


@given(CASES)
def test_figures_agree_with_another_implementation(rows: list[tuple[int, float]]) -> None:
    outcomes = np.array([float(each) for each, _ in rows])
    predicted = np.array([each for _, each in rows])
    assert auc(outcomes, predicted) == pytest.approx(oracle.roc_auc_score(outcomes, predicted))
    assert brier(outcomes, predicted) == pytest.approx(oracle.brier_score_loss(outcomes, predicted))
    inside = np.clip(predicted, 0.01, 0.99)
    assert log_loss(outcomes, inside) == pytest.approx(oracle.log_loss(outcomes, inside))
    table = reliability(outcomes, predicted)
    assert sum(each.count for each in table) == len(rows)
    assert all(each.low - 1e-9 <= each.predicted <= each.high + 1e-9 for each in table)


def test_calibration_error_is_the_weighted_gap() -> None:
    outcomes = np.array([1.0, 0, 0, 0, 1, 1])
    predicted = np.array([0.25, 0.25, 0.25, 0.25, 1.0, 0.95])
    assert ece(outcomes, predicted) == pytest.approx((4 * 0 + 2 * 0.025) / 6)
    assert ece(1 - outcomes, predicted) > 0.6


def test_where_all_outcomes_are_the_same_nothing_is_ranked() -> None:
    scores = score(np.ones(4), np.array([0.2, 0.4, 0.6, 0.8]))
    assert scores.auc is None
    assert scores.to_json()["auc"] is None
    assert scores.base_rate == 1


@pytest.mark.parametrize(
    ("outcomes", "predicted"),
    [([], []), ([1.0], [1.2]), ([2.0], [0.5]), ([1.0], [0.5, 0.5]), ([1.0], [float("nan")])],
)
def test_what_is_no_probability_is_refused(outcomes: list[float], predicted: list[float]) -> None:
    with pytest.raises(PredictionError):
        score(np.array(outcomes), np.array(predicted))
