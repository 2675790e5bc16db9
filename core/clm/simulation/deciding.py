"""Who decides for a customer: a policy in code, or a model through `core.clm.simulation.asking`."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from core.clm.actions import DO_NOTHING
from core.clm.catalogue import Product, choose_product
from core.clm.learners import make_policy
from core.clm.policies import OneStrikePolicy, OraclePolicy, Policy
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.looking import Sight
from core.clm.simulation.prompts import fill
from core.clm.simulation.spec import ORACLE
from core.clm.simulation.state import SimulationState
from core.clm.simulation.worlds import CastWorld

RECOMMEND = "RECOMMEND_PRODUCT"


@dataclass(frozen=True, slots=True)
class Chosen:
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


def decide(state: SimulationState, world: CastWorld, who: CustomerState, sight: Sight) -> Chosen:
    """Let the policy in force decide at once.

    Raises:
        ConfigError: it cannot.
    """
    policy = _policy(state, world, who)
    rng = policy_rng(state.spec.seed, state.day, who.id)
    made = policy.decide(sight.situation, rng)
    return Chosen(made.action, made.propensity, made.thought, message_for(state, who, made.action))


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


def open_choices(state: SimulationState, sight: Sight) -> tuple[str, ...]:
    """Return what is allowed and not to be avoided for now, as the ledger has it."""
    seen = sight.situation
    avoided = state.ledger.get_forbidden_actions(seen.customer, seen.day, seen.allowed)
    return tuple(name for name in seen.allowed if name not in avoided)


def _policy(state: SimulationState, world: CastWorld, who: CustomerState) -> Policy:
    if state.policy == OneStrikePolicy.name:
        return state.strikes
    if state.policy == ORACLE:
        values = world.values(who, state.day)
        return OraclePolicy(lambda situation, name: values[name])
    return make_policy(state.policy, state.ledger)
