"""A market's customers one by one: each is a row that the records carry from day to day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from core.clm.market import Market
from core.clm.market_state import State, fresh_state
from core.clm.numeric import np
from core.clm.observation import Condition, Event, EventKind, Observation
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.generation import draw_names, ids
from core.clm.simulation.spec import Person, SimulationSpec
from core.clm.simulation.worlds import DayObservation, Outcome, status_of


def draw_people(size: int, seed: int, market: Market) -> tuple[Person, ...]:
    """Return the customers of a market; their names are for the eye alone."""
    row = _read(fresh_state(len(market.state.sent), 1), 0)
    segments = [market.segments[index] for index in market.traits.segment]
    return tuple(
        Person(who, name, segment, row)
        for who, name, segment in zip(ids(size), draw_names(size, seed), segments, strict=True)
    )


class MarketCast:
    """The market world for a cast; see `core.clm.market`."""

    unit = "money"

    def __init__(self, spec: SimulationSpec) -> None:
        setup = spec.setup
        self._rules = setup.run
        self._actions = setup.actions
        self._parameters = setup.market
        self._places = {each.id: index for index, each in enumerate(spec.people)}
        self._market = Market(setup.market, setup.actions, len(spec.people), spec.seed)

    def observe(self, who: CustomerState, day: int) -> DayObservation:
        rows = self._place(who, day)
        view = self._market.view(0, rows)
        alive = float(view.alive()[0])
        silent = int(view.silent[0])
        allowed = [
            name for name, may in zip(self._actions.names, view.allowed[:, 0], strict=True) if may
        ]
        seen = self._observe(who, alive, silent, day)
        return DayObservation(seen, tuple(allowed), silent, alive)

    def values(self, who: CustomerState, day: int) -> Mapping[str, float]:
        values = self._market.expected_values(self._place(who, day))[:, 0]
        return dict(zip(self._actions.names, map(float, values), strict=True))

    def outcome(self, who: CustomerState, day: int, action: str) -> Outcome:
        rows = self._place(who, day)
        result = self._market.step(rows, np.array([self._actions.index(action)], dtype=np.int8))
        after = _read(self._market.state, rows.start)
        self._market.day = day
        view = self._market.view(0, rows)
        bought = after["purchases"] - who.world["purchases"]
        events = (Event(day, EventKind.PURCHASE),) * min(1, bought)
        value = float(result.value[0])
        seen = self._observe(who, float(view.alive()[0]), int(view.silent[0]), day)
        return Outcome(
            success=bool(result.success[0]),
            engagement=after["engagement"],
            status=status_of(seen.condition),
            events=events,
            value=value,
            reason=f"bought {bought} time{'s' * (bought > 1)}" if bought else "bought nothing",
            after=after,
            more={"purchases": bought, "revenue": self._revenue(action, value) if bought else 0.0},
        )

    def _revenue(self, action: str, value: float) -> float:
        """Return what a customer paid, from what was left of it."""
        left = self._parameters.margin - self._actions[action].discount
        return (value + self._actions[action].cost) / left if left else 0.0

    def _observe(self, who: CustomerState, alive: float, silent: int, day: int) -> Observation:
        rules = self._rules
        bought = [each.day for each in who.events if each.kind is EventKind.PURCHASE]
        if alive < rules.lost:
            condition = Condition.PRESUMED_LOST
        elif alive < rules.at_risk:
            condition = Condition.AT_RISK
        else:
            condition = Condition.SILENT if silent >= rules.silent else Condition.HEALTHY
        reasons = [f"{alive:.0%} likely to be a customer still"]
        times = len(bought)
        reasons.append(f"bought {times} time{'s' * (times != 1)}, nothing for {silent} days")
        window = [day - rules.silent, day - 2 * rules.silent]
        recent = sum(each > window[0] for each in bought)
        before = sum(window[1] < each <= window[0] for each in bought)
        return Observation(condition, tuple(reasons), silent if bought else None, recent, before, 0)

    def _place(self, who: CustomerState, day: int) -> slice:
        """Put a customer's row into the arrays, at the beginning of a day."""
        place = self._places[who.id]
        _write(self._market.state, place, who.world)
        self._market.day = day - 1
        return slice(place, place + 1)


def _read(state: State, place: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for each in fields(State):
        row[each.name] = getattr(state, each.name)[..., place].tolist()
    return row


def _write(state: State, place: int, row: Mapping[str, Any]) -> None:
    for each in fields(State):
        values: Sequence[Any] | Any = row[each.name]
        getattr(state, each.name)[..., place] = values
