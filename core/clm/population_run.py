"""Letting a policy look after a population for some days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from core.clm.arrays import day_blob
from core.clm.draws import Kind, generator, parts
from core.clm.numeric import Bools, Floats, Ints, np
from core.clm.population import Choice, PopulationPolicy, Result, View, World, idle_index
from core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Day:
    """A population's day: what was done, how likely it was, what came of it."""

    day: int
    action: Ints
    """int8 (N,)."""
    propensity: Floats
    """float32 (N,)."""
    success: Bools
    """(N,)."""
    value: Floats
    """float32 (N,)."""
    regret: float
    """Summed over customers; 0 unless it was asked for."""

    def to_bytes(self) -> bytes:
        """Return the day as a blob."""
        return day_blob(
            self.day,
            {
                "action": self.action,
                "propensity": self.propensity,
                "success": self.success,
                "value": self.value,
            },
        )


@dataclass(slots=True)
class PopulationTotals:
    """What a policy came to."""

    policy: str
    value: Floats
    """float64 (N,): each customer's sum."""
    regret: list[float] = field(default_factory=list)
    """By day, summed over customers."""
    by_day: list[float] = field(default_factory=list)
    """Value by day, summed over customers."""
    actions: list[list[int]] = field(default_factory=list)
    """By day, how often each action was taken."""


class PopulationRun:
    """A world and a policy, day by day."""

    def __init__(
        self,
        world: World,
        policy: PopulationPolicy,
        *,
        budget: float | None = None,
        regret: bool = False,
        policy_seed: int | None = None,
    ) -> None:
        """Put a policy in charge of a world.

        Args:
            world: on any day.
            policy: is started anew if the world is on its first day, else goes on.
            budget: money for each day; contacts beyond it are refused by lot.
            regret: whether regret is worked out, which costs time.
            policy_seed: of the policy's own chance; the world's if left out.

        Raises:
            ConfigError: the budget is negative, or there is no DO_NOTHING to fall back on.
        """
        if budget is not None and not budget >= 0:
            raise ConfigError(f"A daily budget is a number of 0 or more, not {budget!r}.")
        self._idle = idle_index(world.actions)
        if budget is not None and self._idle < 0:
            raise ConfigError("A budget needs DO_NOTHING among the actions, to fall back on.")
        self.world, self.policy = world, policy
        self._budget, self._regret = budget, regret
        self._seed = world.seed if policy_seed is None else policy_seed
        self._parts = parts(world.size)
        self._costs = np.array([each.cost for each in world.actions])
        if world.day == 0:
            policy.start(world.actions, len(world.segments), world.size)

    def run(self, days: int, watch: Callable[[Day], object] | None = None) -> PopulationTotals:
        """Let days pass; each is shown to `watch`, whose arrays it may keep."""
        total = np.zeros(self.world.size)
        run = PopulationTotals(self.policy.name, total)
        for _ in range(days):
            day = self._day()
            total += day.value
            run.regret.append(day.regret)
            run.by_day.append(float(day.value.sum(dtype=np.float64)))
            taken = np.bincount(day.action, minlength=len(self.world.actions))
            run.actions.append(taken.tolist())
            if watch is not None:
                watch(day)
        return run

    def _day(self) -> Day:
        world, today = self.world, self.world.day
        decided = [self._decide(part) for part in range(len(self._parts))]
        admit = self._admitted_share([choice for _, choice in decided])

        results = [self._step(*each, admit) for each in decided]
        self.policy.end_day()
        world.end_day()
        return Day(
            today,
            np.concatenate([choice.action for choice, _, _ in results]),
            np.concatenate([choice.propensity for choice, _, _ in results]),
            np.concatenate([result.success for _, result, _ in results]),
            np.concatenate([result.value for _, result, _ in results]),
            sum(regret for _, _, regret in results),
        )

    def _step(self, view: View, choice: Choice, admit: float) -> tuple[Choice, Result, float]:
        if admit < 1:
            choice = self._refuse_contacts(view.part, choice, admit)
        regret = self._regret_of(view, choice.action) if self._regret else 0.0
        result = self.world.step(view.rows, choice.action)
        self.policy.learn(view, choice.action, result)
        return choice, result, regret

    def _decide(self, part: int) -> tuple[View, Choice]:
        view = self.world.view(part, self._parts[part])
        rng = generator(self._seed, Kind.POLICY, part, self.world.day)
        return view, self.policy.decide(view, rng)

    def _admitted_share(self, choices: list[Choice]) -> float:
        """Return the share of contacts that the budget allows."""
        if self._budget is None:
            return 1.0
        wanted = sum(
            float(self._costs @ np.bincount(each.action, minlength=len(self._costs)))
            for each in choices
        )
        return min(1.0, self._budget / wanted) if wanted else 1.0

    def _refuse_contacts(self, part: int, choice: Choice, admit: float) -> Choice:
        """Turn contacts into nothing by lot, and say how likely what remains was."""
        lot = generator(self._seed, Kind.LOTTERY, part, self.world.day)
        refused = lot.random(len(choice.action), dtype=np.float32) >= admit
        action = np.where(refused, self._idle, choice.action).astype(np.int8)
        nothing = choice.idle + (1 - choice.idle) * np.float32(1 - admit)
        contacted = choice.propensity * np.float32(admit)
        propensity = np.where(action == self._idle, nothing, contacted)
        return Choice(action, propensity, nothing)

    def _regret_of(self, view: View, action: Ints) -> float:
        values = np.where(view.allowed, view.values(), -np.inf)
        taken = values[action, np.arange(len(action))]
        return float((values.max(axis=0) - taken).sum(dtype=np.float64))
