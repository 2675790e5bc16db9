"""The charts of a run: engagement, money, regret, calibration."""

from __future__ import annotations

import math
from itertools import accumulate

from core.clm.simulation.calibration import BINS, HORIZON, Source, calibration_of
from core.clm.simulation.card import Status
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.state import SimulationState
from core.clm.simulation.summary import DaySummary
from tui.widgets.plot import Line, Plot

_LOW = 30
"""Engagement up to which a chart of a run is drawn larger: markets live down there."""


def engagement_plot(state: SimulationState) -> Plot:
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
        high=100 if max(means, default=100) > _LOW else None,
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


def money_plot(state: SimulationState) -> Plot:
    """Return what was earned and what was spent, up to each day."""
    margin = tuple(accumulate(each.margin for each in state.series))
    spend = tuple(accumulate(each.spend for each in state.series))
    lines = (
        Line("margin", margin, "$text-success"),
        Line("spend", spend, "$text-warning", dotted=True),
    )
    return Plot("Money so far", lines, last=max(1, state.over))


def regret_plot(state: SimulationState) -> Plot | None:
    """Return how far the policy stays behind one that knows the truth; `None` if unknown."""
    total = tuple(accumulate(each.regret for each in state.series))
    if not total:
        return None
    title = "Regret so far, against the truth"
    return Plot(title, (Line("", total, "$text-error"),), low=0, last=max(1, state.over))


def calibration_plot(state: SimulationState, source: Source) -> Plot | None:
    """Return how often it came as a chance had said; bins without any stay empty.

    `None` where nobody says such chances in this run.
    """
    known = calibration_of(state, source)
    if known is None:
        # A forecast can be judged only when its days are over.
        if source == "alive" or not state.spec.predictor:
            return None
        title = f"Calibration: no forecast is {HORIZON} days old yet"
    else:
        what = state.spec.predictor if source == "score" else "P(alive)"
        title = f"Calibration of {what}: Brier {known.brier:.3f}, ECE {known.ece:.3f}"
    came = [math.nan] * BINS
    for each in () if known is None else known.bins:
        came[min(BINS - 1, int(each.low * BINS + 0.5))] = each.observed
    ideal = tuple((number + 0.5) / BINS for number in range(BINS))
    lines = [Line("ideal" if known else "", ideal, "$text-muted", dotted=True)]
    if known is not None:
        lines.append(Line("as it came", tuple(came), "$text-accent"))
    return Plot(title, tuple(lines), 0, 1, ideal[0], ideal[-1], across="said")
