"""The `classic` world: a few customers with fixed rules, small enough to follow by eye.

A customer has a score from 0 to 100. Each day it draws them to do something of their own accord
or not; what is done for them moves it by a fixed amount, up if they are receptive and down if
not; leaving them alone costs more the longer they have been idle. Who refuses too often, or
has no score left, is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from random import Random
from typing import Any, NamedTuple

from core.clm.actions import DO_NOTHING
from core.clm.fields import numbers_by_name, read_fields, read_mapping, share, signed
from core.clm.observation import ACTIVITY, Event, EventKind
from core.config.checks import number, one_of, text, whole
from core.errors import ConfigError, nearest

ASK_INTEREST = "ASK_INTEREST"


class Stage(StrEnum):
    """Where customers are on their way."""

    ONBOARDING = "Onboarding"
    ACTIVE = "Active"
    UPSELL = "Upsell Candidate"
    RETENTION = "Retention"
    RISK = "Churn Risk"
    CHURNED = "Churned"


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does to a score, depending on one sensitivity of the customer."""

    by: str
    gain: float
    loss: float


@dataclass(frozen=True, slots=True)
class ClassicRules:
    """Every number of the classic world."""

    threshold: float = 0.6
    """An action succeeds if the sensitivity is strictly above it."""
    effects: Mapping[str, Effect] = field(
        default_factory=lambda: {
            "SEND_DISCOUNT": Effect("discount", 8, -4),
            "SEND_TUTORIAL": Effect("content", 6, -3),
            "RECOMMEND_PRODUCT": Effect("content", 5, -3),
            "PERSONAL_CALL": Effect("personal", 7, -6),
            "LOYALTY_REWARD": Effect("discount", 5, -2),
        }
    )
    ask_above: float = 40
    """Who is asked for their interest answers kindly if their score is above it."""
    ask_gain: float = 3
    ask_loss: float = -5
    idle_loss: float = -5
    """What doing nothing costs, to which each idle day adds one."""
    idle_worst: float = -15
    idle_limit: int = 2
    """Idle days from which doing nothing is no longer allowed."""
    refusals: int = 2
    """Refusals after which a customer leaves."""
    churn_score: float = 0
    """Score at which a customer leaves."""
    onboarding_days: int = 7
    active_above: float = 60
    upsell_above: float = 85
    risk_below: float = 35
    risk_idle: int = 10
    """Idle days from which a customer is at risk whatever the score."""

    @classmethod
    def from_json(cls, values: object, where: str = "clm.classic") -> ClassicRules:
        """Read what settings say. Raises `ConfigError`."""
        found = dict(read_mapping(values, where))
        effects = read_mapping(found.pop("effects", {}), f"{where}.effects")
        rules = read_fields(cls, found, _RULE_CHECKS, where)
        read = {
            name: read_fields(
                Effect, said, _EFFECT_CHECKS, f"{where}.effects.{name}", needed=_EFFECT_CHECKS
            )
            for name, said in effects.items()
        }
        return replace(rules, effects={**rules.effects, **read})


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer on one day; a step returns the next one and changes none."""

    id: str
    name: str
    score: float
    stage: Stage
    segment: str
    sensitivity: Mapping[str, float]
    """How receptive they are (0 to 1), by what an `Effect` asks for."""
    idle: int = 0
    """Days since they last did anything."""
    since: int = 0
    """Days since they came into this world."""
    refused: int = 0

    @property
    def churned(self) -> bool:
        """Whether they are gone for good."""
        return self.stage == Stage.CHURNED

    def past(self) -> tuple[Event, ...]:
        """Return the one event that a new customer's idle days imply."""
        return (Event(-self.idle, EventKind.LOGIN),)

    def to_json(self) -> dict[str, Any]:
        """Return the customer as `from_json` reads them, with the id."""
        return asdict(self) | {"sensitivity": dict(self.sensitivity)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any], where: str = "customer") -> Customer:
        """Read what `to_json` wrote. Raises `ConfigError`."""
        rest = {key: value for key, value in said.items() if key != "id"}
        return _read_customer(str(said.get("id", "")), rest, where)


def read_cast(values: object, where: str = "clm.cast") -> tuple[Customer, ...]:
    """Read customers by id, so that no two can be taken for one.

    Raises:
        ConfigError: names the key that is wrong, or nobody is there.
    """
    found = read_mapping(values, where)
    if not found:
        raise ConfigError(f"{where} names no customer.", "Give at least one.")
    return tuple(_read_customer(key, said, f"{where}.{key}") for key, said in found.items())


@dataclass(frozen=True, slots=True)
class Impact:
    """What an action on a day did."""

    customer: Customer
    """As they are afterwards."""
    action: str
    change: float
    """Of the score, after it was kept between 0 and 100."""
    success: bool | None
    """`None` for doing nothing, from which nothing is learnt."""
    events: tuple[Event, ...]
    reason: str


def allowed_actions(
    names: Sequence[str], customer: Customer, rules: ClassicRules
) -> tuple[str, ...]:
    """Leave doing nothing out where a customer has been idle for too long.

    Of what remains nothing may be empty: where nothing else is on offer it stays.
    """
    if customer.idle < rules.idle_limit:
        return tuple(names)
    return tuple(name for name in names if name != DO_NOTHING) or tuple(names)


_RULE_CHECKS = {
    "threshold": share,
    "ask_above": number(0, 100),
    "ask_gain": signed,
    "ask_loss": signed,
    "idle_loss": signed,
    "idle_worst": signed,
    "idle_limit": whole(1),
    "refusals": whole(1),
    "churn_score": number(0, 100),
    "onboarding_days": whole(0),
    "active_above": number(0, 100),
    "upsell_above": number(0, 100),
    "risk_below": number(0, 100),
    "risk_idle": whole(1),
}
_EFFECT_CHECKS = {"by": text, "gain": signed, "loss": signed}


def _stage(value: object) -> Stage:
    return Stage(str(one_of(*Stage)(value)))


_CUSTOMER_CHECKS = {
    "name": text,
    "score": number(0, 100),
    "stage": _stage,
    "segment": text,
    "sensitivity": numbers_by_name(share),
    "idle": whole(0),
    "since": whole(0),
    "refused": whole(0),
}
_NEEDED = ("name", "score", "stage", "segment", "sensitivity")


def _read_customer(key: str, said: object, where: str) -> Customer:
    if not key:
        raise ConfigError(f"{where} has no id.")
    return read_fields(Customer, said, _CUSTOMER_CHECKS, where, needed=_NEEDED, id=key)


_DEFAULT_RULES = ClassicRules()


def day_rng(seed: int, day: int, customer: str) -> Random:
    """Return the random numbers of a customer's day.

    They depend on nothing else, so that two policies meet the same customers.
    """
    return Random(f"{seed}/{day}/{customer}")


def live(day: int, customer: Customer, rng: Random) -> tuple[Customer, tuple[Event, ...]]:
    """Let a customer begin a day: a day older, and perhaps active of their own accord.

    The higher the score the likelier; the one draw is made whatever becomes of it.
    """
    chance, kind = rng.random(), rng.choice(ACTIVITY)
    if customer.churned:
        return customer, ()
    older = replace(customer, idle=customer.idle + 1, since=customer.since + 1)
    if chance >= customer.score / 100:
        return older, ()
    return replace(older, idle=0), (Event(day, kind),)


def act(day: int, customer: Customer, action: str, rules: ClassicRules = _DEFAULT_RULES) -> Impact:
    """Do something for a customer, or nothing, and see what it does.

    Only what the customer does in answer counts as their activity.

    Raises:
        ConfigError: the world knows no such action.
    """
    if customer.churned:
        _effect(customer, action, rules)
        return Impact(customer, action, 0, None, (), "is gone")
    effect = _effect(customer, action, rules)
    score = min(100.0, max(0.0, customer.score + effect.change))
    events = [Event(day, effect.event)] if effect.event else []
    refused = customer.refused + (effect.event is EventKind.REFUSAL)
    active = effect.event is not None
    after = replace(customer, score=score, refused=refused, idle=0 if active else customer.idle)
    if refused >= rules.refusals or score <= rules.churn_score:
        after = replace(after, stage=Stage.CHURNED)
        events.append(Event(day, EventKind.LEFT))
    else:
        after = replace(after, stage=next_stage(after, rules))
    change = score - customer.score
    return Impact(after, action, change, effect.success, tuple(events), effect.reason)


def step(
    day: int, customer: Customer, action: str, rng: Random, rules: ClassicRules = _DEFAULT_RULES
) -> Impact:
    """Let a whole day pass: `live`, then `act`; the impact holds the events of both."""
    begun, events = live(day, customer, rng)
    impact = act(day, begun, action, rules)
    return replace(impact, events=(*events, *impact.events))


def next_stage(customer: Customer, rules: ClassicRules = _DEFAULT_RULES) -> Stage:
    """Return the stage that a customer's score, idle days and age call for."""
    if customer.churned:
        return Stage.CHURNED
    if customer.score < rules.risk_below or customer.idle >= rules.risk_idle:
        return Stage.RISK
    if customer.stage == Stage.ONBOARDING and customer.since < rules.onboarding_days:
        return Stage.ONBOARDING
    if customer.score > rules.upsell_above:
        return Stage.UPSELL
    return Stage.ACTIVE if customer.score > rules.active_above else Stage.RETENTION


class _Effect(NamedTuple):
    change: float
    success: bool | None
    event: EventKind | None
    reason: str


def _effect(customer: Customer, action: str, rules: ClassicRules) -> _Effect:
    if action == DO_NOTHING:
        change = max(rules.idle_worst, rules.idle_loss - customer.idle)
        return _Effect(change, None, None, f"left alone, idle for {customer.idle} days")
    if action == ASK_INTEREST:
        if customer.score > rules.ask_above:
            return _Effect(rules.ask_gain, True, EventKind.RESPONSE, "is interested")
        return _Effect(rules.ask_loss, False, EventKind.REFUSAL, "is not interested")
    effect = rules.effects.get(action)
    if effect is None:
        known: Sequence[str] = (DO_NOTHING, ASK_INTEREST, *rules.effects)
        raise ConfigError(f"The classic world knows no action {action!r}.", nearest(action, known))
    sensitivity = customer.sensitivity.get(effect.by, 0.0)
    if sensitivity > rules.threshold:
        return _Effect(effect.gain, True, EventKind.RESPONSE, f"receptive to {effect.by}")
    return _Effect(effect.loss, False, None, f"not receptive to {effect.by}")
