from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from core.errors import InsufficientData
from core.prediction.models.classifier import fit_logistic


@pytest.mark.parametrize("spread", [0.1, 1.0, 50.0])
def test_the_regression_is_that_of_an_independent_library(spread: float) -> None:
    draws = np.random.default_rng(7)
    values = draws.normal(3.0, [1.0, spread, 0.01], size=(4_000, 3))
    odds = (values - 3.0) @ np.array([1.2, -0.8 / spread, 20.0]) - 1.0
    outcomes = (draws.random(4_000) < 1 / (1 + np.exp(-odds))).astype(float)
    fitted = fit_logistic(values, outcomes)
    oracle = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000)
    oracle.fit((values - values.mean(axis=0)) / values.std(axis=0), outcomes)
    assert fitted.weights == pytest.approx(oracle.coef_[0], abs=1e-5)
    assert fitted.intercept == pytest.approx(oracle.intercept_[0], abs=1e-5)


def test_a_feature_that_tells_the_outcomes_apart_keeps_finite_weights() -> None:
    values = np.linspace(-1.0, 1.0, 200)[:, None]
    fitted = fit_logistic(values, (values[:, 0] > 0).astype(float))
    assert 1.0 < fitted.weights[0] < 10.0
    assert fitted.intercept == pytest.approx(0.0, abs=1e-6)


def test_too_few_outcomes_of_a_kind_teach_nothing() -> None:
    with pytest.raises(InsufficientData):
        fit_logistic(np.zeros((50, 2)), np.zeros(50))
