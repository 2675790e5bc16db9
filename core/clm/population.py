"""What populations, their worlds and their policies have in common.

Arrays of customers come in parts (`core.clm.draws.parts`); arrays of actions and customers have
the shape (actions, customers), so that what is summed over actions is summed along the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.clm.actions import DO_NOTHING, Actions
from core.clm.numeric import Bools, Floats, Ints, np
from core.errors import ConfigError

LARGEST = 50_000_000
"""Customers; more would not fit the memory of a machine that this runs on."""


@dataclass(frozen=True, slots=True)
class View:
    """What a policy may know of a part of a population on a day."""

    day: int
    part: int
    """The number of the part, which keeps its random numbers apart."""
    rows: slice
    """Which customers these are."""
    segment: Ints
    """(n,): index into the world's segments."""
    allowed: Bools
    """(actions, n)."""
    engagement: Floats
    """float32 (n,): 0 to 100, a noisy readout."""
    silent: Ints
    """int16 (n,): days since the last purchase, or since the customer came."""
    purchases: Ints
    """int16 (n,): so far."""
    alive: Callable[[], Floats]
    """Works out P(alive) from purchases and silence: what is inferred, never the truth."""
    values: Callable[[], Floats]
    """Works out the true expected values (actions, n) of today: for the oracle and for regret."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Actions for a part of a population, and how likely each was."""

    action: Ints
    """int8 (n,): index into the world's actions."""
    propensity: Floats
    """float32 (n,)."""
    idle: Floats
    """float32 (n,): how likely DO_NOTHING was; 0 where there is no such action."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the actions of a day."""

    success: Bools
    """(n,): whether the customer bought something."""
    value: Floats
    """float32 (n,): margin less the cost of the action."""


class World(Protocol):
    """A population that lives day by day."""

    actions: Actions
    segments: tuple[str, ...]
    size: int
    seed: int
    day: int

    def view(self, part: int, rows: slice) -> View:
        """Return what may be known of some customers today."""
        ...

    def step(self, rows: slice, action: Ints) -> Result:
        """Let some customers live through today; once for each of them."""
        ...

    def end_day(self) -> None:
        """Go on to the next day, when all have lived through this one."""
        ...


class PopulationPolicy(Protocol):
    """Decides for whole populations, part by part."""

    name: str

    def start(self, actions: Actions, segments: int, size: int) -> None:
        """Forget everything, and get ready for a population."""
        ...

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Choose for a part of the population."""
        ...

    def learn(self, view: View, action: Ints, result: Result, mine: Bools | None = None) -> None:
        """Take note of what came of a part's actions; of those that are `mine`, if given."""
        ...

    def end_day(self) -> None:
        """Put together what was learnt of the parts."""
        ...


def check_size(size: int) -> int:
    """Return a number of customers that a world can have. Raises `ConfigError`."""
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= LARGEST:
        raise ConfigError(f"A population has 1 to {LARGEST:,} customers, not {size!r}.")
    return size


def choose(
    preferred: Ints, allowed: Bools, floor: float, rng: np.random.Generator, idle: int
) -> Choice:
    """Take the preferred actions, but a share of the time any of those that are allowed.

    Args:
        preferred: int8 (n,), each an allowed action.
        allowed: (actions, n).
        floor: the share that is drawn evenly.
        idle: the index of DO_NOTHING, or −1.
    """
    action = preferred.astype(np.int8)
    count = allowed.sum(axis=0, dtype=np.int8)
    if not count.all():
        raise ConfigError("There is no action that is allowed.", "Allow DO_NOTHING at least.")
    lot = rng.random(len(action), dtype=np.float32)
    even = np.flatnonzero(lot < floor)
    if even.size:
        nth = (lot[even] / floor * count[even]).astype(np.int8)
        rank = np.cumsum(allowed[:, even], axis=0, dtype=np.int8)
        action[even] = (rank <= np.minimum(nth, count[even] - 1)).sum(axis=0)
    each = np.float32(floor) / count
    propensity = each + np.float32(1 - floor) * (action == preferred)
    if idle < 0:
        return Choice(action, propensity, np.zeros_like(propensity))
    nothing = each * allowed[idle] + np.float32(1 - floor) * (preferred == idle)
    return Choice(action, propensity, nothing)


def idle_index(actions: Actions) -> int:
    """Return the index of DO_NOTHING, or −1."""
    return actions.index(DO_NOTHING) if DO_NOTHING in actions else -1


def fallback(allowed: Bools, idle: int) -> Ints:
    """Return DO_NOTHING for everybody where there is such an action, else the first allowed."""
    if idle >= 0:
        return np.full(allowed.shape[1], idle, dtype=np.int8)
    first: Ints = allowed.argmax(axis=0)
    return first


class Unlearning:
    """The part of a policy that learns nothing."""

    def start(self, actions: Actions, segments: int, size: int) -> None:
        """Note which action does nothing."""
        self._idle = idle_index(actions)
        self._actions = actions

    def learn(self, view: View, action: Ints, result: Result, mine: Bools | None = None) -> None:
        """Take no notice."""

    def end_day(self) -> None:
        """Take no notice."""


class RandomPopulation(Unlearning):
    """Any allowed action, all alike."""

    name = "random"

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Choose for a part."""
        return choose(fallback(view.allowed, self._idle), view.allowed, 1.0, rng, self._idle)


class FixedPopulation(Unlearning):
    """One action for everybody who may get it, and nothing for the others."""

    def __init__(self, action: str, *, floor: float = 0.0) -> None:
        self.name = f"always {action}"
        self._action = action
        self._floor = floor

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Choose for a part."""
        wanted = self._actions.index(self._action)
        preferred = np.where(view.allowed[wanted], wanted, fallback(view.allowed, self._idle))
        return choose(preferred, view.allowed, self._floor, rng, self._idle)


class RulesPopulation(Unlearning):
    """What a handbook might say: by days of silence, the first action that may be done."""

    name = "rules"
    STEPS: Sequence[tuple[int, Sequence[str]]] = (
        (60, (DO_NOTHING,)),
        (30, ("SEND_DISCOUNT", "PERSONAL_CALL")),
        (14, ("SEND_TUTORIAL", "ASK_INTEREST")),
        (0, (DO_NOTHING, "RECOMMEND_PRODUCT")),
    )
    """From how many days of silence on, what is done, first choice first."""

    def __init__(self, *, floor: float = 0.0) -> None:
        self._floor = floor

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Choose for a part."""
        preferred = fallback(view.allowed, self._idle)
        open_rows = np.ones(len(preferred), dtype=np.bool_)
        for days, names in self.STEPS:
            due = open_rows & (view.silent >= days)
            open_rows &= ~due
            for name in reversed([name for name in names if name in self._actions]):
                index = self._actions.index(name)
                preferred[due & view.allowed[index]] = index
        return choose(preferred, view.allowed, self._floor, rng, self._idle)


class OraclePopulation(Unlearning):
    """Knows what the world holds back, and does what is best today: a yardstick only."""

    name = "oracle"

    def decide(self, view: View, rng: np.random.Generator) -> Choice:
        """Choose for a part."""
        values = np.where(view.allowed, view.values(), -np.inf)
        return choose(values.argmax(axis=0), view.allowed, 0.0, rng, self._idle)
