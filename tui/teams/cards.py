"""What the card below a node's page shows: what of the node waits for a human."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.sessions.record import Record
from core.teams.node_state import NodeState
from core.teams.state import TeamState
from core.text import clean, clean_line
from tui.teams.wording import FLAGS, name_of, receiver

Tone = Literal["pending", "failed", "question"]


@dataclass(frozen=True, slots=True)
class Key:
    """A command of the pane that does something with what the card shows."""

    command: str
    does: str


_ON_PROPOSAL = (
    Key("apply", "apply"),
    Key("edit", "edit"),
    Key("redirect", "redirect"),
    Key("refuse", "refuse"),
    Key("takeover", "take over"),
    Key("skip", "skip"),
)
_ON_FAILURE = (
    Key("go", "try again"),
    Key("model", "another model"),
    Key("takeover", "reply in its place"),
)
_ON_QUESTION = (Key("go", "continue"), Key("autopilot", "autopilot again"))


@dataclass(frozen=True, slots=True)
class CardView:
    """What a card shows. All texts are clean."""

    tone: Tone
    title: str
    text: str
    why: str = ""
    flags: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    place: str = ""
    """Which of several it is."""


def proposal_at(node: NodeState, at: int) -> Record | None:
    """Return the pending proposal of a node in a place, counted round."""
    pending = list(node.pending.values())
    return pending[at % len(pending)] if pending else None


def card_of(state: TeamState, node: NodeState, at: int = 0) -> CardView | None:
    """Return what is shown of a node; of several proposals the one in a place."""
    proposal = proposal_at(node, at)
    if proposal is not None:
        return _proposal(state, node, proposal, at)
    if node.failed is not None:
        return _failure(node, node.failed)
    if state.question is not None:
        text = clean(state.question.text)
        return CardView("question", "the run asks", text, keys=_ON_QUESTION)
    return None


def _proposal(state: TeamState, node: NodeState, proposal: Record, at: int) -> CardView:
    name = clean_line(name_of(proposal.node))
    number = state.numbers[proposal.id]
    title = f"proposal {number} · {name} → {clean_line(receiver(proposal))} · pending"
    count = len(node.pending)
    flags = tuple(FLAGS.get(each, clean_line(each)) for each in proposal.data.get("flags", ()))
    unknown = ", ".join(map(clean_line, map(str, proposal.data.get("unknown", ()))))
    if unknown:
        flags += (f"it named {unknown}",)
    words = clean(proposal.text).strip()
    why = clean_line(str(proposal.data.get("reasoning", "")))
    return CardView(
        "pending",
        title,
        words or "(no words)",
        # What was not said in the form that was asked for has its words as its reasons.
        "" if why == clean_line(words) else why,
        flags,
        _ON_PROPOSAL,
        f"{at % count + 1} of {count} · [ and ]" if count > 1 else "",
    )


def _failure(node: NodeState, notice: Record) -> CardView:
    data = notice.data
    text = "\n".join(
        filter(None, [str(data.get("message", notice.text)), str(data.get("hint") or "")])
    )
    title = f"{clean_line(node.node.name)} could not reply"
    return CardView("failed", title, clean(text), keys=_ON_FAILURE)
