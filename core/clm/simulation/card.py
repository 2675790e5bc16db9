"""One customer's day as it is told: thought, action, impact, and what was learnt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.sessions.record import Record


class Status(StrEnum):
    """How a customer stands, as far as somebody can tell who sees what they do and no more."""

    ACTIVE = "active"
    AT_RISK = "at risk"
    PRESUMED_LOST = "presumed lost"
    CHURNED = "churned"
    """Said goodbye; who leaves in silence is never more than presumed lost."""


@dataclass(slots=True)
class Card:
    """The records of one customer's day; those that are still to come are `None`."""

    day: int
    choice: Record
    impact: Record | None = None
    learned: Record | None = None

    @property
    def customer(self) -> str:
        """The customer's id."""
        return self.choice.node

    @property
    def thought(self) -> str:
        """Why, in words."""
        return self.choice.text

    @property
    def action(self) -> str:
        """What is done."""
        return str(self.choice.data["action"])

    @property
    def message(self) -> str:
        """What the customer gets to read; empty where nothing reaches them."""
        return str(self.choice.data.get("message", ""))

    @property
    def propensity(self) -> float:
        """How likely the action was to be chosen."""
        return float(self.choice.data["propensity"])

    @property
    def policy(self) -> str:
        """Who decided."""
        return str(self.choice.data["policy"])

    @property
    def fallback(self) -> bool:
        """Whether a model's answer could not be used, and a rule decided in its place."""
        return bool(self.choice.data.get("fallback"))

    @property
    def observation(self) -> dict[str, Any]:
        """What was seen of the customer; `text` is all of it in a sentence."""
        return dict(self.choice.data["observation"])

    @property
    def delta(self) -> float | None:
        """By how much engagement changed."""
        return None if self.impact is None else float(self.impact.data["delta"])

    @property
    def success(self) -> bool | None:
        """Whether it worked; `None` where nothing is to be learnt, or it is not known yet."""
        return None if self.impact is None else self.impact.data["success"]

    @property
    def verdict(self) -> str:
        """The ledger's word afterwards; empty where nothing was learnt."""
        return "" if self.learned is None else str(self.learned.data.get("verdict") or "")

    @property
    def changed(self) -> bool:
        """Whether that word is another than before."""
        return self.learned is not None and bool(self.learned.data.get("changed"))
