"""Bernoulli bandits as a world: each customer answers each action with a fixed success rate.

The plainest ground on which learners can be compared with what is known of them. Each customer
is a bandit of their own; what they share is up to the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.clm.actions import Action, Actions
from core.clm.draws import Purpose, check_seed, day_draws
from core.clm.numeric import Floats, Ints, np
from core.clm.population import Result, View, check_size
from core.errors import ConfigError


class BernoulliWorld:
    """Customers whose success rates are known, and may change with the day."""

    def __init__(
        self,
        rates: Floats | Callable[[int], Floats],
        *,
        seed: int,
        segment: Ints | None = None,
        segments: Sequence[str] = ("all",),
    ) -> None:
        """Make a world.

        Args:
            rates: (actions, customers), or a function of the day that returns them.
            seed: of the common random numbers.
            segment: (customers,) index into `segments`; all in the first if left out.
            segments: names.

        Raises:
            ConfigError: a rate or segment is none, or the population is empty.
        """
        self._rates: Callable[[int], Floats] = rates if callable(rates) else lambda day: rates
        first = self._rates(0)
        if not ((first >= 0) & (first <= 1)).all():
            raise ConfigError("Success rates are numbers from 0 to 1.")
        self.actions = Actions([Action(f"ACTION_{n + 1}") for n in range(first.shape[0])])
        self.size = check_size(int(first.shape[1]))
        self.seed = check_seed(seed)
        self.segments = tuple(segments)
        self.day = 0
        given = np.zeros(self.size) if segment is None else segment
        self._segment = given.astype(np.int32)
        if (
            self._segment.shape != (self.size,)
            or not ((self._segment >= 0) & (self._segment < len(self.segments))).all()
        ):
            raise ConfigError("Each customer has to be in one of the segments.")
        self._engagement = np.zeros(self.size, dtype=np.float32)
        self._bought = np.zeros(self.size, dtype=np.int16)
        self._last = np.zeros(self.size, dtype=np.int16)

    def view(self, part: int, rows: slice) -> View:
        """Return what may be known of some customers today."""
        day, count = self.day, rows.stop - rows.start
        return View(
            day=day,
            part=part,
            rows=rows,
            segment=self._segment[rows],
            allowed=np.ones((len(self.actions), count), dtype=np.bool_),
            engagement=self._engagement[rows],
            silent=(day - self._last[rows]).astype(np.int16),
            purchases=self._bought[rows],
            alive=lambda: np.ones(count, dtype=np.float32),
            values=lambda: self._rates(day)[:, rows],
        )

    def step(self, rows: slice, action: Ints) -> Result:
        """Let some customers answer today."""
        chance = day_draws(self.seed, self.day, rows.start, rows.stop)[:, Purpose.PURCHASES]
        success = chance < self._rates(self.day)[:, rows][action, np.arange(len(action))]
        self._bought[rows] += success
        self._last[rows][success] = self.day
        return Result(success, success.astype(np.float32))

    def end_day(self) -> None:
        """Go on to the next day."""
        self.day += 1
