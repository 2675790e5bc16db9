"""Policies side by side on the same customers and the same days.

The unit is a whole run, since customers of one run share what the policy learns; each seed is
run with every policy (common random numbers), and the intervals are Student's over the paired
differences from the first policy.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.clm.beta import student_quantile
from core.clm.simulation.commands import End, Run
from core.clm.simulation.setup import SimulationChoice, Simulations
from core.clm.simulation.spec import ENGINE, SimulationSpec, check_policy
from core.clm.simulation.summary import DaySummary
from core.errors import SalonError
from core.ids import CountingSource
from core.sessions.memory import MemorySession

SEEDS = 8
"""Runs of each policy unless told otherwise."""
CONFIDENCE = 0.95

Progress = Callable[[int, int], None]
"""Told how many runs are done, and of how many."""


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """A policy beside the first one; all but `engagement` is per customer over all days."""

    policy: str
    margin: float
    """Money earned, less money spent."""
    spend: float
    regret: float
    """How much less than with each day's truly best actions."""
    engagement: float
    """On the last day, 0 to 100."""
    churned: float
    """Share of the customers who said goodbye."""
    difference: float
    """Of the margin from the first policy's."""
    low: float
    high: float
    confidence: float
    runs: int

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one run came to, per customer."""

    margin: float
    spend: float
    regret: float
    engagement: float
    churned: float


async def compare_policies(
    runs: Simulations,
    choice: SimulationChoice,
    policies: Sequence[str],
    *,
    days: int,
    seeds: int = SEEDS,
    progress: Progress | None = None,
) -> list[PolicyResult]:
    """Run each policy on the same worlds, nothing kept, and compare each with the first.

    Args:
        runs: makes the runs.
        choice: what all runs have in common; its seed is the first one.
        policies: names; the first is the one to compare with.
        days: of each run.
        seeds: how many runs of each, two at least.
        progress: told after each run.

    Raises:
        SalonError: there is nothing to compare, or a run cannot be made or go on.
    """
    names = [check_policy(each) for each in policies]
    if len(names) < 2 or len(set(names)) < len(names) or days < 1 or seeds < 2:
        raise SalonError(
            "A comparison takes two different policies, a day and two seeds at least.",
            "More seeds make its intervals narrower.",
        )
    outcomes: dict[str, list[_Outcome]] = {name: [] for name in names}
    for number in range(seeds):
        for name in names:
            chosen = replace(choice, policy=name, seed=choice.seed + number, days=days)
            spec = await asyncio.to_thread(runs.spec, chosen)
            outcomes[name].append(await _run(runs, spec, days))
            if progress is not None:
                progress(sum(map(len, outcomes.values())), seeds * len(names))
    first = outcomes[names[0]]
    return [_compared(name, outcomes[name], first) for name in names]


async def _run(runs: Simulations, spec: SimulationSpec, days: int) -> _Outcome:
    if spec.is_population:
        return _outcome(spec, await asyncio.to_thread(_population, spec, days))
    session = await MemorySession.create(CountingSource(), ENGINE, spec.to_json())
    engine = runs.engine(session)
    serving = asyncio.create_task(engine.run())
    try:
        await engine.send(Run(days))
        await engine.idle()
        failed, series = engine.state.failed, engine.state.series
        if failed is not None:
            raise SalonError(f"{spec.policy} could not go on: {failed.text}")
        await engine.send(End())
        await serving
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    return _outcome(spec, series)


def _population(spec: SimulationSpec, days: int) -> list[DaySummary]:
    from core.clm.simulation.population import Population

    population = Population(spec)
    return [population.simulate_summary(spec.policy) for _ in range(days)]


def _outcome(spec: SimulationSpec, series: Sequence[DaySummary]) -> _Outcome:
    count, last = spec.customers, series[-1]
    return _Outcome(
        margin=sum(each.margin for each in series) / count,
        spend=sum(each.spend for each in series) / count,
        regret=sum(each.regret for each in series) / count,
        engagement=last.engagement,
        churned=last.statuses["churned"] / count,
    )


def _compared(name: str, own: Sequence[_Outcome], first: Sequence[_Outcome]) -> PolicyResult:
    differences = [mine.margin - its.margin for mine, its in zip(own, first, strict=True)]
    count = len(own)
    middle = sum(differences) / count
    variance = sum((each - middle) ** 2 for each in differences) / (count - 1)
    half = student_quantile(0.5 + CONFIDENCE / 2, count - 1) * math.sqrt(variance / count)

    def mean(what: str) -> float:
        return math.fsum(getattr(each, what) for each in own) / count

    return PolicyResult(
        policy=name,
        margin=mean("margin"),
        spend=mean("spend"),
        regret=mean("regret"),
        engagement=mean("engagement"),
        churned=mean("churned"),
        difference=middle,
        low=middle - half,
        high=middle + half,
        confidence=CONFIDENCE,
        runs=count,
    )
