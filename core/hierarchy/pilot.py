"""An autopilot: what it may use, and what it has used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


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
        return {"steps": self.steps, "tokens": self.tokens, "dollars": self.dollars}


@dataclass(slots=True)
class Piloted:
    """An autopilot that is on, and what it has used."""

    budgets: Budgets
    since: int
    """Number of the record that switched it on."""
    steps: int = 0
    tokens: int = 0
