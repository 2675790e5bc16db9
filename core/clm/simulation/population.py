"""A population and its policy during a run, as arrays; everything here blocks: use a thread."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from core.clm.arrays import pack, unpack
from core.clm.draws import parts
from core.clm.ledger import Ledger
from core.clm.market import Market
from core.clm.numeric import Floats, Ints, np
from core.clm.population import OraclePopulation, PopulationPolicy
from core.clm.population_learners import (
    HierarchicalThompsonPopulation,
    PopulationLearner,
    make_population_policy,
)
from core.clm.population_run import Day, PopulationRun
from core.clm.records import DayKind
from core.clm.setup import market_stakes
from core.clm.simulation.blobs import Blobs
from core.clm.simulation.card import Status
from core.clm.simulation.spec import ORACLE, SimulationSpec
from core.clm.simulation.summary import DaySummary
from core.clm.words import Tally
from core.errors import StoreError
from core.sessions.record import Record
from core.sessions.understanding import NOT_UNDERSTOOD

_REGRET_UP_TO = 100_000
"""Customers up to which regret is computed, which doubles the time that a day takes."""
_LOG = logging.getLogger(__name__)
_SAMPLE = 12
"""Customers that a day's record shows."""


@dataclass(frozen=True, slots=True)
class PopulationDay:
    """A finished day."""

    day: int
    summary: DaySummary
    blob: bytes
    checkpoint: bytes | None


class Population:
    """A population and its policy on a day of a run."""

    def __init__(self, spec: SimulationSpec) -> None:
        setup = spec.setup
        self._spec = spec
        self._stakes = market_stakes(setup.market, setup.actions)
        self._market = Market(setup.market, setup.actions, spec.size, spec.seed)
        self._policy = self._make(spec.policy)
        self._costs = np.array([each.cost for each in setup.actions])
        self._policy.start(setup.actions, len(self._market.segments), spec.size)
        self._tried: Floats = np.zeros((2, len(setup.actions), len(self._market.segments)))
        """Trials and successes by action and segment."""

    @classmethod
    def restored(cls, spec: SimulationSpec, path: Sequence[Record], blobs: Blobs) -> Self:
        """Return the population as it is at the end of a path.

        A stored state that is damaged or lost is computed again, from an earlier one or
        from the seed.
        """
        ended = [each for each in path if each.kind == DayKind.DAY_ENDED]
        for since in range(len(ended), 0, -1):
            name = ended[since - 1].data.get("checkpoint")
            population = cls._stored_in(blobs, str(name), spec) if name else None
            if population is not None and population.days == since:
                break
        else:
            population, since = cls(spec), 0
        for each in ended[since:]:
            population._day(str(each.data["policy"]))
        return population

    @classmethod
    def _stored_in(cls, blobs: Blobs, name: str, spec: SimulationSpec) -> Self | None:
        """Return the population of a stored state; `None` if it is lost or damaged."""
        try:
            content = blobs.read(name)
            if content is None:
                return None
            population = cls(spec)
            population._restore(content)
        except (StoreError, *NOT_UNDERSTOOD) as error:
            _LOG.warning("the state %s is skipped: %r", name, error)
            return None
        return population

    @property
    def days(self) -> int:
        """Number of finished days."""
        return self._market.day

    def simulate_summary(self, policy: str) -> DaySummary:
        """Simulate a day of which nothing is stored."""
        return self._summary(self._day(policy))

    def simulate_day(self, policy: str) -> PopulationDay:
        """Simulate a day, and return what is stored of it."""
        day = self._day(policy)
        number = self._market.day
        due = number % self._spec.setup.run.checkpoint == 0
        return PopulationDay(
            number, self._summary(day), day.to_bytes(), self._to_bytes() if due else None
        )

    def _day(self, policy: str) -> Day:
        if policy != self._policy_name:
            self._switch(policy)
        days: list[Day] = []
        PopulationRun(
            self._market,
            self._policy,
            budget=self._spec.budget,
            regret=self._spec.size <= _REGRET_UP_TO,
        ).run(1, days.append)
        (day,) = days
        shape = self._tried.shape[1:]
        cell = day.action.astype(np.intp) * shape[1] + self._market.traits.segment
        for index, counted in enumerate((cell, cell[day.success])):
            counts = np.bincount(counted, minlength=shape[0] * shape[1])
            self._tried[index] += counts.reshape(shape)
        return day

    def _make(self, name: str) -> PopulationPolicy:
        self._policy_name = name
        if name == ORACLE:
            return OraclePopulation()
        if name == HierarchicalThompsonPopulation.name:
            rules = self._spec.setup.ledger
            return HierarchicalThompsonPopulation(stakes=self._stakes, rules=rules)
        return make_population_policy(name, self._stakes)

    def _switch(self, name: str) -> None:
        """Change the policy; a learner takes over the counts of the one before."""
        old, new = self._policy, self._make(name)
        new.start(self._market.actions, len(self._market.segments), self._market.size)
        if isinstance(old, PopulationLearner) and isinstance(new, PopulationLearner):
            new.counts = old.counts
        self._policy = new

    def _to_bytes(self) -> bytes:
        policy = self._policy
        learned = policy.to_bytes() if isinstance(policy, PopulationLearner) else b""
        return pack(
            {"policy": self._policy_name},
            {
                "tried": self._tried,
                "world": np.frombuffer(self._market.to_bytes(), dtype=np.uint8),
                "learnt": np.frombuffer(learned, dtype=np.uint8),
            },
        )

    def _restore(self, content: bytes) -> None:
        head, arrays = unpack(content)
        setup = self._spec.setup
        world = arrays["world"].tobytes()
        self._market = Market.from_bytes(world, setup.market, setup.actions)
        self._policy = self._make(str(head["policy"]))
        self._policy.start(setup.actions, len(self._market.segments), self._market.size)
        if isinstance(self._policy, PopulationLearner):
            self._policy.restore(arrays["learnt"].tobytes())
        self._tried = arrays["tried"]

    def _summary(self, day: Day) -> DaySummary:
        market, setup = self._market, self._spec.setup
        engagement = market.state.engagement
        standing = self._standing()
        taken = np.bincount(day.action, minlength=len(setup.actions))
        statuses = dict.fromkeys((each.value for each in Status), 0)
        for code, status in enumerate(_STANDINGS):
            statuses[status.value] = int((standing == code).sum())
        return DaySummary(
            day=market.day,
            customers=market.size,
            engagement=float(engagement.mean(dtype=np.float64)),
            spend=float(self._costs @ taken),
            margin=float(day.value.sum(dtype=np.float64)),
            regret=day.regret,
            successes=int(day.success.sum()),
            statuses=statuses,
            actions=dict(zip(setup.actions.names, map(int, taken), strict=True)),
            policy=self._policy_name,
            segments=self._segments(day, standing),
            sample=tuple(self._sample(day)),
        )

    def _standing(self) -> Ints:
        """Return the status inferred from silence: (N,), index of `_STANDINGS`."""
        rules, market = self._spec.setup.run, self._market
        standing = np.empty(market.size, dtype=np.int8)
        for rows in parts(market.size):
            alive = market.inferred_alive(rows)
            standing[rows] = (alive < rules.at_risk).astype(np.int8) + (alive < rules.lost)
        return standing

    def _segments(self, day: Day, standing: Ints) -> dict[str, dict[str, Any]]:
        market = self._market
        segment, count = market.traits.segment, len(market.segments)
        size = np.bincount(segment, minlength=count)
        engagement = np.bincount(segment, market.state.engagement, count)
        margin = np.bincount(segment, day.value, count)
        risk = [np.bincount(segment[standing == code], minlength=count) for code in (1, 2)]
        ledger = self._ledger()
        return {
            name: {
                "customers": int(size[index]),
                "engagement": float(engagement[index] / max(size[index], 1)),
                "margin": float(margin[index]),
                "at_risk": int(risk[0][index]),
                "presumed_lost": int(risk[1][index]),
                "ledger": [each.to_json() for each in ledger.segment_entries(name, market.day)],
            }
            for index, name in enumerate(market.segments)
        }

    def _ledger(self) -> Ledger:
        """Return trials and successes of each segment as a ledger."""
        names, rules = self._market.actions.names, self._spec.setup.ledger
        n, wins = self._tried
        said: Mapping[str, Any] = {
            segment: {
                name: Tally(
                    day=self._market.day,
                    n=float(n[row, column]),
                    wins=float(wins[row, column]),
                    trials=int(n[row, column]),
                    successes=int(wins[row, column]),
                ).to_json()
                for row, name in enumerate(names)
            }
            for column, segment in enumerate(self._market.segments)
        }
        return Ledger.from_json({"segments": said}, names, rules, self._stakes)

    def _sample(self, day: Day) -> list[dict[str, Any]]:
        market = self._market
        rows = slice(0, min(_SAMPLE, market.size))
        view = market.view(0, rows)
        alive = view.alive()
        return [
            {
                "customer": str(index),
                "segment": market.segments[view.segment[index]],
                "action": market.actions.names[day.action[index]],
                "engagement": round(float(view.engagement[index]), 2),
                "silent": int(view.silent[index]),
                "alive": round(float(alive[index]), 4),
                "value": round(float(day.value[index]), 4),
            }
            for index in range(rows.stop)
        ]


_STANDINGS = (Status.ACTIVE, Status.AT_RISK, Status.PRESUMED_LOST)
