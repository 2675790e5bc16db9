"""Policies for populations that learn, vectorised; the sources are those of `learners`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.clm.actions import Actions
from core.clm.arrays import fill, pack, unpack
from core.clm.beta import Stake
from core.clm.draws import parts
from core.clm.evidence import (
    Counts,
    Matrix,
    add,
    avoided,
    beliefs,
    forbid,
    left_over,
    share_out,
    spread,
    strength_of,
)
from core.clm.numeric import Bools, Floats, Ints, np
from core.clm.population import (
    Choice,
    PopulationPolicy,
    RandomPopulation,
    Result,
    RulesPopulation,
    View,
    choose,
    idle_index,
)
from core.clm.words import LedgerRules
from core.errors import ConfigError, nearest

FLOOR = 0.01
"""Share of decisions that are drawn evenly; see `core.clm.learners`. A population's Thompson
sampling draws once, so its propensities are exact given that draw, and mostly near one."""
_PLAIN = LedgerRules(rest=0, half_life=1e9)
_SURE_THING = Stake(1, 0)


class PopulationLearner:
    """Knows counts of trials by customer and action, and of those of each segment."""

    name = ""

    def __init__(
        self,
        *,
        stakes: Mapping[str, Stake] | None = None,
        floor: float = FLOOR,
        rules: LedgerRules = _PLAIN,
    ) -> None:
        self.rules = rules
        self._stakes = dict(stakes or {})
        self._floor = floor

    def start(self, actions: Actions, segments: int, size: int) -> None:
        """Forget everything, and get ready for a population."""
        self.actions = actions
        self._idle = idle_index(actions)
        stakes = [self._stakes.get(each.name, _SURE_THING) for each in actions]
        self._win = np.array([[each.win] for each in stakes], dtype=np.float32)
        self._loss = np.array([[each.loss] for each in stakes], dtype=np.float32)
        self.counts = Counts.fresh(len(actions), size, segments)
        self._parts = parts(size)
        self._shared: list[tuple[Floats, Floats] | None] = [None] * len(self._parts)

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Choose for a part."""
        values = self._values(view, rng)
        values[~view.allowed] = -np.inf
        return choose(values.argmax(axis=0), view.allowed, self._floor, rng, self._idle)

    def learn(self, view: View, action: Ints, result: Result, mine: Bools | None = None) -> None:
        """Count a part's trials."""
        add(self.counts, view.rows, view.day, action, result.success, self.rules, mine)
        shape = self.counts.shared_n.shape
        self._shared[view.part] = share_out(
            view.segment, action, result.success, (shape[0], shape[1]), mine
        )

    def end_day(self) -> None:
        """Add up what was learnt of the parts, always in the same order."""
        self.counts.shared_n *= self.rules.keep
        self.counts.shared_wins *= self.rules.keep
        for part, found in enumerate(self._shared):
            if found is not None:
                self.counts.shared_n += found[0]
                self.counts.shared_wins += found[1]
            self._shared[part] = None

    def to_bytes(self) -> bytes:
        """Return what was learnt, between two days."""
        return pack({"policy": self.name, **self._head()}, self.counts.arrays())

    def restore(self, content: bytes) -> None:
        """Go on from what `to_bytes` returned, after `start`. Raises `StoreError`."""
        head, arrays = unpack(content)
        fill(self.counts, arrays)
        self._take(head)

    def _head(self) -> dict[str, object]:
        return {}

    def _take(self, head: Mapping[str, object]) -> None:
        """Read the rest of what was learnt."""

    def _values(self, view: View, rng: np.random.Generator) -> Matrix:
        raise NotImplementedError

    def _worth(self, rate: Matrix) -> Matrix:
        rate *= self._win - self._loss
        rate += self._loss
        return rate

    def _rates(self, rows: slice) -> tuple[Matrix, Matrix]:
        """Return plain success rates (even odds where nothing is known) and trials."""
        n = self.counts.n[:, rows]
        return np.where(n > 0, self.counts.wins[:, rows] / np.maximum(n, 1e-6), 0.5), n


class EpsilonGreedyPopulation(PopulationLearner):
    """The best so far, and now and then anything."""

    name = "epsilon-greedy"

    def __init__(self, *, stakes: Mapping[str, Stake] | None = None, epsilon: float = 0.1) -> None:
        super().__init__(stakes=stakes, floor=epsilon)

    def _values(self, view: View, rng: np.random.Generator) -> Matrix:
        values = self._worth(self._rates(view.rows)[0])
        values += rng.random(values.shape, dtype=np.float32) * np.float32(1e-6)
        return values


class Ucb1Population(PopulationLearner):
    """The highest average, given the benefit of the doubt."""

    name = "ucb1"

    def __init__(
        self,
        *,
        stakes: Mapping[str, Stake] | None = None,
        alpha: float = 1.0,
        floor: float = FLOOR,
    ) -> None:
        super().__init__(stakes=stakes, floor=floor)
        self._alpha = alpha

    def _values(self, view: View, rng: np.random.Generator) -> Matrix:
        rate, n = self._rates(view.rows)
        total = np.log(np.maximum(n.sum(axis=0), 1))
        rate += np.float32(self._alpha) * np.sqrt(2 * total / np.maximum(n, 1))
        values = self._worth(rate)
        untried = n == 0
        values[untried] = 1e30 * (1 + rng.random(int(untried.sum()), dtype=np.float32))
        return values


class ThompsonPopulation(PopulationLearner):
    """As often as it is likely to be the best, judged by the customer's own trials alone."""

    name = "thompson"

    def _values(self, view: View, rng: np.random.Generator) -> Matrix:
        wins = self.counts.wins[:, view.rows]
        return self._sampled(1 + wins, 1 + np.maximum(self.counts.n[:, view.rows] - wins, 0), rng)

    def _sampled(self, a: Matrix, b: Matrix, rng: np.random.Generator) -> Matrix:
        """Draw rates from Beta(a, b) as shares of two Gammas, and return their worth."""
        drawn = rng.standard_gamma(a, dtype=np.float32)
        rest = rng.standard_gamma(b, dtype=np.float32)
        rest += drawn
        drawn /= np.maximum(rest, np.float32(1e-30), out=rest)
        return self._worth(drawn)


class HierarchicalThompsonPopulation(ThompsonPopulation):
    """Thompson sampling with the segment as prior and the ledger's words; see `ledger`."""

    name = "hierarchical-thompson"

    def __init__(
        self,
        *,
        stakes: Mapping[str, Stake] | None = None,
        floor: float = FLOOR,
        rules: LedgerRules | None = None,
    ) -> None:
        super().__init__(stakes=stakes, floor=floor, rules=rules or LedgerRules())

    def start(self, actions: Actions, segments: int, size: int) -> None:
        """Forget everything, and get ready for a population."""
        super().start(actions, segments, size)
        self.strength = self.rules.strength
        self._spread: list[Floats | None] = [None] * len(self._parts)

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Choose for a part among what is allowed and need not be avoided."""
        avoid = avoided(self.counts, view.rows, view.day)
        if self._idle >= 0:
            avoid[self._idle] = False
        left = left_over(view.allowed, avoid, self.counts, view.rows)
        a, b = beliefs(self.counts, view.rows, view.segment, self.strength)
        values = self._sampled(a, b, rng)
        values[~left] = -np.inf
        return choose(values.argmax(axis=0), left, self._floor, rng, self._idle)

    def learn(self, view: View, action: Ints, result: Result, mine: Bools | None = None) -> None:
        """Count a part's trials, and pass the ledger's sentences."""
        super().learn(view, action, result, mine)
        forbid(
            self.counts,
            view.rows,
            view.segment,
            view.day,
            self.rules,
            self.strength,
            (self._win, self._loss),
            self._idle,
        )
        self._spread[view.part] = spread(self.counts, view.rows, view.segment)

    def end_day(self) -> None:
        """Add up what was learnt, and estimate how alike the customers of a segment are."""
        super().end_day()
        found = [each for each in self._spread if each is not None]
        if found:
            sums = np.sum(found, axis=0)
            self.strength = strength_of(sums, self.counts.shared_wins, self.rules.strength)
        self._spread = [None] * len(self._parts)

    def _head(self) -> dict[str, object]:
        return {"strength": self.strength}

    def _take(self, head: Mapping[str, object]) -> None:
        self.strength = float(str(head["strength"]))


class OneStrikePopulation(PopulationLearner):
    """The rule of the first program of this kind: one failure and never again.

    Where everything has failed it does nothing, or anything if that is not on offer.
    """

    name = "one-strike"

    def __init__(self) -> None:
        super().__init__(floor=0.0)

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Choose evenly among what never failed."""
        failed = self.counts.n[:, view.rows] > self.counts.wins[:, view.rows]
        left = view.allowed & ~failed
        if self._idle >= 0:
            left[self._idle] = view.allowed[self._idle] & (view.silent < 2)
        stuck = ~left.any(axis=0)
        rest = view.allowed[:, stuck]
        if self._idle >= 0:
            only = np.zeros_like(rest)
            only[self._idle] = rest[self._idle]
            rest = np.where(only.any(axis=0), only, rest)
        left[:, stuck] = rest
        return choose(left.argmax(axis=0), left, 1.0, rng, self._idle)


POPULATION_POLICIES: Mapping[str, Callable[[Mapping[str, Stake] | None], PopulationPolicy]] = {
    "one-strike": lambda stakes: OneStrikePopulation(),
    "rules": lambda stakes: RulesPopulation(),
    "random": lambda stakes: RandomPopulation(),
    "epsilon-greedy": lambda stakes: EpsilonGreedyPopulation(stakes=stakes),
    "ucb1": lambda stakes: Ucb1Population(stakes=stakes),
    "thompson": lambda stakes: ThompsonPopulation(stakes=stakes),
    "hierarchical-thompson": lambda stakes: HierarchicalThompsonPopulation(stakes=stakes),
}
"""The policies that need nothing but stakes, by name."""


def make_population_policy(
    name: str, stakes: Mapping[str, Stake] | None = None
) -> PopulationPolicy:
    """Return a policy by its name.

    Args:
        name: one of `POPULATION_POLICIES`.
        stakes: what each action is worth when it succeeds and when it fails.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in POPULATION_POLICIES:
        raise ConfigError(f"There is no policy {name!r}.", nearest(name, POPULATION_POLICIES))
    return POPULATION_POLICIES[name](stakes)
