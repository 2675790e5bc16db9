"""Why a model says what it says of a customer, in a few words each.

A number in brackets is by how much a feature moves the log-odds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.prediction.models.bg_nbd_fit import BgNbdFit
from core.prediction.models.classifier import Logistic
from core.prediction.models.features import LOOK_BACK
from core.prediction.models.summary import Floats, Summary

MOST = 3
"""Reasons given of each customer, the strongest first."""
_WEAK = 0.05
"""Log-odds below which a feature is no reason."""

Phrase = Callable[[float], str]


def logistic_reasons(model: Logistic, values: Floats, horizon: int) -> list[tuple[str, ...]]:
    """Return the features that move each customer's log-odds most; shape of values (rows, n)."""
    phrases: list[Phrase] = [
        lambda value: f"{_times(value, 'return')} so far",
        lambda value: f"last event {_times(value, 'day')} ago",
        lambda value: f"known for {_times(value, 'day')}",
        lambda value: f"active on {_times(value, 'day')} of the last {horizon}",
        lambda value: f"active on {_times(value, 'day')} of the last {LOOK_BACK * horizon}",
        lambda value: f"spends {value:,.2f} a return",
    ]
    return _strongest(model, values, phrases)


def outcome_reasons(model: Logistic, values: Floats) -> list[tuple[str, ...]]:
    """Return the same of features of users: idleness, interactions, purchases."""
    return _strongest(
        model,
        values,
        [
            lambda value: f"last active {_times(value, 'day')} ago",
            lambda value: _times(value, "interaction"),
            lambda value: _times(value, "purchase"),
        ],
    )


def bg_nbd_reasons(fit: BgNbdFit, summary: Summary, weeks: float) -> list[tuple[str, ...]]:
    """Return what BG/NBD infers of each customer; of dropout only where it is identified."""
    expected = fit.model.expected(weeks, summary)
    alive = fit.model.alive(summary)
    rows: list[tuple[str, ...]] = []
    for purchases, chance in zip(expected, alive, strict=True):
        told = f"{purchases:.2f} events expected in {weeks * 7:.0f} days"
        still = f"still a customer with probability {chance:.2f}"
        rows.append((told, still) if fit.dropout_identified else (told,))
    return rows


def _strongest(model: Logistic, values: Floats, phrases: Sequence[Phrase]) -> list[tuple[str, ...]]:
    moved = model.contributions(values)
    raw = np.expm1(values)
    order = np.argsort(-np.abs(moved), axis=1)[:, :MOST]
    return [
        tuple(
            f"{phrases[i](float(raw[row, i]))} ({moved[row, i]:+.1f})"
            for i in order[row]
            if abs(moved[row, i]) >= _WEAK
        )
        for row in range(len(values))
    ]


def _times(value: float, what: str) -> str:
    count = round(value)
    return f"{count:,} {what}{'' if count == 1 else 's'}"
