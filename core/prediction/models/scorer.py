"""Scores for the users of a case, learnt from their events or from earlier outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import InsufficientData
from core.prediction.evidence import Outcome
from core.prediction.models.classifier import Logistic, fit_logistic
from core.prediction.models.engagement import Engagement, fit_engagement
from core.prediction.models.features import features_at
from core.prediction.models.metrics import Bin, Scores, score
from core.prediction.models.reasons import bg_nbd_reasons, logistic_reasons, outcome_reasons
from core.prediction.models.summary import WEEK, Floats, Integers, Purchases, summarise
from core.prediction.predictor import Case
from core.prediction.scores import THIN, Score, Scoring
from core.prediction.transactions import Transactions

FEATURES = ("days_since_last_active", "interactions", "purchases")
_TESTED = 0.3
"""Share of the outcomes, the latest ones, that test what was learnt from the others."""
_DIGITS = 4


def score_by_events(case: Case, events: Transactions) -> Scoring:
    """Learn from events who does something within the horizon, and score the case's users.

    Whoever has no event gets the base rate, noted as a prior.

    Raises:
        InsufficientData: the events are too few or too short.
    """
    purchases, end = events.purchases(), case.as_of.toordinal()
    model = fit_engagement(purchases, end, case.horizon)
    number, probabilities = model.predict(purchases, end)
    wanted = {each.user_id for each in case.users}
    rows = [i for i, each in enumerate(number) if events.ids[int(each)] in wanted]
    reasons = _reasons(model, purchases, end, rows)
    scores = {
        events.ids[int(number[row])]: Score(round(float(probabilities[row]), _DIGITS), reasons=why)
        for row, why in zip(rows, reasons, strict=True)
    }
    chosen = model.scores[model.method]
    rate = round(chosen.base_rate, _DIGITS)
    note = f"{THIN}: no event of this user; {rate:.2f} is the mean of the others, a prior"
    return Scoring(
        method=model.method,
        scores=scores,
        calibration=_calibration(model),
        missing=Score(rate, "prior", note=note),
    )


def score_by_outcomes(case: Case) -> Scoring:
    """Learn from the outcomes of earlier recommendations who engages, whatever the action.

    Tested on the latest outcomes before it learns from all of them.

    Raises:
        InsufficientData: there are too few outcomes of one kind.
    """
    known = [each for each in case.evidence.outcomes if set(FEATURES) <= each.features.keys()]
    if not known:
        raise InsufficientData("No outcome is known together with its user's features.")
    values, engaged = _told(known), np.array([float(each.engaged) for each in known])
    split = int(len(known) * (1 - _TESTED))
    tested: Scores | None = None
    try:
        earlier = fit_logistic(values[:split], engaged[:split])
        tested = score(engaged[split:], earlier.predict(values[split:]))
    except InsufficientData:
        pass  # enough to learn from, perhaps, but not to spare some for a test
    model = fit_logistic(values, engaged)
    now = np.log1p(np.array([[each.features()[name] for name in FEATURES] for each in case.users]))
    return Scoring(
        method="logistic on outcomes",
        scores=_outcome_scores(case, model, now),
        calibration=None if tested is None else tested.to_json(),
    )


def _outcome_scores(case: Case, model: Logistic, values: Floats) -> dict[str, Score]:
    reasons = outcome_reasons(model, values)
    return {
        user.user_id: Score(round(float(value), _DIGITS), reasons=why)
        for user, value, why in zip(case.users, model.predict(values), reasons, strict=True)
    }


def _told(outcomes: Sequence[Outcome]) -> Floats:
    rows = [[float(each.features[name]) for name in FEATURES] for each in outcomes]
    told: Floats = np.log1p(np.array(rows))
    return told


def _reasons(
    model: Engagement, purchases: Purchases, end: int, rows: Sequence[int]
) -> list[tuple[str, ...]]:
    if not rows:
        return []
    chosen: Integers = np.array(rows, dtype=np.int64)
    if model.logistic is not None:
        values = features_at(purchases, end, model.horizon).values[chosen]
        return logistic_reasons(model.logistic, values, model.horizon)
    if model.bg_nbd is None:
        raise AssertionError("a model of engagement holds neither of the two")
    _, summary = summarise(purchases, end)
    return bg_nbd_reasons(model.bg_nbd, summary.rows(chosen), model.horizon / WEEK)


def _calibration(model: Engagement) -> dict[str, object]:
    return {
        **model.scores[model.method].to_json(),
        "compared": {name: each.to_json() for name, each in model.scores.items()},
        "reliability": [_bin_json(each) for each in model.table],
    }


def _bin_json(row: Bin) -> dict[str, float]:
    return {
        "low": row.low,
        "high": row.high,
        "count": row.count,
        "predicted": round(row.predicted, _DIGITS),
        "observed": round(row.observed, _DIGITS),
    }
