"""One day in the classic world: the customer's own doings, then what an action does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from core.clm.actions import DO_NOTHING
from core.clm.classic import ASK_INTEREST, ClassicRules, Customer, Impact, Stage
from core.clm.observing import ACTIVITY, Event, EventKind
from core.errors import ConfigError, nearest

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
