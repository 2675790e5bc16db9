"""The same days with another policy: lived in a session that is never written to disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from core.clm.records import DayEnded
from core.clm.simulation import commands
from core.clm.simulation.spec import ENGINE, LLM
from core.clm.simulation.state import SimulationState
from core.errors import SalonError
from tui.clm.figures import money
from tui.clm.plots import engagement_of_all
from tui.widgets.plot import Line, Plot

if TYPE_CHECKING:
    from core.bus import Subscription
    from core.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both runs."""

    what: str
    one: str
    other: str
    difference: str
    better: bool | None
    """Whether the other policy does better; `None` where there is no saying."""


async def live_again(
    runtime: Runtime,
    state: SimulationState,
    policy: str,
    days: int,
    told: Callable[[SimulationState], None],
) -> SimulationState:
    """Live the days of a run from its beginning with another policy.

    Cancelling leaves nothing behind.

    Args:
        runtime: for models and predictors.
        state: of the run to compare with; it is not touched.
        policy: who decides.
        days: how many.
        told: called after each day.

    Raises:
        SalonError: the policy cannot decide here, or its model could not be asked.
    """
    model = state.model or (runtime.settings.model if policy == LLM else "")
    spec = replace(state.spec, policy=policy, model=model, params=state.params, title="", days=days)
    session = await runtime.create_unsaved(ENGINE, spec.to_json())
    engine = await asyncio.to_thread(lambda: runtime.simulations.engine(session))
    events = engine.subscribe()
    run = asyncio.create_task(engine.run())
    try:
        await engine.send(commands.Run(days))
        waiting = asyncio.create_task(engine.idle())
        following = asyncio.create_task(_follow(events, lambda: told(engine.state)))
        try:
            await waiting
        finally:
            waiting.cancel()
            following.cancel()
        if engine.state.over < days and engine.state.failed is not None:
            raise SalonError(engine.state.failed.text, "Choose another policy, or another model.")
        return engine.state
    finally:
        await engine.send(commands.Stop())
        await engine.send(commands.End())
        await asyncio.wait({run})
        await session.close()


async def _follow(events: Subscription, told: Callable[[], None]) -> None:
    with events as queue:
        async for event in queue:
            if isinstance(event, DayEnded):
                told()


def rows_of(one: SimulationState, other: SimulationState, days: int) -> list[Row]:
    """Return the figures of the first days of two runs, side by side."""
    a, b = one.series[:days], other.series[:days]
    if not a or not b:
        return []
    rows = [
        _number("engagement, gone as 0", engagement_of_all(a[-1]), engagement_of_all(b[-1])),
        _money("margin", sum(x.margin for x in a), sum(x.margin for x in b)),
        _money("spend", sum(x.spend for x in a), sum(x.spend for x in b), less=True),
        _number("successes", sum(x.successes for x in a), sum(x.successes for x in b), digits=0),
        _number("regret", sum(x.regret for x in a), sum(x.regret for x in b), less=True),
    ]
    for status in ("at risk", "presumed lost", "churned"):
        counts = a[-1].statuses.get(status, 0), b[-1].statuses.get(status, 0)
        rows.append(_number(status, *counts, digits=0, less=True))
    return rows


def compared_plots(
    one: SimulationState, other: SimulationState, days: int, names: tuple[str, str]
) -> list[Plot]:
    """Return engagement and margin of both, day by day."""
    a, b = one.series[:days], other.series[:days]
    last = max(1, len(a))
    return [
        Plot(
            "Engagement",
            _lines(names, [*map(engagement_of_all, a)], [*map(engagement_of_all, b)]),
            low=0,
            high=100,
            last=last,
        ),
        Plot(
            "Margin so far",
            _lines(
                names, list(accumulate(x.margin for x in a)), list(accumulate(x.margin for x in b))
            ),
            last=last,
        ),
    ]


def _lines(names: tuple[str, str], one: list[float], other: list[float]) -> tuple[Line, ...]:
    return (
        Line(names[0], tuple(one), "$text-primary"),
        Line(names[1], tuple(other), "$text-accent", dotted=True),
    )


def _number(what: str, one: float, other: float, *, digits: int = 1, less: bool = False) -> Row:
    return _row(what, one, other, lambda value: f"{value:,.{digits}f}", less=less)


def _money(what: str, one: float, other: float, *, less: bool = False) -> Row:
    return _row(what, one, other, money, less=less)


def _row(what: str, one: float, other: float, show: Callable[[float], str], *, less: bool) -> Row:
    gap = other - one
    same = show(one) == show(other)
    sign = "+" if gap > 0 else "−"
    difference = "same" if same else f"{sign}{show(abs(gap))}"
    return Row(what, show(one), show(other), difference, None if same else (gap < 0) == less)
