"""Which keys of the days pane do something now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.days.conductor import Conductor

_DURING = frozenset({
    "next",
    "week",
    "step",
    "fork",
    "compare",
    "customer",
    "charts",
    "sent",
    "export",
    "reset",
    "new",
    "copy",
    "look",
    "newest",
    "rename",
})
"""What needs a run."""
_CAST = frozenset({"step", "customer", "copy", "sent"})
"""What a population has not."""
AT_ONCE = frozenset({"run", "pause", "next", "week", "step", "stop", "look", "newest", "copy"})
"""What asks nothing back, and is done in the order in which keys are pressed."""


def possible(verb: object, conductor: Conductor | None) -> bool:
    """Tell whether something can be done now; before the pane is furnished, with patience."""
    begun = conductor is not None and conductor.begun
    if verb == "begin":
        return not begun
    if verb == "ledger" or verb in _DURING:
        return begun and not (verb in _CAST and conductor is not None and conductor.bulk)
    if conductor is None:
        return verb not in {"run", "pause", "stop"}
    if verb == "stop":
        return conductor.stage.working
    if verb in {"run", "pause"}:
        return begun and (verb == "pause") == conductor.stage.going
    return verb != "model" or conductor.policy == "llm"
