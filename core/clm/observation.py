"""What customers did, and what somebody who sees only that may conclude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from core.clm.fields import read_fields
from core.config.checks import number, whole


class EventKind(StrEnum):
    """What a customer does; what is done for them is no event of theirs."""

    LOGIN = "Login"
    FEATURE_USE = "Feature Use"
    SEARCH = "Search"
    PURCHASE = "Purchase"
    RESPONSE = "Response"
    """Took up what was offered."""
    REFUSAL = "Not Interested"
    """Said no when asked."""
    LEFT = "Left"
    """Said goodbye; nothing comes after it."""


ACTIVITY = (EventKind.LOGIN, EventKind.FEATURE_USE, EventKind.SEARCH)
"""What customers do of their own accord."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a customer did on a day; days before the first are negative."""

    day: int
    kind: EventKind

    def to_json(self) -> dict[str, Any]:
        """Return the event as JSON can say it."""
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Event:
        """Read what `to_json` wrote."""
        return cls(int(said["day"]), EventKind(said["kind"]))


class Condition(StrEnum):
    """How a customer is doing, as far as their events tell."""

    HEALTHY = "healthy"
    FADING = "fading"
    SILENT = "silent"
    AT_RISK = "at risk"
    PRESUMED_LOST = "presumed lost"


@dataclass(frozen=True, slots=True)
class ObserverRules:
    """When an observer says what, in days and counts."""

    window: int = 7
    """Days that are compared with as many before them."""
    silent: int = 3
    at_risk: int = 7
    lost: int = 14
    fading: float = 0.5
    """Share of earlier activity below which a customer fades."""
    refusal_memory: int = 30
    """Days for which a refusal counts."""

    @classmethod
    def from_json(cls, values: object, where: str = "clm.observer") -> ObserverRules:
        """Read what settings say. Raises `ConfigError`."""
        days = whole(1, 3650)
        checks = dict.fromkeys(("window", "silent", "at_risk", "lost", "refusal_memory"), days)
        return read_fields(cls, values, {**checks, "fading": number(0, 1)}, where)


@dataclass(frozen=True, slots=True)
class Observation:
    """A condition with the reasons for it."""

    condition: Condition
    reasons: tuple[str, ...]
    days_silent: int | None
    """Days since the customer last did anything; `None` if they never did."""
    recent: int
    """Events of the last window."""
    before: int
    """Events of the window before it."""
    refusals: int

    def to_json(self) -> dict[str, Any]:
        """Return the observation as JSON can say it."""
        return asdict(self) | {"reasons": list(self.reasons)}


_DEFAULT_RULES = ObserverRules()


def observe(
    events: Iterable[Event], today: int, rules: ObserverRules = _DEFAULT_RULES
) -> Observation:
    """Conclude from a customer's events, and from nothing else, how they are doing."""
    seen = [each for each in events if each.day <= today]
    last = max((each.day for each in seen), default=None)
    recent = _count(seen, today - rules.window, today)
    before = _count(seen, today - 2 * rules.window, today - rules.window)
    said_no = [
        each
        for each in seen
        if each.kind is EventKind.REFUSAL and each.day > today - rules.refusal_memory
    ]
    silent = None if last is None else today - last
    condition, reasons = _judge(seen, silent, (recent, before), len(said_no), rules)
    return Observation(condition, tuple(reasons), silent, recent, before, len(said_no))


def _judge(
    seen: Sequence[Event],
    silent: int | None,
    counts: tuple[int, int],
    refusals: int,
    rules: ObserverRules,
) -> tuple[Condition, list[str]]:
    recent, before = counts
    if any(each.kind is EventKind.LEFT for each in seen):
        return Condition.PRESUMED_LOST, ["said goodbye"]
    if silent is None:
        return Condition.SILENT, ["has never been seen to do anything"]
    reasons = [f"nothing for {silent} days"] if silent >= rules.silent else []
    if refusals:
        reasons.append(f"said no {refusals} time{'s' * (refusals > 1)} lately")
    if silent >= rules.lost:
        return Condition.PRESUMED_LOST, reasons
    if silent >= rules.at_risk or refusals:
        return Condition.AT_RISK, reasons
    if silent >= rules.silent:
        return Condition.SILENT, reasons
    events = "event" if recent == 1 else "events"
    change = f"{recent} {events} in {rules.window} days after {before} in those before"
    if recent < rules.fading * before:
        return Condition.FADING, [change]
    return Condition.HEALTHY, [change]


def _count(seen: Iterable[Event], after: int, until: int) -> int:
    return sum(after < each.day <= until for each in seen)
