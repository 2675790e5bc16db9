"""What a policy observes of a customer, and what it decides, in code or by `model_policy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from core.clm.actions import DO_NOTHING
from core.clm.catalogue import Product, choose_product
from core.clm.learners import make_policy
from core.clm.policies import OneStrikePolicy, OraclePolicy, Policy, Situation
from core.clm.simulation.card import Status
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.spec import ORACLE
from core.clm.simulation.state import SimulationState
from core.clm.simulation.worlds import CastWorld, as_at_risk, left_alone, status_of
from core.errors import ConfigError

_TO_DO = {Status.AT_RISK: "to be won back", Status.PRESUMED_LOST: "a last try or two"}
"""What is said of customers who are not simply active."""
_ALONE = "left alone from now on"


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """A customer's morning, as it goes on record and to whoever decides."""

    situation: Situation
    observation: Mapping[str, Any]
    """The same in JSON values; `text` is all of it on one line."""


def decision_context(
    state: SimulationState, world: CastWorld, who: CustomerState
) -> DecisionContext:
    """Observe a customer on the day under way.

    Raises:
        ConfigError: nothing at all may be done for them.
    """
    setup = state.spec.setup
    observed, rules = world.observe(who, state.day), setup.run
    seen = observed.observation
    scored = state.scores.get(who.id)
    if scored and scored["basis"] == "model" and scored["score"] < rules.unlikely:
        seen = as_at_risk(seen, f"the {state.spec.predictor} predictor expects nothing of them")
    status = status_of(seen.condition)
    alone = left_alone(status, who.tries, rules, setup.actions)
    allowed = (DO_NOTHING,) if alone else observed.allowed
    if not allowed:
        raise ConfigError(
            f"Nothing may be done for {who.name} on day {state.day}.",
            "Allow DO_NOTHING in clm.actions, or make cooldowns shorter.",
        )
    reasons = [*seen.reasons, *([_ALONE if alone else _TO_DO[status]] if status in _TO_DO else [])]
    seen = replace(seen, reasons=tuple(reasons))
    observation: dict[str, Any] = {
        **seen.to_json(),
        "condition": seen.condition.value,
        "status": status.value,
        "engagement": round(who.score, 1),
        "stage": who.stage,
    }
    if observed.alive is not None:
        observation["alive"] = round(observed.alive, 4)
    if scored:
        observation |= {"score": scored["score"], "basis": scored["basis"]}
    observation["text"] = _sentence(observation)
    situation = Situation(
        customer=who.id,
        segment=who.segment,
        day=state.day,
        allowed=allowed,
        name=who.name,
        stage=who.stage,
        score=who.score,
        idle=observed.idle,
        condition=seen.condition,
    )
    return DecisionContext(situation, observation)


def _sentence(seen: Mapping[str, Any]) -> str:
    text = f"{seen['condition']}: {', '.join(seen['reasons'])}"
    if "score" in seen:
        basis = "" if seen["basis"] == "model" else f" ({seen['basis']})"
        text += f"; {seen['score']:.0%} likely to do something soon{basis}"
    return text


RECOMMEND = "RECOMMEND_PRODUCT"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, ready to go on record."""

    action: str
    propensity: float
    thought: str
    message: str
    data: dict[str, Any] = field(default_factory=dict)
    """What else its record says."""


def policy_rng(seed: int, day: int, customer: str) -> Random:
    """Return the random numbers of a decision; they depend on nothing else."""
    return Random(f"{seed}/{day}/{customer}/policy")


def decide(
    state: SimulationState, world: CastWorld, who: CustomerState, context: DecisionContext
) -> Decision:
    """Let the policy in force decide at once.

    Raises:
        ConfigError: it cannot.
    """
    policy = _policy(state, world, who)
    rng = policy_rng(state.spec.seed, state.day, who.id)
    made = policy.decide(context.situation, rng)
    return Decision(
        made.action, made.propensity, made.thought, message_for(state, who, made.action)
    )


def message_for(state: SimulationState, who: CustomerState, action: str) -> str:
    """Return what a customer gets to read with an action, from its template."""
    if action == DO_NOTHING:
        return ""
    template = state.spec.setup.messages.get(action, "")
    product = product_for(state, who)
    offered = "" if product is None else product.name
    return fill(template, {"name": who.name, "product": offered})


def product_for(state: SimulationState, who: CustomerState) -> Product | None:
    """Return what would be recommended to a customer now."""
    return choose_product(state.spec.catalogue, who.segment, who.products)


def open_choices(state: SimulationState, context: DecisionContext) -> tuple[str, ...]:
    """Return what is allowed and not to be avoided for now, as the ledger has it."""
    seen = context.situation
    avoided = state.ledger.get_forbidden_actions(seen.customer, seen.day, seen.allowed)
    return tuple(name for name in seen.allowed if name not in avoided)


def _policy(state: SimulationState, world: CastWorld, who: CustomerState) -> Policy:
    if state.policy == OneStrikePolicy.name:
        return state.strikes
    if state.policy == ORACLE:
        values = world.values(who, state.day)
        return OraclePolicy(lambda situation, name: values[name])
    return make_policy(state.policy, state.ledger)


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace the {names} of a template; unknown ones stay as they are."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template
