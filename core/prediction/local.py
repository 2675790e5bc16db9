"""The predictor that needs no service: it learns from events, else from outcomes, else admits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.errors import InsufficientData
from core.prediction.evidence import ActionChoice
from core.prediction.predictor import Case, Forecast, Prediction
from core.prediction.scores import THIN, Score, Scoring

_FEWEST_OUTCOMES = 40
"""Below this nothing is tried to be learnt from outcomes, and no library is needed to say so."""


class LocalPredictor:
    """Learns who engages from events, or from the outcomes of earlier recommendations.

    From events it chooses by rolling holdout between a logistic regression on log-RFM
    features and BG/NBD. Where neither events nor outcomes suffice every user gets the same
    prior, and a note says so.
    """

    name = "local"

    async def predict(self, case: Case) -> Forecast:
        """Return scores with reasons, and actions chosen by what became of earlier ones."""
        return await asyncio.to_thread(self._predict, case)

    def _predict(self, case: Case) -> Forecast:
        scoring = _scoring(case)
        choice = ActionChoice(case.actions, case.evidence, f"{case.seed}:{case.as_of}")
        predictions = []
        for user in case.users:
            score = scoring.scores.get(user.user_id, scoring.missing)
            action, reason = choice.choose(user.user_id)
            predictions.append(
                Prediction(
                    user_id=user.user_id,
                    engagement_score=score.value,
                    recommended_action=action,
                    basis=score.basis,
                    reasons=(*score.reasons, reason),
                    note=score.note,
                )
            )
        return Forecast(
            self.name, predictions, scoring.method, scoring.calibration, choice.propensities()
        )


def _scoring(case: Case) -> Scoring:
    """Score by the richest source there is enough of."""
    short: list[str] = []
    if case.events is None:
        short.append("there are no events")
    else:
        try:
            from core.prediction.models.scorer import score_by_events

            return score_by_events(case, case.events)
        except InsufficientData as error:
            short.append(_as_clause(error))
    known = len(case.evidence.outcomes)
    if known >= _FEWEST_OUTCOMES:
        try:
            from core.prediction.models.scorer import score_by_outcomes

            return score_by_outcomes(case)
        except InsufficientData as error:
            short.append(_as_clause(error))
    else:
        short.append(
            f"only {known} outcomes of recommendations are known"
            if known
            else "no outcome of a recommendation is known"
        )
    return _prior(case, short)


def _as_clause(error: InsufficientData) -> str:
    """Return an error's first sentence as it reads within another one."""
    message = error.message.rstrip(".")
    return message if message[:2].isupper() else message[:1].lower() + message[1:]


def _prior(case: Case, short: Sequence[str]) -> Scoring:
    """Give everybody the mean of Beta(1 + successes, 1 + failures): 0.5 where none is known."""
    outcomes = case.evidence.outcomes
    value = (1 + sum(each.engaged for each in outcomes)) / (2 + len(outcomes))
    note = f"{THIN}: {'; '.join(short)}; {value:.2f} is a prior, the same for everyone"
    return Scoring("prior", {}, missing=Score(round(value, 4), "prior", note=note))
