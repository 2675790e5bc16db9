"""A run that is being set up: what the user has chosen so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from core.clm.classic import Customer
from core.clm.simulation.rules import LARGEST_CAST
from core.clm.simulation.spec import LLM, POLICY_NAMES, WORLDS, SimulationSpec, WorldName
from core.prediction.predictors import NAMES
from tui.widgets.start_card import turned

if TYPE_CHECKING:
    from core.clm.simulation.setup import SimulationChoice

PREDICTORS = ("", *NAMES)
SEED = 42
DAYS = 30
LARGEST = 10_000_000
"""Customers of the largest population that can be typed in."""
_MARKET = 20
_MOST_DAYS = 3650
_RICHEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SimulationSetup:
    """A world, its customers, and who looks after them."""

    world: WorldName
    size: int
    """Customers of a market, or of a drawn classic world; 0: those of the settings."""
    policy: str
    model: str
    seed: int
    days: int
    predictor: str
    cast: Path | None = None
    """A file with customers of one's own, for the classic world."""
    people: tuple[Customer, ...] = ()
    """Those of the run that is begun again."""
    budget: int = 0
    """Money for each day of a population; 0: no limit."""

    @classmethod
    def of(cls, model: str) -> Self:
        """Return the run that is offered at first: small, legible, and on the model at hand."""
        return cls("classic", 0, LLM, model, SEED, DAYS, "")

    @classmethod
    def like(cls, spec: SimulationSpec, policy: str, model: str) -> Self:
        """Return a draft of the same run from its beginning."""
        size = spec.customers if spec.world == "market" else 0
        return cls(
            world=spec.world,
            size=size,
            policy=policy,
            model=model or spec.model,
            seed=spec.seed,
            days=spec.days,
            predictor=spec.predictor,
            people=_customers(spec) if spec.world == "classic" else (),
            budget=int(spec.budget or 0),
        )

    @property
    def is_population(self) -> bool:
        """Whether its customers are too many for a record each."""
        return self.world == "market" and self.size > LARGEST_CAST

    @property
    def policies(self) -> Sequence[str]:
        """Who can decide here; a model cannot for a population."""
        return tuple(name for name in POLICY_NAMES if not (self.is_population and name == LLM))

    def with_world(self, world: WorldName) -> Self:
        """Return the draft in another world, with as many customers as suit it."""
        return self._sound(
            replace(self, world=world, size=_MARKET * (world == "market"), cast=None, people=())
        )

    def with_size(self, size: int) -> Self:
        """Return the draft with so many customers; 0 in the classic world: the settings' own."""
        classic = self.world == "classic"
        most = LARGEST_CAST if classic else LARGEST
        size = max(0 if classic else 1, min(most, size))
        return self._sound(replace(self, size=size, cast=None, people=()))

    def with_cast(self, path: Path) -> Self:
        """Return the draft with customers from a file, who live in the classic world."""
        return replace(self, world="classic", size=0, cast=path, people=())

    def with_days(self, days: int) -> Self:
        """Return the draft for so many days; 0: no end."""
        return replace(self, days=max(0, min(_MOST_DAYS, days)))

    def with_seed(self, seed: int) -> Self:
        """Return the draft with another seed."""
        return replace(self, seed=max(0, min(2**63 - 1, seed)))

    def turned(self, what: str, step: int) -> Self:
        """Return the draft with the next of the choices of a field, or the one before."""
        if what == "world":
            return self.with_world(turned(WORLDS, self.world, step))
        if what == "policy":
            return replace(self, policy=turned(self.policies, self.policy, step))
        if what == "predictor":
            return replace(self, predictor=turned(PREDICTORS, self.predictor, step))
        return self.with_number(what, self.number(what) + step)

    def number(self, what: str) -> int:
        """Return a field that is a number; 0 for any other."""
        return {
            "customers": self.size,
            "seed": self.seed,
            "days": self.days,
            "budget": self.budget,
        }.get(what, 0)

    def with_number(self, what: str, number: int) -> Self:
        """Return the draft with another number in a field; unchanged if it is no number."""
        if what == "customers":
            return self.with_size(number)
        if what == "seed":
            return self.with_seed(number)
        if what == "budget":
            return replace(self, budget=max(0, min(_RICHEST, number)))
        return self.with_days(number) if what == "days" else self

    def choice(self) -> SimulationChoice:
        """Return the draft as runs are started from it; blocks where a file is read.

        Raises:
            SalonError: the file is wrong.
        """
        from core.clm.customers import read_customers
        from core.clm.simulation.setup import SimulationChoice

        return SimulationChoice(
            world=self.world,
            cast=self.people or (None if self.cast is None else read_customers(self.cast)),
            budget=self.budget or None if self.is_population else None,
            size=self.size or None,
            days=self.days,
            policy=self.policy,
            model=self.model if self.policy == LLM else None,
            predictor="" if self.is_population else self.predictor,
            seed=self.seed,
        )

    def _sound(self, draft: Self) -> Self:
        if draft.policy not in draft.policies:
            return replace(draft, policy="hierarchical-thompson")
        return draft


def _customers(spec: SimulationSpec) -> tuple[Customer, ...]:
    """Return the customers with whom a run in the classic world began."""
    keys = {each.name for each in fields(Customer)}
    said = (person.to_json() for person in spec.people)
    return tuple(
        Customer.from_json({key: value for key, value in each.items() if key in keys})
        for each in said
    )
