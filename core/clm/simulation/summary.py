"""What a day came to, as its last record says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class DaySummary:
    """A day of all customers. Money is that of the actions' costs."""

    day: int
    customers: int
    engagement: float
    """Mean score of those who have not said goodbye, 0 to 100."""
    spend: float
    """What the day's actions cost."""
    margin: float
    """What was earned, less what was spent."""
    regret: float
    """How much less than with the truly best actions of the day; points in the classic world."""
    successes: int
    statuses: Mapping[str, int]
    """Customers by `Status`."""
    actions: Mapping[str, int]
    """How often each was taken."""
    policy: str = ""
    """Who decided on a population's day."""
    segments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By segment: `customers`, `engagement`, `margin`, `at_risk`, `presumed_lost`, and the
    `ledger` of a population, an entry an action as `core.clm.words.Entry` has it."""
    sample: tuple[Mapping[str, Any], ...] = ()
    """Some customers of a population: `customer`, `segment`, `action`, `engagement`, `silent`,
    `alive`, `value`."""

    def to_json(self) -> dict[str, Any]:
        """Return the day as the data of its record; what does not apply is left out."""
        said = asdict(self)
        for name in ("policy", "segments", "sample"):
            if not said[name]:
                del said[name]
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; keys of a later version are passed over.

        Raises:
            KeyError, TypeError, ValueError: it says something else.
        """
        return cls(
            day=int(said["day"]),
            customers=int(said["customers"]),
            engagement=float(said["engagement"]),
            spend=float(said["spend"]),
            margin=float(said["margin"]),
            regret=float(said["regret"]),
            successes=int(said["successes"]),
            statuses=dict(said["statuses"]),
            actions=dict(said["actions"]),
            policy=str(said.get("policy", "")),
            segments=dict(said.get("segments", {})),
            sample=tuple(said.get("sample", ())),
        )
