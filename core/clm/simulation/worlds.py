"""The two worlds as a day of a run needs them: what customers do, may get, and answer.

A world holds nothing that a record does not: given a customer as the records say they are, a
day and an action, the same comes out whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from core.clm.actions import DO_NOTHING, Actions
from core.clm.classic import Customer, Stage, act, allowed_actions, day_rng, live
from core.clm.observation import Condition, Event, Observation, observe
from core.clm.simulation.card import Status
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.rules import RunRules
from core.clm.simulation.spec import Person, SimulationSpec


@dataclass(frozen=True, slots=True)
class DayObservation:
    """A customer at the beginning of a day, as far as anybody can see."""

    observation: Observation
    allowed: tuple[str, ...]
    """What the world lets be done; never empty but where settings leave nothing."""
    idle: int
    """Days since they last did anything."""
    alive: float | None = None
    """The inferred chance that they are still customers; `None` where nothing infers it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a day did to a customer."""

    success: bool | None
    engagement: float
    status: Status
    events: tuple[Event, ...]
    """What they did all day."""
    value: float
    """Money earned, less the action's cost."""
    reason: str
    after: Mapping[str, Any]
    """What their world has to know of them from now on."""
    stage: str = ""
    more: Mapping[str, Any] | None = None
    """What else the record says: a market's purchases and revenue."""


class CastWorld(Protocol):
    """A world whose customers are looked after one by one."""

    unit: str
    """What `values` count: points or money."""

    def observe(self, who: CustomerState, day: int) -> DayObservation:
        """Return what is seen of a customer before anything is done for them."""
        ...

    def values(self, who: CustomerState, day: int) -> Mapping[str, float]:
        """Return what each action is truly worth today: for the oracle and for regret only."""
        ...

    def outcome(self, who: CustomerState, day: int, action: str) -> Outcome:
        """Return what the day does to a customer who gets this action."""
        ...


def make_world(spec: SimulationSpec) -> CastWorld:
    """Return the world of a cast.

    Raises:
        SalonError: numpy or scipy is missing where a market needs them.
    """
    if spec.world == "classic":
        return ClassicWorld(spec)
    from core.clm.simulation.market_cast import MarketCast

    return MarketCast(spec)


def people_of(cast: Sequence[Customer]) -> tuple[Person, ...]:
    """Return the customers of a classic world as a run is set up with them."""
    return tuple(_person(each) for each in cast)


class ClassicWorld:
    """The classic world; see `core.clm.classic`."""

    unit = "points"

    def __init__(self, spec: SimulationSpec) -> None:
        self._spec = spec
        self._rules = spec.setup.classic
        self._observer = spec.setup.observer
        self._actions = spec.setup.actions

    def observe(self, who: CustomerState, day: int) -> DayObservation:
        customer, events = self._begun(who, day)
        seen = observe([*who.events, *events], day, self._observer)
        names = self._actions.allowed(who.segment, day, who.sent)
        allowed = allowed_actions(names, customer, self._rules)
        return DayObservation(seen, allowed, customer.idle)

    def values(self, who: CustomerState, day: int) -> Mapping[str, float]:
        customer, _ = self._begun(who, day)
        return {name: act(day, customer, name, self._rules).change for name in self._actions.names}

    def outcome(self, who: CustomerState, day: int, action: str) -> Outcome:
        customer, events = self._begun(who, day)
        impact = act(day, customer, action, self._rules)
        after = impact.customer
        done = (*events, *impact.events)
        seen = observe([*who.events, *done], day, self._observer)
        earned = impact.change * self._spec.setup.run.point
        return Outcome(
            success=impact.success,
            engagement=after.score,
            status=Status.CHURNED if after.churned else status_of(seen.condition),
            events=done,
            value=earned - self._actions[action].cost,
            reason=impact.reason,
            after={"idle": after.idle, "since": after.since, "refused": after.refused},
            stage=str(after.stage),
        )

    def _begun(self, who: CustomerState, day: int) -> tuple[Customer, tuple[Event, ...]]:
        customer = Customer(
            id=who.id,
            name=who.name,
            score=who.score,
            stage=Stage(who.stage),
            segment=who.segment,
            sensitivity=who.world["sensitivity"],
            idle=who.world["idle"],
            since=who.world["since"],
            refused=who.world["refused"],
        )
        return live(day, customer, day_rng(self._spec.seed, day, who.id))


def status_of(condition: Condition) -> Status:
    """Return how a customer in some condition stands."""
    return _STATUSES.get(condition, Status.ACTIVE)


def left_alone(status: Status, tries: int, rules: RunRules, actions: Actions) -> bool:
    """Whether somebody presumed lost has had their tries, and is to get nothing from now on.

    That goes before a world's rule that something has to be done.
    """
    lost = status is Status.PRESUMED_LOST and tries >= rules.win_back
    return lost and DO_NOTHING in actions


def as_at_risk(seen: Observation, reason: str) -> Observation:
    """Return an observation in which a customer who seemed well is at risk for a reason."""
    if seen.condition in {Condition.AT_RISK, Condition.PRESUMED_LOST}:
        return seen
    return replace(seen, condition=Condition.AT_RISK, reasons=(*seen.reasons, reason))


_STATUSES = {
    Condition.AT_RISK: Status.AT_RISK,
    Condition.PRESUMED_LOST: Status.PRESUMED_LOST,
}


def _person(customer: Customer) -> Person:
    said = customer.to_json()
    values = {key: said[key] for key in ("score", "sensitivity", "idle", "since", "refused")}
    values["stage"] = str(customer.stage)
    values["events"] = [each.to_json() for each in customer.past()]
    if customer.churned:
        values["status"] = Status.CHURNED
    return Person(customer.id, customer.name, customer.segment, values)
