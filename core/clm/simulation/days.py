"""How the days of a cast begin, go on and end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Literal, Protocol

from core.clm.observation import EventKind
from core.clm.records import DayKind
from core.clm.simulation.card import Card, Status
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.customer_day import CustomerDays
from core.clm.simulation.log import RunLog
from core.clm.simulation.state import SimulationState
from core.clm.simulation.summary import DaySummary
from core.errors import PredictionError
from core.prediction.predictor import Case, Predictor
from core.prediction.transactions import Transactions
from core.prediction.users import User
from core.sessions.record import Kind, Record

Unit = Literal["begun", "turn", "ended", "failed"]
"""What was done in one go: a day began, a customer was looked after, a day ended, or nothing
could be done (why is on record)."""
_EPOCH = date(2000, 1, 1)
"""The day before the first, for predictors, which want dates."""
_BOUGHT = frozenset({EventKind.PURCHASE, EventKind.RESPONSE})
_FIELDS = ("score", "basis", "note")


class Days(Protocol):
    """Goes through the days of a run, one unit of work at a time."""

    async def advance(self) -> Unit:
        """Do what is due next.

        Cancelling leaves the run between two units.

        Raises:
            SalonError: it cannot be done; nothing has changed.
        """
        ...

    def forget(self) -> None:
        """Start from the state anew: it is another one, or decided otherwise from now on."""
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


class CastDays:
    """The days of customers who each have records of their own."""

    def __init__(self, log: RunLog, turns: CustomerDays, predictor: Predictor | None) -> None:
        self._log = log
        self._turns = turns
        self._predictor = predictor

    async def advance(self) -> Unit:
        state = self._log.state
        if (card := state.unlearned) is not None:
            await self._turns.learn(card)
            return "turn"
        if not state.under_way:
            await self._log.tell(await self._begin())
            return "begun"
        if waiting := state.waiting:
            return "turn" if await self._turns.take(waiting[0]) else "failed"
        await self._log.tell(self._end())
        return "ended"

    def forget(self) -> None:
        """Nothing is held beside the state."""

    async def close(self) -> None:
        """Nothing is held."""

    async def _begin(self) -> Record:
        state = self._log.state
        data: dict[str, Any] = {"day": state.day + 1, "customers": len(state.living)}
        if self._predictor is not None:
            data["scores"] = await self._scores(self._predictor)
        return self._log.new_record(DayKind.DAY, f"Day {state.day + 1}", data=data)

    async def _scores(self, predictor: Predictor) -> dict[str, dict[str, Any]]:
        """Ask the predictor about everybody; where it cannot tell, that goes on record."""
        state = self._log.state
        try:
            forecast = await predictor.predict(case_of(state))
        except PredictionError as error:
            text = f"The {predictor.name} predictor has no scores today: {error}"
            data = {"code": "predictor", "day": state.day + 1}
            await self._log.tell(self._log.new_record(Kind.NOTICE, text, data=data))
            return {}
        return {
            each.user_id: dict(
                zip(
                    _FIELDS,
                    (round(each.engagement_score, 4), each.basis, each.note),
                    strict=True,
                )
            )
            for each in forecast.predictions
        }

    def _end(self) -> Record:
        state = self._log.state
        summary = summed_up(state)
        text = f"Day {state.day}: engagement {summary.engagement:.1f}, margin {summary.margin:+.2f}"
        return self._log.new_record(DayKind.DAY_ENDED, text, data=summary.to_json())


def case_of(state: SimulationState) -> Case:
    """Return what a predictor may know on the morning of the next day: events, and no truth."""
    today = state.day
    users = [_user(each, today) for each in state.living]
    everybody = list(state.customers.values())
    customers, days = [], []
    for number, each in enumerate(everybody):
        for event in each.events:
            customers.append(number)
            days.append((_EPOCH + timedelta(days=event.day)).toordinal())
    from array import array

    ids = [each.id for each in everybody]
    events = Transactions(ids, array("q", customers), array("q", days), None) if days else None
    return Case(
        users=users, as_of=_EPOCH + timedelta(days=today), events=events, seed=state.spec.seed
    )


def summed_up(state: SimulationState) -> DaySummary:
    """Return what the present day of a cast came to."""
    cards = [each for each in state.cards.values() if each.impact is not None]
    living = state.living
    return DaySummary(
        day=state.day,
        customers=len(state.customers),
        engagement=_mean(each.score for each in living),
        spend=_sum(cards, "cost"),
        margin=_sum(cards, "value"),
        regret=_sum(cards, "regret"),
        successes=sum(each.success is True for each in cards),
        statuses=_statuses(state.customers.values()),
        actions=dict(sorted(Counter(each.action for each in cards).items())),
        segments=_segments(state, cards),
    )


def _segments(state: SimulationState, cards: Sequence[Card]) -> dict[str, dict[str, Any]]:
    found = {}
    for name in dict.fromkeys(each.segment for each in state.customers.values()):
        own = [each for each in state.customers.values() if each.segment == name]
        ids = {each.id for each in own}
        statuses = _statuses(own)
        left = [each.score for each in own if each.status is not Status.CHURNED]
        found[name] = {
            "customers": len(own),
            "engagement": _mean(left),
            "margin": _sum([each for each in cards if each.customer in ids], "value"),
            "at_risk": statuses.get(Status.AT_RISK.value, 0),
            "presumed_lost": statuses.get(Status.PRESUMED_LOST.value, 0),
        }
    return found


def _statuses(customers: Iterable[CustomerState]) -> dict[str, int]:
    counts = Counter(each.status for each in customers)
    return {each.value: counts[each] for each in Status}


def _sum(cards: Sequence[Card], what: str) -> float:
    return sum(float(each.impact.data[what]) for each in cards if each.impact is not None)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _user(who: CustomerState, today: int) -> User:
    last = max((each.day for each in who.events), default=None)
    idle = today if last is None else today - last
    bought = sum(each.kind in _BOUGHT for each in who.events)
    return User(who.id, max(0, idle), float(len(who.events)), float(bought))
