"""What a predictor is given, what it answers, and the protocol that all of them follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

from core.prediction.evidence import Evidence
from core.prediction.transactions import Transactions
from core.prediction.users import User

Basis = Literal["model", "prior", "random"]
"""What a score rests on: something learnt, an assumption that is the same for everyone, chance."""

ACTIONS = ("offer_discount", "recommend_product", "send_message")


@dataclass(frozen=True, slots=True)
class Case:
    """Users to score, and all that may be learnt from."""

    users: Sequence[User]
    as_of: date
    """The day at whose end things stand as they are told."""
    events: Transactions | None = None
    horizon: int = 14
    """Days within which somebody has to do something to count as engaged."""
    actions: Sequence[str] = ACTIONS
    evidence: Evidence = field(default_factory=Evidence)
    """What became of earlier recommendations."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Prediction:
    """One user's score and the action that the predictor would take."""

    user_id: str
    engagement_score: float
    """Probability of doing anything within the horizon; 0 to 1."""
    recommended_action: str
    basis: Basis
    reasons: tuple[str, ...] = ()
    note: str = ""
    """What keeps the score from meaning what it seems to; empty where nothing does."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A predictor's answer to a case: one prediction a user, in the case's order."""

    predictor: str
    predictions: Sequence[Prediction]
    method: str = ""
    """How the scores were made, in a few words."""
    calibration: Mapping[str, Any] | None = None
    """How far scores made the same way were right in the past; `None` where that is not known."""
    propensities: Mapping[str, float] = field(default_factory=dict)
    """How likely each action was to be recommended, to anybody; empty where that is not known."""


class Predictor(Protocol):
    """Scores users. Never blocks the event loop."""

    name: str

    async def predict(self, case: Case) -> Forecast:
        """Return a prediction for each user of a case.

        Raises:
            PredictionError: it cannot be done; too little data is no error but a prior.
        """
        ...
