"""What a way of scoring hands over: probabilities by user, how they were made and how good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.prediction.predictor import Basis

THIN = "insufficient data"


@dataclass(frozen=True, slots=True)
class Score:
    """One user's probability, and what speaks for it."""

    value: float
    basis: Basis = "model"
    reasons: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scoring:
    """The scores of a case's users by id, and how they were made."""

    method: str
    scores: Mapping[str, Score]
    calibration: Mapping[str, Any] | None = None
    missing: Score = field(default_factory=lambda: Score(0.5, "prior", note=THIN))
    """Of whoever has no score."""
