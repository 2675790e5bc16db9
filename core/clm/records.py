"""The kinds of records that only the day simulator writes, and the events that announce them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Required

from core.events import COMMON_EVENTS, Events, RecordEvent
from core.sessions.kinds import MessageData, NoticeData, RecordData, SessionData, declare
from core.sessions.record import Kind, Record
from core.sessions.shapes import Count, Counts, Flag, Number, Numbers, Object, Objects, Text, Texts
from core.text import clean_line


class DayKind:
    """Kinds of records."""

    DAY = "day"
    """A day of a simulation begins: `data["day"]`."""
    ACTION_CHOSEN = "choice"
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


class ActionChosen(_CustomerEvent):
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
    DayKind.ACTION_CHOSEN: ActionChosen,
    DayKind.IMPACT: Impacted,
    DayKind.LEARNED: Learned,
    DayKind.DAY_ENDED: DayEnded,
}


class SimulationData(SessionData, total=False):
    """How a simulation was set up."""

    world: Text
    policy: Text


class SettingData(RecordData, total=False):
    """What decides from here on."""

    policy: Text


class CustomerMessageData(MessageData, total=False):
    """What is known of what a model thought about a customer."""

    day: Count


class DayNoticeData(NoticeData, total=False):
    """What a notice of a simulation is about."""

    day: Count


class DayData(RecordData, total=False):
    """A day begins."""

    day: Required[Count]
    customers: Count
    scores: Object
    """What the predictor says of customers, by their id."""


class ChoiceData(RecordData, total=False):
    """What is done for a customer."""

    day: Required[Count]
    action: Required[Text]
    propensity: Required[Number]
    policy: Required[Text]
    allowed: Required[Texts]
    observation: Required[Object]
    message: Required[Text]
    product: Text | None
    choices: Texts
    evidence: Objects
    fallback: Text
    problem: Text


class ImpactData(RecordData, total=False):
    """What that did to the customer."""

    day: Required[Count]
    action: Required[Text]
    success: Required[Flag | None]
    delta: Required[Number]
    engagement: Required[Number]
    status: Required[Text]
    events: Required[Texts]
    value: Required[Number | None]
    cost: Required[Number]
    regret: Required[Number]
    word: Required[Text]
    after: Required[Object]
    stage: Text
    purchases: Count
    revenue: Number


class LearnedData(RecordData, total=False):
    """What the ledger says of the action since then."""

    day: Required[Count]
    action: Required[Text]
    verdict: Required[Text | None]
    n: Required[Number]
    mean: Required[Number | None]
    changed: Required[Flag]
    before: Text
    success: Flag | None
    interval: Numbers


class DayEndedData(RecordData, total=False):
    """What a day came to."""

    day: Required[Count]
    customers: Required[Count]
    statuses: Required[Counts]
    actions: Counts
    engagement: Number
    spend: Number
    margin: Number
    regret: Number
    policy: Text
    blob: Text
    """The file that holds a population's day."""
    checkpoint: Text


def _choice(record: Record, text: str, names: Mapping[str, str]) -> str:
    message = clean_line(str(record.data.get("message", "")))
    told = f"{_who(record, names)}: {text} → {_action(record)}"
    return f"{told}: “{message}”" if message else told


def _impact(record: Record, text: str, names: Mapping[str, str]) -> str:
    delta = record.data.get("delta")
    signed = f"{delta:+.1f}" if isinstance(delta, (int, float)) else ""
    return f"{_who(record, names)}: {signed}, {text}"


def _learned(record: Record, text: str, names: Mapping[str, str]) -> str:
    if not record.data.get("changed"):
        return ""
    word = clean_line(str(record.data.get("verdict", "")))
    return f"{_who(record, names)}: {_action(record)} is {word} now: {text}"


def _who(record: Record, names: Mapping[str, str]) -> str:
    return names.get(record.node) or clean_line(record.node)


def _action(record: Record) -> str:
    return clean_line(str(record.data.get("action", "")))


declare(Kind.SESSION, SimulationData)
declare(Kind.SETTING, SettingData)
declare(Kind.MESSAGE, CustomerMessageData)
declare(Kind.NOTICE, DayNoticeData)
declare(DayKind.DAY, DayData)
declare(DayKind.ACTION_CHOSEN, ChoiceData, _choice)
declare(DayKind.IMPACT, ImpactData, _impact)
declare(DayKind.LEARNED, LearnedData, _learned)
declare(DayKind.DAY_ENDED, DayEndedData)
