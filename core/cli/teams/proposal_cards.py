"""Proposals and decisions in words: a short card for the one, a line for the other."""

from __future__ import annotations

from core.cli.output import clean, clean_line
from core.sessions.record import Record
from core.teams.team import SEPARATOR

_BRIEF = 72
"""Characters of a text that is shown to be recognised, not to be read."""
_FINAL = "final answer"
ALL = "all"
"""What stands for a node where all are meant."""


def heading(proposal: Record, number: int | None) -> str:
    """Return which proposal it is, whose and for whom: `#7 dialogue/rewriter → dialogue`."""
    which = f"#{number}" if number is not None else f"#{proposal.id[-8:]}"
    return f"{which} {clean_line(proposal.node)} → {receiver(proposal.node, _to(proposal))}"


def receiver(node: str, to: str) -> str:
    """Return who is meant: a delegate's name, the parent's path, or the final answer."""
    return clean_line(to) or clean_line(node.rpartition(SEPARATOR)[0]) or _FINAL


def card(proposal: Record, number: int | None, *, read: str = "") -> list[str]:
    """Return the lines of a card; what of it stands in `read` has just been read."""
    text, why = proposal.text, clean_line(str(proposal.data.get("reasoning", "")))
    lines = [heading(proposal, number)]
    if text.strip() not in read:
        lines += [f"   {line}" for line in clean(text).split("\n")]
    if why and why not in clean_line(read):
        lines.append(f"   why: {why}")
    if flags := proposal.data.get("flags"):
        lines.append("   flags: " + ", ".join(clean_line(str(each)) for each in flags))
    return lines


def brief_card(proposal: Record, number: int | None) -> str:
    """Return a card on one line."""
    flags = ", ".join(clean_line(str(each)) for each in proposal.data.get("flags", ()))
    marks = f" [{flags}]" if flags else ""
    return f"{heading(proposal, number)}{marks}: {brief(proposal.text)}"


def decision_line(decision: Record, number: int | None) -> str:
    """Return what became of a proposal: `#7 edited by you: Once upon …`."""
    state = str(decision.data.get("state", "")).replace("_", " ")
    which = f"#{number} " if number is not None else ""
    to = ""
    if decision.data.get("state") == "redirected":
        to = f" to {receiver(decision.node, str(decision.data.get('to', '')))}"
    said = f": {brief(decision.text)}" if decision.text else ""
    return f"{which}{state}{to} by {decided_by(decision)}{said}"


def decided_by(decision: Record) -> str:
    """Return who or what decided."""
    if by := decision.data.get("by"):
        return clean_line(str(by))
    return "you" if decision.author.kind == "human" else clean_line(decision.author.name)


def brief(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = clean_line(text)
    return line if len(line) <= _BRIEF else line[:_BRIEF].rstrip() + "…"


def _to(proposal: Record) -> str:
    return str(proposal.data.get("to", ""))
