"""From a case to what is done for each user: prediction, policy, and the row that tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.prediction.policy import ThresholdPolicy
from core.prediction.predictor import Case, Forecast, Prediction, Predictor
from core.prediction.users import User


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What is to be done for one user, and why."""

    user: User
    action: str
    prediction: Prediction
    predictor: str
    followed: bool
    """Whether the action is the predictor's choice and not the policy's other one."""
    propensity: float | None
    """How likely the action was to be chosen, given the score; `None` where that is not known."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; `note` only where there is one."""
        prediction = self.prediction
        row: dict[str, Any] = {
            "user_id": self.user.user_id,
            "action": self.action,
            "engagement_score": prediction.engagement_score,
            "predictor": self.predictor,
            "basis": prediction.basis,
            "recommended_action": prediction.recommended_action,
            "days_since_last_active": self.user.days_since_last_active,
            "reasons": list(prediction.reasons),
        }
        if prediction.note:
            row["note"] = prediction.note
        return row


@dataclass(frozen=True, slots=True)
class Recommendations:
    """All of a case, in its order."""

    as_of: date
    horizon: int
    policy: ThresholdPolicy
    forecast: Forecast
    rows: list[Recommendation]


async def recommend(predictor: Predictor, case: Case, policy: ThresholdPolicy) -> Recommendations:
    """Predict, and decide for each user of a case.

    Raises:
        PredictionError: the predictor cannot do it.
    """
    forecast = await predictor.predict(case)
    rows = []
    for user, prediction in zip(case.users, forecast.predictions, strict=True):
        followed = prediction.engagement_score > policy.threshold
        action = policy.decide(prediction)
        likely = forecast.propensities.get(action) if followed else 1.0
        rows.append(Recommendation(user, action, prediction, forecast.predictor, followed, likely))
    return Recommendations(case.as_of, case.horizon, policy, forecast, rows)
