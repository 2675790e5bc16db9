"""Policies that learn from what came of their decisions, one customer at a time.

Sources: UCB1 is Auer, Cesa-Bianchi and Fischer (2002); Thompson sampling for Bernoulli rewards
is Thompson (1933), as analysed by Agrawal and Goyal (2012).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random

from core.clm.ledger import Ledger
from core.clm.policies import (
    Decision,
    OneStrikePolicy,
    Outcome,
    Policy,
    RandomPolicy,
    RulesPolicy,
    Situation,
    draw,
    evenly,
    note,
)
from core.errors import ConfigError, nearest

FLOOR = 0.01
"""Share of decisions that are drawn evenly, so that every action has a chance in the log."""
_DRAWS = 32
"""Draws from the posterior for one decision. Any one of them, chosen evenly, is an exact
Thompson sample; their shares are the propensities, exact given the draws."""


class Learner:
    """A policy whose knowledge is a ledger."""

    name = ""

    def __init__(self, ledger: Ledger, *, floor: float = FLOOR) -> None:
        self.ledger = ledger
        self._floor = floor

    def learn(self, outcome: Outcome) -> None:
        """Record the outcome."""
        note(self.ledger, outcome)

    def _rate(self, situation: Situation, name: str) -> float:
        """Return the plain success rate of a customer's own trials; nothing known is even odds."""
        tally = self.ledger.tally(situation.customer, name)
        return tally.successes / tally.trials if tally.trials else 0.5

    def _value(self, name: str, rate: float) -> float:
        """Return an action's net value at a rate; what no ledger keeps is worth nothing."""
        stake = self.ledger.stakes.get(name)
        return stake.value(rate) if stake else 0.0

    def _draw(
        self, situation: Situation, values: Mapping[str, float], rng: Random, thought: str
    ) -> Decision:
        top = max(values.values(), default=0.0)
        best = [name for name, value in values.items() if value == top]
        action, chance = draw(evenly(best), situation.allowed, self._floor, rng)
        return Decision(action, chance, thought)


class EpsilonGreedyPolicy(Learner):
    """The best so far, and now and then anything."""

    name = "epsilon-greedy"

    def __init__(self, ledger: Ledger, *, epsilon: float = 0.1) -> None:
        super().__init__(ledger, floor=epsilon)

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose among what is allowed."""
        values = {
            name: self._value(name, self._rate(situation, name)) for name in situation.allowed
        }
        return self._draw(situation, values, rng, "the best average so far, mostly")


class Ucb1Policy(Learner):
    """The highest average, given the benefit of the doubt."""

    name = "ucb1"

    def __init__(self, ledger: Ledger, *, alpha: float = 1.0, floor: float = FLOOR) -> None:
        super().__init__(ledger, floor=floor)
        self._alpha = alpha

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose what was never tried, then the highest upper confidence bound."""
        trials = {
            name: self.ledger.tally(situation.customer, name).trials
            for name in situation.allowed
            if name in self.ledger.actions
        }
        untried = [name for name, count in trials.items() if not count]
        if untried:
            return self._draw(situation, dict.fromkeys(untried, 0.0), rng, "not tried yet")
        total = sum(trials.values())
        values = {name: 0.0 for name in situation.allowed if name not in trials}
        for name, count in trials.items():
            doubt = self._alpha * math.sqrt(2 * math.log(total) / count)
            values[name] = self._value(name, self._rate(situation, name) + doubt)
        return self._draw(situation, values, rng, "the highest upper bound")


class ThompsonPolicy(Learner):
    """As often as it is likely to be the best, judged by the customer's own trials alone."""

    name = "thompson"

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose what is best in a world drawn from what is believed."""
        return self._sample(situation, situation.allowed, rng)

    def _sample(self, situation: Situation, choices: tuple[str, ...], rng: Random) -> Decision:
        beliefs = {name: self._belief(situation, name) for name in choices}
        best = Counter(
            max(choices, key=lambda name: self._drawn(name, beliefs[name], rng))
            for _ in range(_DRAWS * bool(choices))
        )
        shares = {name: count / _DRAWS for name, count in best.items()}
        action, chance = draw(shares, choices, self._floor, rng)
        thought = f"the best in {best[action]} of {_DRAWS} worlds drawn from what is known"
        return Decision(action, chance, thought)

    def _drawn(self, name: str, belief: tuple[float, float], rng: Random) -> float:
        if name not in self.ledger.actions:
            return 0.0
        return self._value(name, rng.betavariate(*belief))

    def _belief(self, situation: Situation, name: str) -> tuple[float, float]:
        tally = self.ledger.tally(situation.customer, name)
        return 1.0 + tally.successes, 1.0 + tally.trials - tally.successes


class HierarchicalThompsonPolicy(ThompsonPolicy):
    """Thompson sampling on what the ledger believes, without what it says to avoid."""

    name = "hierarchical-thompson"

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose among what is allowed and not to be avoided, the floor's share included."""
        avoided = self.ledger.get_forbidden_actions(
            situation.customer, situation.day, situation.allowed
        )
        left = tuple(name for name in situation.allowed if name not in avoided)
        return self._sample(situation, left, rng)

    def _belief(self, situation: Situation, name: str) -> tuple[float, float]:
        if name not in self.ledger.actions:
            return 1.0, 1.0
        seen = situation
        return self.ledger.belief(seen.customer, seen.segment, name, seen.day)


POLICIES: Mapping[str, Callable[[Ledger], Policy]] = {
    "one-strike": lambda ledger: OneStrikePolicy(ledger=ledger),
    "rules": lambda ledger: RulesPolicy(ledger=ledger),
    "random": lambda ledger: RandomPolicy(ledger),
    "epsilon-greedy": EpsilonGreedyPolicy,
    "ucb1": Ucb1Policy,
    "thompson": ThompsonPolicy,
    "hierarchical-thompson": HierarchicalThompsonPolicy,
}
"""The policies that need nothing but a ledger, by name."""


def make_policy(name: str, ledger: Ledger) -> Policy:
    """Return a policy by its name.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in POLICIES:
        raise ConfigError(f"There is no policy {name!r}.", nearest(name, POLICIES))
    return POLICIES[name](ledger)
