"""The charts of a run: engagement, money, regret, calibration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from core.clm.run.card import Status
from core.clm.run.customer import CustomerState
from core.clm.run.state import RunState
from core.clm.run.summary import DaySummary
from tui.days.plot import Line, Plot

_BINS = 5


def engagement_plot(state: RunState) -> Plot:
    """Return the mean engagement at the end of each day."""
    means = tuple(each.engagement for each in state.series)
    lines = [Line("those who stay", means)]
    everybody = tuple(map(engagement_of_all, state.series))
    if everybody != means:
        # Who leaves is often who was least engaged: the mean of the others rises.
        lines.append(Line("all, gone as 0", everybody, "$text-warning", dotted=True))
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
    title = "Regret so far, against the truly best action of each day"
    return Plot(title, (Line("", total, "$text-error"),), low=0, last=max(1, state.over))


def calibration_plot(state: RunState) -> Plot | None:
    """Return how often those really did something who were thought to, by what was said.

    `None` where no predictor has said anything yet.
    """
    pairs = list(_foretold(state))
    if not pairs:
        return None
    told: list[float] = []
    for number in range(_BINS):
        inside = [done for score, done in pairs if min(_BINS - 1, int(score * _BINS)) == number]
        middle = (number + 0.5) / _BINS
        told.append(sum(inside) / len(inside) if inside else middle)
    perfect = tuple((number + 0.5) / _BINS for number in range(_BINS))
    lines = (
        Line("if it were always right", perfect, "$text-muted", dotted=True),
        Line(f"{state.spec.predictor}, {len(pairs)} forecasts", tuple(told), "$text-accent"),
    )
    return Plot(
        "Calibration: foretold against what came",
        lines,
        low=0,
        high=1,
        first=0.5 / _BINS,
        last=1 - 0.5 / _BINS,
        across="score",
    )


def _foretold(state: RunState) -> Iterator[tuple[float, bool]]:
    """Yield each score a day began with, and whether the customer did anything that day."""
    for who in state.customers.values():
        for card in who.cards:
            score = card.observation.get("score")
            if score is not None and card.impact is not None:
                yield float(score), bool(card.impact.data.get("events"))
