"""What became of recommendations, and which action it speaks for."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

_DRAWS = 4000
"""Draws from which propensities are estimated: a standard error below 0.01."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recommendation."""

    user_id: str
    action: str
    """The one that was taken."""
    engaged: bool
    at: datetime
    """When it was recommended."""
    features: Mapping[str, float] = field(default_factory=dict)
    """Of the user, as they were then."""
    score: float | None = None
    recommended: bool = False
    """Whether the predictor's own choice was taken, and not the policy's other action."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All outcomes known so far, oldest first."""

    outcomes: Sequence[Outcome] = ()

    def counts(self, actions: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return for each action how often it was chosen and how often it succeeded.

        Only the predictor's own choices count: it made those at random for anybody, while
        the policy's other action went to the users who were expected to stay away.
        """
        found = dict.fromkeys(actions, (0, 0))
        for each in self.outcomes:
            if each.recommended and each.action in found:
                tried, engaged = found[each.action]
                found[each.action] = (tried + 1, engaged + each.engaged)
        return found


class ActionChoice:
    """Chooses actions by Thompson sampling: each as often as it may well be the best one.

    The success rate of an action has the posterior Beta(1 + successes, 1 + failures). Without
    any outcomes all actions are equally likely; as these come in, the best one takes over.
    Thompson (1933); Russo et al., "A Tutorial on Thompson Sampling" (2018).
    """

    def __init__(self, actions: Sequence[str], evidence: Evidence, seed: str) -> None:
        self._counts = evidence.counts(actions)
        self._seed = seed

    def choose(self, user_id: str) -> tuple[str, str]:
        """Return an action for a user, and the reason; the same each time it is asked."""
        action = self._draw(random.Random(f"{self._seed}:{user_id}"))
        return action, self._reason(action)

    def propensities(self) -> dict[str, float]:
        """Return how likely each action is to be chosen for anybody, by simulation."""
        rng = random.Random(f"{self._seed}:propensities")
        found = dict.fromkeys(self._counts, 0)
        for _ in range(_DRAWS):
            found[self._draw(rng)] += 1
        return {action: count / _DRAWS for action, count in found.items()}

    def _draw(self, rng: random.Random) -> str:
        drawn = {
            action: rng.betavariate(1 + engaged, 1 + tried - engaged)
            for action, (tried, engaged) in self._counts.items()
        }
        return max(drawn, key=drawn.__getitem__)

    def _reason(self, action: str) -> str:
        tried, engaged = self._counts[action]
        if not any(each for each, _ in self._counts.values()):
            return f"{action} is as good as any: no outcome is known yet"
        if not tried:
            return f"{action} was never tried"
        return f"{action} worked {engaged} of {tried} times"
