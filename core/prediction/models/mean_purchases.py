"""How many purchases somebody makes before they drop out: the integral behind BG/NBD's eq. 10.

Whoever is alive, with a rate λ ~ Gamma(k, β) and a chance p to drop out after a purchase, makes
h(p) = (1 − (1 + pτ)^−k) / p purchases in a time t, with τ = t/β. What is wanted is the mean of h
over p ~ Beta(A, B). The closed form has a hypergeometric function, which overflows or cancels for
the parameters that fits run to; an integral over the log-odds of p does neither.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betaln, digamma, log_expit, polygamma

from core.prediction.models.summary import Floats

_STEP = 0.35
"""Of the trapezoidal rule in log-odds: the integrand is analytic within π/2 of the real line for
any k, so that its error is about exp(−2π · π/2 / step) = 1e-12."""
_NARROW = 0.6
"""The step in standard deviations where the density is narrow: error exp(−2π²/0.6²)."""
_SPREAD = 9.0
_TAIL = 38.0
"""Standard deviations, and factors e, beyond which nothing is left of the integrand."""
_CELLS = 2_000_000
"""Values held at once."""


def mean_purchases(a: float, b: float, k: float, tau: Floats) -> Floats:
    """Return the mean of h(p) over p ~ Beta(a, b) for each τ ≥ 0; shape as τ.

    The straight line from h(0) to h(1) is integrated exactly. What is left vanishes at both
    ends, where the density of p may be infinite.
    """
    start = k * tau
    end = -np.expm1(-k * np.log1p(tau))
    exact: Floats = (b * start + a * end) / (a + b)
    odds, weights = _nodes(a, b)
    p, q = np.exp(log_expit(odds)), np.exp(log_expit(-odds))
    rows = max(1, _CELLS // len(odds))
    for first in range(0, len(tau), rows):
        some = slice(first, first + rows)
        h = -np.expm1(-k * np.log1p(np.outer(tau[some], p))) / p
        h -= np.outer(start[some], q) + np.outer(end[some], p)
        exact[some] += h @ weights
    return np.maximum(exact, 0.0)


def _nodes(a: float, b: float) -> tuple[Floats, Floats]:
    """Return log-odds of p and the weights of the density of Beta(a, b) there."""
    # The remainder has the factor p(1 − p): what is integrated falls off like Beta(a + 1, b + 1).
    centre = float(digamma(a + 1) - digamma(b + 1))
    spread = math.sqrt(float(polygamma(1, a + 1) + polygamma(1, b + 1)))
    low = centre - _SPREAD * spread - _TAIL / (a + 1)
    high = centre + _SPREAD * spread + _TAIL / (b + 1)
    step = min(_STEP, _NARROW * spread)
    odds = np.arange(low, high + step, step)
    density = np.exp(a * log_expit(odds) + b * log_expit(-odds) - betaln(a, b))
    return odds, step * density
