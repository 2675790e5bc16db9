"""What a run is set up with: everything that its replay needs, as its first record keeps it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Self

from core.clm.catalogue import Product
from core.clm.fields import read_mapping
from core.clm.learners import POLICIES
from core.clm.setup import Setup, read_setup
from core.errors import ConfigError, nearest
from core.messages import Params

ENGINE = "clm"
"""What the root record of a run calls its engine."""

WorldName = Literal["classic", "market"]
WORLDS: tuple[WorldName, ...] = ("classic", "market")
LLM = "llm"
"""The policy that is a model."""
ORACLE = "oracle"
POLICY_NAMES = (LLM, *POLICIES, ORACLE)
POPULATION_POLICIES = tuple(name for name in POLICY_NAMES if name != LLM)
"""Those that can look after a population."""
AGENT = "agent"
"""The one seat of a run, whose model the policy `llm` asks."""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of a cast as the run begins."""

    id: str
    name: str
    segment: str
    values: Mapping[str, Any]
    """What else their world has to know of them; see `core.clm.simulation.worlds`."""

    def to_json(self) -> dict[str, Any]:
        """Return the person as JSON values."""
        return {**self.values, "id": self.id, "name": self.name, "segment": self.segment}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises `KeyError`."""
        rest = {key: each for key, each in said.items() if key not in {"id", "name", "segment"}}
        return cls(str(said["id"]), str(said["name"]), str(said["segment"]), rest)


@dataclass(frozen=True)
class SimulationSpec:
    """One run: a world, its customers, and who looks after them at first."""

    world: WorldName
    seed: int
    policy: str
    """One of `POLICY_NAMES`; may change while it runs."""
    settings: Mapping[str, object]
    """`Settings.clm` as it was when the run began."""
    people: tuple[Person, ...] = ()
    """The cast; empty for a population."""
    size: int = 0
    """Customers of a population; 0 for a cast."""
    model: str = ""
    """`provider:model` that the policy `llm` asks; empty where none was named."""
    params: Params = field(default_factory=Params)
    predictor: str = ""
    """Whose scores enter the observation; empty: nobody's."""
    days: int = 0
    """How many are meant to be run; 0: no end."""
    budget: float | None = None
    """Money for each day of a population."""
    catalogue: tuple[Product, ...] = ()
    title: str = ""

    @cached_property
    def setup(self) -> Setup:
        """The settings, read."""
        return read_setup(self.settings)

    @property
    def is_population(self) -> bool:
        """Whether it is a population, kept as a record of aggregates for each day."""
        return self.size > 0

    @property
    def customers(self) -> int:
        """How many there are."""
        return self.size or len(self.people)

    @property
    def name(self) -> str:
        """The title, or what it amounts to."""
        many = f"{self.customers:,} customer{'s' * (self.customers != 1)}"
        return self.title or f"{many} · {self.world} · {self.policy} · seed {self.seed}"

    @cached_property
    def config_hash(self) -> str:
        """SHA-256 of everything that the run's course depends on, in hexadecimal."""
        text = json.dumps(self._configuration(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the spec as the data of a session's root record."""
        agent = {"name": self.policy, **({"model": self.model} if self.model else {})}
        return {
            "title": self.name,
            **self._configuration(),
            "config": self.config_hash,
            "seats": {AGENT: agent},
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError, ConfigError: the values are not those of a run.
        """
        budget = values.get("budget")
        return cls(
            world=_world(values["world"]),
            seed=int(values["seed"]),
            policy=check_policy(str(values["policy"])),
            settings=read_mapping(values["settings"], "clm"),
            people=tuple(Person.from_json(each) for each in values.get("people", ())),
            size=int(values.get("size", 0)),
            model=str(values.get("model", "")),
            params=Params.from_json(values.get("params", {})),
            predictor=str(values.get("predictor", "")),
            days=int(values.get("days", 0)),
            budget=None if budget is None else float(budget),
            catalogue=tuple(Product.from_json(each) for each in values.get("catalogue", ())),
            title=str(values.get("title", "")),
        )

    def _configuration(self) -> dict[str, Any]:
        return {
            "world": self.world,
            "seed": self.seed,
            "policy": self.policy,
            "model": self.model,
            "params": self.params.to_json(),
            "predictor": self.predictor,
            "days": self.days,
            "size": self.size,
            "budget": self.budget,
            "people": [each.to_json() for each in self.people],
            "catalogue": [each.to_json() for each in self.catalogue],
            "settings": dict(self.settings),
        }


def check_policy(name: str) -> str:
    """Return the name of a policy that there is. Raises `ConfigError`."""
    if name not in POLICY_NAMES:
        raise ConfigError(f"There is no policy {name!r}.", nearest(name, POLICY_NAMES))
    return name


def _world(name: object) -> WorldName:
    for each in WORLDS:
        if each == name:
            return each
    raise ConfigError(f"There is no world {name!r}.", nearest(str(name), WORLDS))
