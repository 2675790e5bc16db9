"""Who decides: the interface of policies for single customers, and those that do not learn.

A decision carries its propensity: the probability with which, everything known at the time
being equal, this very action was to be chosen. Without it a log cannot be judged afterwards.
Populations in arrays have policies of their own, in `population`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple, Protocol

from core.clm.actions import DO_NOTHING
from core.clm.ledger import Ledger
from core.clm.observation import Condition
from core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Situation:
    """What a policy may know of a customer before it decides."""

    customer: str
    segment: str
    day: int
    allowed: tuple[str, ...]
    """What may be done at all: rules and cooldowns; the ledger's words are the policy's affair."""
    name: str = ""
    stage: str = ""
    score: float = 0.0
    idle: int = 0
    condition: Condition = Condition.HEALTHY


class Decision(NamedTuple):
    """An action, the probability with which it was to be chosen, and why in words."""

    action: str
    propensity: float
    thought: str


class Outcome(NamedTuple):
    """What came of a decision; `success` is `None` where nothing is to be learnt from it."""

    situation: Situation
    action: str
    success: bool | None
    value: float


class Policy(Protocol):
    """Decides for one customer at a time, at once."""

    name: str

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose among what is allowed. Raises `ConfigError` if nothing is."""
        ...

    def learn(self, outcome: Outcome) -> None:
        """Take note of what came of a decision."""
        ...


def draw(
    wanted: Mapping[str, float],
    allowed: Sequence[str],
    floor: float,
    rng: Random,
) -> tuple[str, float]:
    """Choose an action from a distribution mixed with the uniform one.

    Args:
        wanted: probabilities of some of the allowed actions, which sum to one.
        allowed: what may be done.
        floor: share of the uniform distribution, so that each action has a chance.

    Returns:
        The action and its probability.

    Raises:
        ConfigError: nothing is allowed.
    """
    if not allowed:
        raise ConfigError("There is no action that is allowed.", "Allow DO_NOTHING at least.")
    chances = [(1 - floor) * wanted.get(name, 0.0) + floor / len(allowed) for name in allowed]
    action = rng.choices(range(len(allowed)), chances)[0]
    return allowed[action], chances[action]


def evenly(names: Sequence[str]) -> dict[str, float]:
    """Return the uniform distribution."""
    return dict.fromkeys(names, 1 / len(names)) if names else {}


class _Unlearning:
    """Records what happens for the ledger's readers, and takes no notice of it."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self.ledger = ledger

    def learn(self, outcome: Outcome) -> None:
        """Record the outcome."""
        if self.ledger is not None:
            note(self.ledger, outcome)


def note(ledger: Ledger, outcome: Outcome) -> None:
    """Record an outcome in a ledger, if the ledger keeps record of such an action."""
    seen = outcome.situation
    if outcome.success is not None and outcome.action in ledger.actions:
        ledger.record(seen.customer, seen.segment, outcome.action, outcome.success, seen.day)


class RandomPolicy(_Unlearning):
    """Any allowed action, all alike."""

    name = "random"

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose among what is allowed."""
        action, chance = draw(evenly(situation.allowed), situation.allowed, 0, rng)
        return Decision(action, chance, "drawn by lot")


PREFERENCES: Mapping[Condition, tuple[str, ...]] = {
    Condition.HEALTHY: (DO_NOTHING, "RECOMMEND_PRODUCT", "ASK_INTEREST"),
    Condition.FADING: ("SEND_TUTORIAL", "RECOMMEND_PRODUCT", "LOYALTY_REWARD"),
    Condition.SILENT: ("SEND_TUTORIAL", "SEND_DISCOUNT", "ASK_INTEREST"),
    Condition.AT_RISK: ("SEND_DISCOUNT", "PERSONAL_CALL", "LOYALTY_REWARD"),
    Condition.PRESUMED_LOST: (DO_NOTHING, "PERSONAL_CALL"),
}
"""What the `rules` policy does for customers in each condition, first choice first."""


class RulesPolicy(_Unlearning):
    """What a handbook might say: for each condition the first action on its list."""

    name = "rules"

    def __init__(
        self,
        preferences: Mapping[Condition, Sequence[str]] = PREFERENCES,
        *,
        floor: float = 0.0,
        ledger: Ledger | None = None,
    ) -> None:
        super().__init__(ledger)
        self._preferences = preferences
        self._floor = floor

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose the first action of the list that is allowed, else the first that is."""
        listed = self._preferences.get(situation.condition, ())
        wanted = [name for name in listed if name in situation.allowed] or situation.allowed
        action, chance = draw(evenly(wanted[:1]), situation.allowed, self._floor, rng)
        return Decision(action, chance, f"the rule for a customer who is {situation.condition}")


class OraclePolicy(_Unlearning):
    """Knows what the world holds back: a yardstick, not a policy that anybody could have."""

    name = "oracle"

    def __init__(
        self, value: Callable[[Situation, str], float], *, ledger: Ledger | None = None
    ) -> None:
        """Take a function that returns the true expected value of an action."""
        super().__init__(ledger)
        self._value = value

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose what is truly best today."""
        best = max(situation.allowed, key=lambda name: self._value(situation, name), default="")
        action, chance = draw(evenly([best]), situation.allowed, 0, rng)
        return Decision(action, chance, "knows the world's rules")


class OneStrikePolicy:
    """The rule of the first program of this kind, kept as a baseline: one failure and never again.

    Memory is by stage and last name, and what failed once is never tried again; doing nothing
    is not for those idle for two days, discounts are not for those of high value. Among the
    rest any will do; with nothing left it does nothing, and where that is not on offer,
    anything.
    """

    name = "one-strike"

    def __init__(self, *, ledger: Ledger | None = None) -> None:
        self.memory: dict[str, dict[str, bool]] = {}
        self._ledger = ledger

    def decide(self, situation: Situation, rng: Random) -> Decision:
        """Choose among what never failed."""
        left = [name for name in situation.allowed if not self._forbidden(situation, name)]
        if left:
            action, chance = draw(evenly(left), left, 0, rng)
            return Decision(action, chance, f"{len(left)} actions never failed")
        rest = [DO_NOTHING] if DO_NOTHING in situation.allowed else situation.allowed
        action, chance = draw(evenly(rest), rest, 0, rng)
        return Decision(action, chance, "everything has failed")

    def learn(self, outcome: Outcome) -> None:
        """Remember whether the action ever failed."""
        if outcome.success is not None and outcome.action != DO_NOTHING:
            known = self.memory.setdefault(self._key(outcome.situation), {})
            known[outcome.action] = outcome.success and known.get(outcome.action, True)
        if self._ledger is not None:
            note(self._ledger, outcome)

    def _forbidden(self, situation: Situation, name: str) -> bool:
        if name == DO_NOTHING:
            return situation.idle >= 2
        if name == "SEND_DISCOUNT" and situation.segment == "High-Value":
            return True
        return self.memory.get(self._key(situation), {}).get(name) is False

    def _key(self, situation: Situation) -> str:
        last_name = (situation.name or situation.customer).split()[-1]
        return f"{situation.stage}_{last_name}"
