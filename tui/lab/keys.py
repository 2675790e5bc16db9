"""Which keys of the lab pane do something now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.lab.conductor import Conductor

_DURING = frozenset({
    "look",
    "newest",
    "setting",
    "truth",
    "evidence",
    "charts",
    "compare",
    "export",
    "chat",
    "sent",
    "rename",
    "again",
    "new",
    "more",
})
"""What needs a run."""
_DRAFTING = frozenset({"begin", "model", "judge"})
"""What needs none."""
AT_ONCE = frozenset({"run", "pause", "stop", "look", "newest", "setting", "truth", "more"})
"""What asks nothing back, and is done in the order in which keys are pressed."""


def possible(verb: object, conductor: Conductor | None) -> bool:
    """Tell whether something can be done now; before the pane is furnished, with patience."""
    begun = conductor is not None and conductor.begun
    if verb in _DRAFTING:
        return not begun
    if verb == "known" or verb in _DURING:
        return begun
    if conductor is None:
        return verb not in {"run", "pause", "stop"}
    if verb == "stop":
        return conductor.stage.working
    if verb == "pause":
        return begun and conductor.stage.going
    if verb == "run":
        state = conductor.stage.state
        return state is not None and not conductor.stage.going and not state.finished
    return True
