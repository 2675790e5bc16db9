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
from typing import Any

from core.clm.actions import DO_NOTHING
from core.clm.observing import Event, EventKind
from core.clm.reading import numbers_by_name, read_fields, read_mapping, share, signed
from core.config.checks import number, one_of, text, whole
from core.errors import ConfigError

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
