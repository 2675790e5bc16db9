"""The words of the teams pane for what the engine has names for."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core import json_safe
from core.sessions.record import Record
from core.teams.team import Autonomy

NOTHING_WAITS = "nothing waits for you"
_LONGEST_JSON = 20_000
"""Characters; what is longer is shown as it is."""


def readable(text: str) -> str:
    """Return an answer as it reads best: JSON in a block of its own, everything else as it is."""
    bare = text.strip()
    if not bare.startswith(("{", "[")) or len(bare) > _LONGEST_JSON:
        return text
    try:
        value = json_safe.loads(bare)
    except ValueError:
        return text
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```"


FLAGS: Mapping[str, str] = {
    "unparsed": "could not be read: this is its reply as it came",
    "unknown_recipient": "is for nobody in the team: redirect or refuse it",
    "several": "is for several at once",
    "empty": "says nothing",
    "refused": "the model seems to refuse",
    "long": "is long",
    "repeats": "asks the same thing again",
    "low_self_check": "is not sure of itself",
}
"""What each flag of a proposal says to a reader."""

STATES: Mapping[str, str] = {
    "pending": "pending",
    "applied": "applied",
    "answered": "answered",
    "edited": "edited",
    "redirected": "redirected",
    "refused": "refused",
    "taken_over": "yours, in its place",
    "skipped": "skipped",
    "superseded": "superseded",
}

AUTONOMY: Mapping[Autonomy, str] = {
    "ask": "ask",
    "unless_flagged": "unless flagged",
    "apply": "apply",
}
"""In the order in which a key goes through them."""

_BY = {
    "autopilot": "the autopilot",
    "autonomy": "its autonomy",
    "words": "your words",
    "loop": "the loop guard",
    "names": "the name check",
}


def name_of(path: str) -> str:
    """Return what a node is called."""
    return path.rpartition("/")[2]


def place_of(record: Record) -> str:
    """Return the node on whose page a record can be read; empty: that of the whole team."""
    return record.node or "".join(record.audience[:1])


def receiver(proposal: Record) -> str:
    """Return whom a proposal is for: a delegate, the parent, or `final answer`."""
    to = str(proposal.data.get("to", ""))
    if to:
        return to
    parent = proposal.node.rpartition("/")[0]
    return name_of(parent) if parent else "final answer"


def decided(decision: Record) -> str:
    """Return what became of a proposal, and by whom."""
    state = STATES.get(str(decision.data.get("state")), "decided")
    by = _BY.get(str(decision.data.get("by", "")), "")
    return f"{state} by {by}" if by else state
