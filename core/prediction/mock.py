"""A predictor that knows nothing: uniform random numbers, for trying things out."""

from __future__ import annotations

import random

from core.prediction.predictor import Case, Forecast, Prediction

NOTE = "mock: a random number, no prediction"


class MockPredictor:
    """Answers with random scores and actions, the same ones for the same seed and user."""

    name = "mock"

    async def predict(self, case: Case) -> Forecast:
        """Return uniform random scores to two places, and actions drawn alike."""
        predictions = []
        for user in case.users:
            rng = random.Random(f"{case.seed}:{user.user_id}")
            predictions.append(
                Prediction(
                    user_id=user.user_id,
                    engagement_score=round(rng.uniform(0, 1), 2),
                    recommended_action=rng.choice(case.actions),
                    basis="random",
                    note=NOTE,
                )
            )
        return Forecast(self.name, predictions, method="uniform random numbers")
