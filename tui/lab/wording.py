"""How a run stands, and what is under way, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.lab.state import LabState

if TYPE_CHECKING:
    from tui.lab.session import LabSession


def standing(state: LabState, session: LabSession) -> str:
    """Return what is going on, and which keys come next."""
    if state.finished:
        return "done · v charts, c figures, x export, r again under other settings"
    if state.failures and not session.going:
        last = next(reversed(state.failures.values()))
        return f"waiting: {last.text} space tries again"
    if not session.going:
        return "pausing …" if session.busy else "waiting · space goes on, x export, v charts"
    return _phase(state)


def doing(session: LabSession) -> str:
    """Return what is under way; empty while nothing is."""
    engine = session.engine
    if engine is None or not session.running:
        return ""
    if not engine.going:
        return f"pausing: {engine.calls} to finish" if engine.calls else ""
    return f"{engine.calls} of {engine.parallel} at work"


def _phase(state: LabState) -> str:
    plan, phases = state.spec.plan, state.spec.phases
    people = len(state.people)
    if "people" in phases and people < plan.people:
        return f"people are made up: {people} of {plan.people}"
    lived = sum(each.done for each in state.episodes.values())
    lives = sum(len(each.scenes) for each in state.people.values()) * len(state.spec.settings)
    if not lived and "people" in phases:
        scenes = sum(len(each.scenes) for each in state.people.values())
        wanted = plan.people * plan.scenes
        if scenes < wanted:
            return f"scenes are made up: {scenes} of {wanted}"
    if lived >= lives > 0:
        return "every scene is lived through; the last profiles are edited"
    return f"{lived} of {lives} scenes lived through"
