"""The kinds of records that only the day simulator writes, and the events that announce them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.events import COMMON_EVENTS, Events, RecordEvent


class DayKind:
    """Kinds of records."""

    DAY = "day"
    """A day of a simulation begins: `data["day"]`."""
    CHOICE = "choice"
    """What is done for the customer `node` on a day; `text` is the thought behind it."""
    IMPACT = "impact"
    """What that did to the customer."""
    LEARNED = "learned"
    """What the ledger says of the action since then."""
    DAY_ENDED = "day_ended"
    """A day of a simulation is over; `data` sums it up."""


class _DayEvent(RecordEvent):
    @property
    def day(self) -> int:
        """Days count from 1."""
        return int(self.record.data["day"])

    def _values(self) -> Mapping[str, Any]:
        return self.record.data


class DayStarted(_DayEvent):
    """A day of a simulation begins."""

    NAME = "day_started"


class DayEnded(_DayEvent):
    """A day of a simulation is over; `record.data` sums it up."""

    NAME = "day_ended"


class _CustomerEvent(RecordEvent):
    @property
    def customer(self) -> str:
        """The customer's id."""
        return self.record.node

    def _values(self) -> Mapping[str, Any]:
        return {"customer": self.customer, **self.record.data}


class Chosen(_CustomerEvent):
    """It is decided what is done for a customer today; `record.text` is the thought."""

    NAME = "decision"

    def _values(self) -> Mapping[str, Any]:
        return {"customer": self.customer, "thought": self.record.text, **self.record.data}


class Impacted(_CustomerEvent):
    """What a decision did to a customer is known."""

    NAME = "impact"

    def _values(self) -> Mapping[str, Any]:
        return {key: value for key, value in super()._values().items() if key != "after"}


class Learned(_CustomerEvent):
    """The ledger has taken note; `record.data["changed"]` says whether its word is another."""

    NAME = "learned"


EVENTS: Events = {
    **COMMON_EVENTS,
    DayKind.DAY: DayStarted,
    DayKind.CHOICE: Chosen,
    DayKind.IMPACT: Impacted,
    DayKind.LEARNED: Learned,
    DayKind.DAY_ENDED: DayEnded,
}
