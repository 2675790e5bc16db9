"""Gamma-Gamma and a customer's value."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InsufficientData, PredictionError
from core.prediction.models.bg_nbd import BgNbd
from core.prediction.models.gamma_gamma import GammaGamma, fit_gamma_gamma, lifetime_value
from core.prediction.models.summary import Summary, summarise
from customer_data import CDNOW_CALIBRATED, cdnow

PAPER = GammaGamma(6.249, 3.745, 15.448)
BUYING = BgNbd(0.243, 4.414, 0.793, 2.426)


def test_the_fit_to_cdnow_is_the_published_one() -> None:
    _, summary = summarise(cdnow(), CDNOW_CALIBRATED.toordinal())
    fit = fit_gamma_gamma(summary)
    assert fit.customers == 946
    assert fit.model.p == pytest.approx(6.249, abs=2e-3)
    assert fit.model.q == pytest.approx(3.745, abs=2e-3)
    assert fit.model.v == pytest.approx(15.448, abs=1e-2)
    assert fit.correlation == pytest.approx(0.11, abs=0.01)


def test_expected_spend_lies_between_ones_own_and_everybodys() -> None:
    x, spend = np.array([0.0, 1, 50]), np.array([0.0, 100, 100])
    nobody, once, often = PAPER.expected_spend(x, spend)
    assert nobody == pytest.approx(6.249 * 15.448 / 2.745)
    assert nobody < once < often < 100


def test_a_mean_that_does_not_exist_is_infinite() -> None:
    assert GammaGamma(2, 0.9, 3).expected_spend(np.array([0.0]), np.array([0.0]))[0] == np.inf


def test_simulated_spend_gives_the_parameters_back() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(1, 12, 20_000).astype(float)
    rate = rng.gamma(PAPER.q, 1 / PAPER.v, len(x))
    spend = rng.gamma(PAPER.p * x, 1 / rate) / x
    found = fit_gamma_gamma(Summary(x, x, x, spend)).model
    assert found.p == pytest.approx(PAPER.p, rel=0.05)
    assert found.q == pytest.approx(PAPER.q, rel=0.05)
    assert found.v == pytest.approx(PAPER.v, rel=0.08)


def test_value_is_purchases_times_spend() -> None:
    them = Summary(np.array([2.0]), np.array([30.43]), np.array([38.86]), np.array([22.35]))
    purchases = BUYING.expected(39.0, them)[0]
    spend = PAPER.expected_spend(them.x, np.array([22.35]))[0]
    value = lifetime_value(BUYING, PAPER, them, weeks=39)
    assert value[0] == pytest.approx(purchases * spend)
    later = lifetime_value(BUYING, PAPER, them, weeks=39, discount=0.01, margin=0.5)
    assert 0 < later[0] < value[0] / 2


def test_without_money_or_buyers_nothing_is_fitted() -> None:
    ones = np.ones(40)
    with pytest.raises(PredictionError, match="amounts"):
        fit_gamma_gamma(Summary(ones, ones, ones))
    with pytest.raises(InsufficientData, match="to 3 customers"):
        fit_gamma_gamma(Summary(ones[:3], ones[:3], ones[:3], ones[:3]))
    with pytest.raises(PredictionError, match="boundary"):
        fit_gamma_gamma(Summary(ones, ones, ones, ones * 9))
