"""The charts of a run: engagement, money, regret, calibration."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from itertools import accumulate

from core.clm.run.card import Status
from core.clm.run.customer import CustomerState
from core.clm.run.state import RunState
from core.clm.run.summary import DaySummary
from core.prediction.predictor import Case
from tui.days.plot import Line, Plot

_BINS = 5


def engagement_plot(state: RunState) -> Plot:
    """Return the mean engagement at the end of each day."""
    means = tuple(each.engagement for each in state.series)
    lines = [Line("those who stay", means)]
    everybody = tuple(map(engagement_of_all, state.series))
    if everybody != means:
        # Who leaves is often who was least engaged: the mean of the others rises.
        lines.append(Line("gone as 0", everybody, "$text-warning", dotted=True))
    return Plot(
        "Engagement",
        tuple(lines) if len(lines) > 1 else (Line("", means),),
        low=0,
        high=100,
        last=max(1, state.over),
    )


def engagement_of_all(day: DaySummary) -> float:
    """Return the mean over everybody, who said goodbye counting nothing."""
    gone = day.statuses.get(Status.CHURNED.value, 0)
    return day.engagement * (1 - gone / day.customers) if day.customers else 0.0


def customer_plot(who: CustomerState) -> Plot:
    """Return a customer's engagement from before the first day on."""
    return Plot(
        "Engagement",
        (Line("", tuple(who.scores)),),
        low=0,
        high=100,
        first=0,
        last=max(1, len(who.scores) - 1),
    )


def money_plot(state: RunState) -> Plot:
    """Return what was earned and what was spent, up to each day."""
    margin = tuple(accumulate(each.margin for each in state.series))
    spend = tuple(accumulate(each.spend for each in state.series))
    lines = (
        Line("margin", margin, "$text-success"),
        Line("spend", spend, "$text-warning", dotted=True),
    )
    return Plot("Money so far", lines, last=max(1, state.over))


def regret_plot(state: RunState) -> Plot | None:
    """Return how far the policy stays behind one that knows the truth; `None` if unknown."""
    total = tuple(accumulate(each.regret for each in state.series))
    if not total:
        return None
    title = "Regret so far, against the truth"
    return Plot(title, (Line("", total, "$text-error"),), low=0, last=max(1, state.over))


def calibration_plot(state: RunState) -> Plot | None:
    """Return how often those really did something who were thought to, by what was said.

    `None` where no predictor is asked.
    """
    if not state.spec.predictor:
        return None
    pairs = list(_settled(state))
    told: list[float] = []
    for number in range(_BINS):
        inside = [done for score, done in pairs if min(_BINS - 1, int(score * _BINS)) == number]
        told.append(sum(inside) / len(inside) if inside else math.nan)
    ideal = tuple((number + 0.5) / _BINS for number in range(_BINS))
    lines = [Line("ideal", ideal, "$text-muted", dotted=True)]
    title = f"Calibration: no forecast is {_horizon()} days old yet"
    if pairs:
        title = f"Calibration, {len(pairs):,} forecasts"
        lines.append(Line(state.spec.predictor, tuple(told), "$text-accent"))
    ends = 0.5 / _BINS, 1 - 0.5 / _BINS
    return Plot(title, tuple(lines), 0, 1, ends[0], ends[1], across="score")


def _settled(state: RunState) -> Iterator[tuple[float, bool]]:
    """Yield each score whose horizon is over, and whether the customer did anything in it."""
    horizon = _horizon()
    for who in state.customers.values():
        active = {each.day for each in who.events}
        for card in who.cards:
            score = card.observation.get("score")
            if score is not None and card.day + horizon - 1 <= state.over:
                days = range(card.day, card.day + horizon)
                yield float(score), any(day in active for day in days)


def _horizon() -> int:
    """Return how many days a forecast of a run looks ahead."""
    return Case(users=(), as_of=date.min).horizon
