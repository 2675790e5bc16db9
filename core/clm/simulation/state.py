"""Where a run stands: a fold over the records of the current path.

A day begins, each customer gets a choice, an impact and a line of the ledger, the day ends.
Nothing here asks a model or draws a number: what is due next follows from the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from core.clm.ledger import Ledger
from core.clm.policies import OneStrikePolicy, Outcome, Situation, note
from core.clm.records import DayKind
from core.clm.setup import classic_stakes, market_stakes
from core.clm.simulation.card import Card, Status
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.spec import SimulationSpec
from core.clm.simulation.summary import DaySummary
from core.messages import Params
from core.sessions.record import Kind, Record
from core.sessions.understanding import take_in

_CHANGES = 50
"""Latest changes of the ledger that are kept."""


class SimulationState:
    """A run between two moments. Built by `fold` and `apply` only."""

    def __init__(self, spec: SimulationSpec) -> None:
        self.spec = spec
        self.days = spec.days
        """How many days are planned, 0 for no limit; grows when more are asked for."""
        self.policy = spec.policy
        self.model = spec.model
        self.params: Params = spec.params
        self.customers: dict[str, CustomerState] = {
            each.id: CustomerState.of(each) for each in spec.people
        }
        """The cast by id, in order; empty for a population."""
        self.ledger = Ledger(*_kept(spec))
        """What the evidence says of the cast."""
        self.strikes = OneStrikePolicy()
        """The memory of the policy `one-strike`, kept whoever decides."""
        self.day = 0
        """The day that is under way, or the last one; days count from 1."""
        self.series: list[DaySummary] = []
        """The days that are over, oldest first."""
        self.ends: list[str] = []
        """The records that ended them."""
        self.cards: dict[str, Card] = {}
        """Those of the present day by customer, or of the last one between days."""
        self.scores: Mapping[str, Mapping[str, Any]] = {}
        """What a predictor says today, by customer: `score`, `basis`, `note`."""
        self.changes: list[Record] = []
        """The latest `learned` records in which a word of the ledger changed, newest last."""
        self.replies = 0
        """Complete answers of models."""
        self.failed: Record | None = None
        """A notice that a model could not be asked, until something is done about it."""
        self.passed_over: list[Record] = []
        """Stored records that could not be understood."""

    @classmethod
    def fold(cls, path: Iterable[Record]) -> Self:
        """Build the state of a path that begins with the session's root.

        Raises:
            KeyError, TypeError, ValueError, ConfigError: the session is no run.
        """
        records = iter(path)
        state = cls(SimulationSpec.from_json(next(records).data))
        state.passed_over = take_in(state.apply, records)
        return state

    @property
    def over(self) -> int:
        """How many days are over."""
        return len(self.series)

    @property
    def under_way(self) -> bool:
        """Whether a day has begun and not ended."""
        return self.day > self.over

    @property
    def finished(self) -> bool:
        """Whether all planned days are over, or nobody is left to live another one."""
        if self.under_way:
            return False
        empty = not self.spec.is_population and not self.living
        return empty or bool(self.days and self.over >= self.days)

    @property
    def waiting(self) -> list[CustomerState]:
        """Those to whom nothing was done yet on the day under way, in order.

        A decision without its impact was cut off before anything came of it, and is made anew.
        """
        if not self.under_way:
            return []
        return [each for each in self.living if not self._answered(each.id)]

    @property
    def living(self) -> list[CustomerState]:
        """The customers who have not said goodbye."""
        return [each for each in self.customers.values() if each.status is not Status.CHURNED]

    @property
    def unlearned(self) -> Card | None:
        """The card whose ledger line is still to be written."""
        last = next(reversed(self.cards.values()), None)
        waits = last is not None and last.impact is not None and last.learned is None
        return last if waits else None

    @property
    def spend(self) -> float:
        """What all actions cost so far."""
        return sum(each.spend for each in self.series) + self._today("cost")

    @property
    def margin(self) -> float:
        """What was earned so far, less what was spent."""
        return sum(each.margin for each in self.series) + self._today("value")

    @property
    def engagement(self) -> float:
        """The mean score of the customers who have not said goodbye; 0 where nobody is left."""
        if self.spec.is_population:
            return self.series[-1].engagement if self.series else 0.0
        scores = [each.score for each in self.living]
        return sum(scores) / len(scores) if scores else 0.0

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        fold = _FOLDS.get(record.kind)
        if fold is not None:
            fold(self, record)

    def outline(self) -> dict[str, Any]:
        """Return everything as JSON values, to compare two folds."""
        return {
            "policy": [self.policy, self.model, self.params.to_json()],
            "day": [self.day, self.over],
            "customers": {each.id: each.outline() for each in self.customers.values()},
            "ledger": [self.ledger.to_json(), self.ledger.strength(self.day)],
            "strikes": self.strikes.memory,
            "series": [each.to_json() for each in self.series],
            "cards": [
                [who, *(each and each.id for each in (card.choice, card.impact, card.learned))]
                for who, card in self.cards.items()
            ],
            "scores": dict(self.scores),
            "changes": [each.id for each in self.changes],
            "replies": self.replies,
            "failed": self.failed and self.failed.id,
        }

    def _answered(self, customer: str) -> bool:
        card = self.cards.get(customer)
        return card is not None and card.impact is not None

    def _today(self, what: str) -> float:
        if not self.under_way:
            return 0.0
        return sum(float(card.impact.data[what]) for card in self.cards.values() if card.impact)

    def _day(self, record: Record) -> None:
        self.day = int(record.data["day"])
        self.ledger.settle(self.day)
        self.scores = record.data.get("scores", {})
        self.cards = {}
        self.failed = None

    def _choice(self, record: Record) -> None:
        self.cards[record.node] = Card(self.day, record)
        self.failed = None

    def _impact(self, record: Record) -> None:
        card, who = self.cards[record.node], self.customers[record.node]
        card.impact = record
        outcome = Outcome(
            situation_of(card, who), card.action, record.data["success"], record.data["value"]
        )
        note(self.ledger, outcome)
        self.strikes.learn(outcome)
        who.choose(card)
        who.take(record, self.day)

    def _learned(self, record: Record) -> None:
        self.cards[record.node].learned = record
        self.customers[record.node].learn(record)
        if record.data.get("changed"):
            self.changes = [*self.changes[1 - _CHANGES :], record]

    def _day_ended(self, record: Record) -> None:
        if self.spec.is_population:
            self.day = int(record.data["day"])
        self.series.append(DaySummary.from_json(record.data))
        self.ends.append(record.id)
        for each in self.customers.values():
            each.end_day()

    def _message(self, record: Record) -> None:
        if record.author.kind == "persona" and record.status == "complete":
            self.replies += 1
            if record.node in self.customers:
                self.customers[record.node].replies += 1

    def _setting(self, record: Record) -> None:
        data = record.data
        self.days = int(data.get("days") or self.days)
        self.policy = str(data.get("policy") or self.policy)
        self.model = str(data.get("model") or self.model)
        if data.get("params"):
            self.params = self.params.merged(Params.from_json(data["params"]))
        self.failed = None

    def _notice(self, record: Record) -> None:
        if record.data.get("code") == "error":
            self.failed = record


def situation_of(card: Card, who: CustomerState) -> Situation:
    """Return the situation in which a card was decided, as far as learning needs it."""
    return Situation(
        customer=who.id,
        segment=who.segment,
        day=card.day,
        allowed=tuple(card.choice.data["allowed"]),
        name=who.name,
        stage=who.stage,
        score=who.score,
    )


def _kept(spec: SimulationSpec) -> tuple[Any, Any, Any]:
    """Return which actions a ledger keeps record of, by which rules and for what stakes."""
    setup = spec.setup
    if spec.world == "classic":
        stakes = classic_stakes(setup.actions)
    else:
        stakes = market_stakes(setup.market, setup.actions)
    return stakes, setup.ledger, stakes


_FOLDS: Mapping[str, Callable[[SimulationState, Record], None]] = {
    DayKind.DAY: SimulationState._day,
    DayKind.ACTION_CHOSEN: SimulationState._choice,
    DayKind.IMPACT: SimulationState._impact,
    DayKind.LEARNED: SimulationState._learned,
    DayKind.DAY_ENDED: SimulationState._day_ended,
    Kind.MESSAGE: SimulationState._message,
    Kind.SETTING: SimulationState._setting,
    Kind.NOTICE: SimulationState._notice,
}
