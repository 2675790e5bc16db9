"""BG/NBD against published figures, against integrals, and against itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import beta as beta_of

from core.errors import InsufficientData
from core.prediction.models.bg_nbd import BgNbd, simulate
from core.prediction.models.bg_nbd_fit import fit_bg_nbd
from core.prediction.models.summary import Purchases, Summary, summarise
from customer_data import CDNOW_CALIBRATED, CDNOW_END, cdnow, completejourney

PAPER = BgNbd(0.243, 4.414, 0.793, 2.426)
"""Fader, Hardie & Lee (2005), CDNOW, 39 weeks."""


def customer(x: float, tx: float, age: float) -> Summary:
    return Summary(np.array([x]), np.array([tx]), np.array([age]))


def test_the_fit_to_cdnow_is_the_published_one() -> None:
    _, summary = summarise(cdnow(), CDNOW_CALIBRATED.toordinal())
    fit = fit_bg_nbd(summary)
    assert fit.customers == 2357
    assert fit.model.r == pytest.approx(0.243, abs=5e-4)
    assert fit.model.alpha == pytest.approx(4.414, abs=5e-4)
    assert fit.model.a == pytest.approx(0.793, abs=5e-4)
    assert fit.model.b == pytest.approx(2.426, abs=5e-4)
    assert fit.log_likelihood == pytest.approx(-9582.43, abs=0.01)
    assert fit.model.log_likelihood(summary).sum() == pytest.approx(fit.log_likelihood)
    assert fit.dropout_identified
    assert fit.dropout_rate == pytest.approx(0.793 / (0.793 + 2.426), abs=1e-3)


def test_the_published_customer_is_told_as_published() -> None:
    them = customer(2, 30.43, 38.86)
    assert PAPER.expected(39.0, them)[0] == pytest.approx(1.226, abs=5e-4)
    assert PAPER.alive(them)[0] == pytest.approx(0.727, abs=5e-4)


def test_the_holdout_of_cdnow_is_the_published_one() -> None:
    purchases, end = cdnow(), CDNOW_CALIBRATED.toordinal()
    number, summary = summarise(purchases, end)
    model = fit_bg_nbd(summary).model
    assert round(float(model.expected(39.0, summary).sum())) == 1653
    assert int(purchases.count(end, CDNOW_END.toordinal())[number].sum()) == 1882


MODELS = st.builds(
    BgNbd,
    r=st.floats(0.1, 5),
    alpha=st.floats(0.1, 50),
    a=st.floats(0.05, 5),
    b=st.floats(0.1, 20),
)


@settings(max_examples=50)
@given(model=MODELS, x=st.integers(0, 60), recent=st.floats(0, 1), weeks=st.floats(0.5, 200))
def test_expectations_agree_with_an_integral_over_the_chance_to_drop_out(
    model: BgNbd, x: int, recent: float, weeks: float
) -> None:
    """E[Y(t) | alive, p] = (1 − E[exp(−λpt)]) / p with λ ~ Gamma(r + x, α + T)."""
    age = 40.0
    them = customer(x, recent * age if x else 0, age)
    posterior = beta_of(model.a, model.b + x)

    def of(p: float) -> float:
        return float(-np.expm1(-(model.r + x) * np.log1p(p * weeks / (model.alpha + age))) / p)

    # Over quantiles, since the density of p may be unbounded at both ends.
    integral, error = quad(lambda u: of(max(posterior.ppf(u), 1e-300)), 0, 1, limit=400)
    told = model.expected(weeks, them)[0]
    alive = model.alive(them)[0]
    assert told == pytest.approx(alive * integral, rel=1e-4, abs=1e-9 + 10 * error * alive)
    assert 0 <= model.buys(weeks, them)[0] <= min(1, told + 1e-9)


@pytest.mark.parametrize("a", [1 - 1e-9, 1.0, 1 + 1e-9])
def test_a_parameter_of_one_is_no_gap(a: float) -> None:
    them = customer(3, 20.0, 40.0)
    near = BgNbd(0.5, 4.0, 1.0001, 2.0).expected(10.0, them)[0]
    assert BgNbd(0.5, 4.0, a, 2.0).expected(10.0, them)[0] == pytest.approx(near, rel=1e-3)


def test_whoever_bought_hundreds_of_times_is_told_in_finite_numbers() -> None:
    them = customer(1500, 99.9, 100.0)
    model = BgNbd(1.4, 1.4, 0.3, 400.0)
    expected = model.expected(52.0, them)[0]
    assert 0 < expected < 1501 * 52 / 101
    assert 0.99 < model.alive(them)[0] <= 1
    assert np.isfinite(model.log_likelihood(them)[0])
    assert model.alive(customer(1500, 20.0, 100.0))[0] < 1e-100


@pytest.mark.parametrize("r", [1e-5, 1e5])
@pytest.mark.parametrize("a", [1e-5, 1e5])
@pytest.mark.parametrize("b", [1e-5, 1e5])
def test_parameters_on_an_edge_are_told_in_finite_numbers(r: float, a: float, b: float) -> None:
    model = BgNbd(r, 40.0 * r, a, b)
    summary = Summary(np.array([0.0, 1, 30]), np.array([0, 9.0, 39]), np.array([40.0, 40, 40]))
    expected, buys = model.expected(20.0, summary), model.buys(20.0, summary)
    assert np.isfinite(expected).all()
    assert (buys <= expected + 1e-9).all()
    assert (expected <= (r + summary.x) * 20 / (model.alpha + 40) + 1e-9).all()


def test_nobody_who_never_came_back_has_dropped_out() -> None:
    assert PAPER.alive(customer(0, 0.0, 38.86))[0] == 1.0


def test_the_likelihood_is_a_density_of_the_number_of_purchases() -> None:
    """Simulated customers come as often as the model expects of a new one."""
    drawn = simulate(PAPER, np.full(60_000, 39.0), np.random.default_rng(5))
    expected = PAPER.expected_of_new(np.array([39.0]))[0]
    error = drawn.summary.x.std() / np.sqrt(60_000)
    assert drawn.summary.x.mean() == pytest.approx(expected, abs=4 * error)
    assert drawn.alive.mean() == pytest.approx(PAPER.alive(drawn.summary).mean(), abs=0.01)


def test_the_likelihood_is_that_of_the_paper() -> None:
    r, alpha, a, b = 0.5, 3.0, 1.2, 2.5
    x, tx, age = 2.0, 5.0, 9.0
    shared = (
        np.exp(
            gammaln(r + x)
            - gammaln(r)
            + gammaln(a + b)
            + gammaln(b + x)
            - gammaln(b)
            - gammaln(a + b + x)
        )
        * alpha**r
    )
    both = (alpha + age) ** -(r + x) + a / (b + x - 1) * (alpha + tx) ** -(r + x)
    told = BgNbd(r, alpha, a, b).log_likelihood(customer(x, tx, age))[0]
    assert told == pytest.approx(np.log(shared * both))


@pytest.mark.slow
def test_a_million_simulated_customers_give_the_parameters_back() -> None:
    drawn = simulate(PAPER, np.full(1_000_000, 38.86), np.random.default_rng(1))
    found = fit_bg_nbd(drawn.summary).model
    for name in ("r", "alpha", "a", "b"):
        assert getattr(found, name) == pytest.approx(getattr(PAPER, name), rel=0.02), name


def test_dropout_that_the_data_does_not_tell_of_is_not_told() -> None:
    purchases = completejourney()
    fit = fit_bg_nbd(summarise(purchases, int(purchases.day.max()))[1])
    assert not fit.dropout_identified
    assert fit.dropout_rate is None
    assert "explains the data as well" in fit.reason


def test_customers_who_never_drop_out_are_not_told_to() -> None:
    forever = BgNbd(1.0, 4.0, 1e-6, 10.0)
    drawn = simulate(forever, np.full(2000, 50.0), np.random.default_rng(2))
    fit = fit_bg_nbd(drawn.summary)
    assert not fit.dropout_identified
    assert fit.model.r == pytest.approx(1.0, rel=0.1)
    assert fit.model.alpha == pytest.approx(4.0, rel=0.1)


def test_a_handful_of_customers_is_too_little() -> None:
    with pytest.raises(InsufficientData, match="cannot be fitted to 3 customers"):
        fit_bg_nbd(Summary(np.array([1.0, 2, 0]), np.array([1.0, 2, 0]), np.array([3.0, 4, 5])))


def test_a_summary_counts_days_and_takes_the_first_for_no_repeat() -> None:
    purchases = Purchases.collect([0, 0, 0, 1, 0], [10, 3, 10, 5, 17], [5.0, 9.0, 7.0, 2.0, 1.0])
    number, summary = summarise(purchases, 17, unit=1.0)
    assert number.tolist() == [0, 1]
    assert summary.x.tolist() == [2, 0]
    assert summary.tx.tolist() == [14, 0]
    assert summary.age.tolist() == [14, 12]
    assert summary.spend is not None
    assert summary.spend.tolist() == [6.5, 0]
    assert summarise(purchases, 4)[0].tolist() == [0]
    assert purchases.count(3, 10).tolist() == [1, 1]
