"""An autopilot: what it may use, and what it has used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from core.config.prices import Prices
from core.costs import Total
from core.json_safe import plain
from core.sessions.record import Record


@dataclass(frozen=True, slots=True)
class Budgets:
    """What an autopilot may still use; `None`: no limit."""

    steps: int | None = None
    tokens: int | None = None
    dollars: float | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(values.get("steps"), values.get("tokens"), values.get("dollars"))

    def to_json(self) -> dict[str, Any]:
        """Return the budgets as JSON values."""
        return plain(self)


@dataclass(slots=True)
class Piloted:
    """An autopilot that is on, and what it has used."""

    budgets: Budgets
    steps: int = 0
    tokens: int = 0
    answers: list[Record] = field(default_factory=list)
    """Replies of models since it was switched on."""


class Spending:
    """What autopilots have spent, added up answer by answer."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._pilot: Piloted | None = None
        self._total = Total(prices)
        self._added = 0

    def of(self, pilot: Piloted) -> Total:
        """Return what an autopilot has spent by now."""
        if self._pilot is not pilot:
            self._pilot, self._total, self._added = pilot, Total(self._prices), 0
        for each in pilot.answers[self._added :]:
            self._total.add(each)
        self._added = len(pilot.answers)
        return self._total
