"""How far a result hangs on numbers that are only assumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.clm.actions import DO_NOTHING, Actions
from core.clm.market import Market
from core.clm.market_params import ASSUMED, MarketParameters, Segment
from core.clm.population import FixedPopulation, PopulationPolicy
from core.clm.population_run import PopulationRun

FACTORS = (0.5, 2.0)
_SHARES = ("margin", "year")


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a policy earns more than doing nothing if one assumed number were another."""

    parameter: str
    factor: float
    """By which the number was multiplied; shares and memories in time, see `variations`."""
    gain: float
    """Value per customer above doing nothing."""
    change: float
    """Of the gain from the one with the numbers as assumed."""


def sensitivity(
    parameters: MarketParameters,
    actions: Actions,
    policy: Callable[[], PopulationPolicy],
    *,
    size: int,
    days: int,
    seed: int,
    factors: Sequence[float] = FACTORS,
    budget: float | None = None,
) -> list[Sensitivity]:
    """Vary each assumed number in turn, on common random numbers.

    The first row is the one without variation.

    Raises:
        ConfigError: the size or seed is none.
    """

    def gain(par: MarketParameters, acts: Actions) -> float:
        earned = [
            PopulationRun(Market(par, acts, size, seed), each, budget=budget).run(days).value.mean()
            for each in (policy(), FixedPopulation(DO_NOTHING))
        ]
        return float(earned[0] - earned[1])

    plain = gain(parameters, actions)
    rows = [Sensitivity("as assumed", 1.0, plain, 0.0)]
    for factor in factors:
        for name, par, acts in variations(parameters, actions, factor):
            value = gain(par, acts)
            rows.append(Sensitivity(name, factor, value, value - plain))
    return rows


def variations(
    parameters: MarketParameters, actions: Actions, factor: float
) -> Iterator[tuple[str, MarketParameters, Actions]]:
    """Yield the market with each assumed number multiplied in turn.

    A share that is kept from day to day has its half-life multiplied; other shares stay
    below one. The shape of the week is left as it is.
    """
    for name in ASSUMED:
        if name == "week":
            continue
        now = float(getattr(parameters, name))
        if name.endswith("_keep"):
            varied = now ** (1 / factor) if now > 0 else now
        else:
            varied = min(1.0, now * factor) if name in _SHARES else now * factor
        changes: dict[str, Any] = {name: varied}
        yield name, replace(parameters, **changes), actions
    segments = {
        name: Segment(each.share, {action: factor * mean for action, mean in each.response.items()})
        for name, each in parameters.segments.items()
    }
    yield "response", replace(parameters, segments=segments), actions
    longer = [replace(each, half_life=each.half_life * factor) for each in actions]
    yield "half_life", parameters, Actions(longer)
