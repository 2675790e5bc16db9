"""What is seen of a customer on a day, and what may be done: all that a policy gets to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.clm.actions import DO_NOTHING
from core.clm.policies import Situation
from core.clm.simulation.card import Status
from core.clm.simulation.customer import CustomerState
from core.clm.simulation.state import SimulationState
from core.clm.simulation.worlds import CastWorld, as_at_risk, left_alone, status_of
from core.errors import ConfigError

_TO_DO = {Status.AT_RISK: "to be won back", Status.PRESUMED_LOST: "a last try or two"}
"""What is said of customers who are not simply active."""
_ALONE = "left alone from now on"


@dataclass(frozen=True, slots=True)
class Sight:
    """A customer's morning, as it goes on record and to whoever decides."""

    situation: Situation
    observation: Mapping[str, Any]
    """The same in JSON values; `text` is all of it on one line."""


def look(state: SimulationState, world: CastWorld, who: CustomerState) -> Sight:
    """Observe a customer on the day under way.

    Raises:
        ConfigError: nothing at all may be done for them.
    """
    setup = state.spec.setup
    morning, rules = world.morning(who, state.day), setup.run
    seen = morning.observation
    scored = state.scores.get(who.id)
    if scored and scored["basis"] == "model" and scored["score"] < rules.unlikely:
        seen = as_at_risk(seen, f"the {state.spec.predictor} predictor expects nothing of them")
    status = status_of(seen.condition)
    alone = left_alone(status, who.tries, rules, setup.actions)
    allowed = (DO_NOTHING,) if alone else morning.allowed
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
    if morning.alive is not None:
        observation["alive"] = round(morning.alive, 4)
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
        idle=morning.idle,
        condition=seen.condition,
    )
    return Sight(situation, observation)


def _sentence(seen: Mapping[str, Any]) -> str:
    text = f"{seen['condition']}: {', '.join(seen['reasons'])}"
    if "score" in seen:
        basis = "" if seen["basis"] == "model" else f" ({seen['basis']})"
        text += f"; {seen['score']:.0%} likely to do something soon{basis}"
    return text
