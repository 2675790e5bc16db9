"""From a prediction to what is done."""

from __future__ import annotations

from dataclasses import dataclass

from core.prediction.predictor import Prediction


@dataclass(frozen=True, slots=True)
class ThresholdPolicy:
    """The predictor's action for whoever is likely enough to engage, another for the rest."""

    threshold: float = 0.7
    """The score above which the recommended action is taken; at it, it is not."""
    otherwise: str = "send_message"

    def decide(self, prediction: Prediction) -> str:
        """Return the action to take."""
        above = prediction.engagement_score > self.threshold
        return prediction.recommended_action if above else self.otherwise
