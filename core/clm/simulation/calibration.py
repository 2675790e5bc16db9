"""How far the chances that a run saw were right, in pure Python for a handful of customers.

The definitions are those of `core.prediction.models.metrics`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.clm.simulation.state import SimulationState

Source = Literal["score", "alive"]
"""A predictor's score against what customers did within some days; the inferred chance of being
alive against the truth, which only evaluation sees."""
HORIZON = 14
BINS = 10


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """What was said of some customer-days, and what was so."""

    low: float
    high: float
    count: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The figures of one source of chances."""

    source: Source
    count: int
    brier: float
    ece: float
    bins: tuple[ReliabilityBin, ...]


def calibration_of(
    state: SimulationState, source: Source, horizon: int = HORIZON
) -> Calibration | None:
    """Return how well a cast's chances were calibrated; `None` where there are none yet.

    Args:
        state: of the run.
        source: which chances.
        horizon: days within which somebody had to do something, for `score`.
    """
    pairs = _scores(state, horizon) if source == "score" else _alive(state)
    if not pairs:
        return None
    cells: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for chance, happened in pairs:
        cells[min(int(chance * BINS), BINS - 1)].append((chance, happened))
    bins = tuple(
        ReliabilityBin(
            place / BINS,
            (place + 1) / BINS,
            len(each),
            sum(chance for chance, _ in each) / len(each),
            sum(happened for _, happened in each) / len(each),
        )
        for place, each in enumerate(cells)
        if each
    )
    count = len(pairs)
    return Calibration(
        source,
        count,
        brier=sum((chance - happened) ** 2 for chance, happened in pairs) / count,
        ece=sum(each.count * abs(each.predicted - each.observed) for each in bins) / count,
        bins=bins,
    )


def _scores(state: SimulationState, horizon: int) -> Sequence[tuple[float, bool]]:
    pairs = []
    for who in state.customers.values():
        days = sorted(each.day for each in who.events)
        for card in who.cards:
            score = card.observation.get("score")
            if score is not None and card.day - 1 + horizon <= state.over:
                did = any(card.day <= day < card.day + horizon for day in days)
                pairs.append((float(score), did))
    return pairs


def _alive(state: SimulationState) -> Sequence[tuple[float, bool]]:
    pairs = []
    for who in state.customers.values():
        truth = True
        for card in who.cards:
            chance = card.observation.get("alive")
            if chance is not None:
                pairs.append((float(chance), truth))
            if card.impact is not None:
                truth = bool(card.impact.data["after"].get("alive", True))
    return pairs
