"""How a run goes about its days, whatever its world: settings below `clm.run`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.clm.fields import read_fields, share
from core.config.checks import number, whole

LARGEST_CAST = 1000
"""Customers up to which each has records of its own."""
LARGEST_POPULATION = 20_000_000
"""Customers of a market; more would not fit the memory of most machines."""


@dataclass(frozen=True, slots=True)
class RunRules:
    """Every number of a run that is none of its world's."""

    epsilon: float = 0.1
    """Share of a model's decisions that are drawn evenly instead, so that a log can be judged."""
    at_risk: float = 0.5
    """Inferred chance of being alive below which a market's customer counts as at risk."""
    lost: float = 0.2
    """… and below which one is presumed lost."""
    silent: int = 30
    """Days without a purchase from which a market's customer counts as silent."""
    unlikely: float = 0.2
    """A predictor's learnt score below which a customer counts as at risk."""
    win_back: int = 3
    """Contacts that somebody presumed lost still gets before being left alone."""
    point: float = 0.5
    """Money that a point of engagement is worth in the classic world; assumed."""
    customers: int = 20
    """How many a market has unless told otherwise."""
    checkpoint: int = 30
    """Days after which a population's state is kept."""

    @classmethod
    def from_json(cls, values: object, where: str = "clm.run") -> RunRules:
        """Read what settings say. Raises `ConfigError`."""
        return read_fields(cls, values, _CHECKS, where)

    def to_json(self) -> dict[str, Any]:
        """Return the rules as `from_json` reads them."""
        return asdict(self)


_CHECKS: Mapping[str, Any] = {
    "epsilon": share,
    "at_risk": share,
    "lost": share,
    "silent": whole(1),
    "unlikely": share,
    "win_back": whole(0),
    "point": number(0),
    "customers": whole(1),
    "checkpoint": whole(1, 3650),
}
