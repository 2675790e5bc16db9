"""What a node is told of the others, and what it is told to do; every word in one place."""

from __future__ import annotations

import json
from collections.abc import Iterable

from core.engine.prompt import GAP
from core.sessions.prompts import Part
from core.sessions.record import Record
from core.teams.team import TeamNode
from core.teams.view import Heard

_TEAM = (
    "You lead a team. In each turn you either ask one of your team or give your final answer. "
    "A team member sees only the message that you send it."
)
_PARALLEL = (
    "You lead a team. In each turn you either ask one or several of your team at once, or give "
    "your final answer. A team member sees only the message that you send it."
)
_FORM = (
    "Answer with a JSON object: `reasoning` says briefly why, `recipient` is the name of a team "
    "member, or null for your final answer, `message` is what they are to read."
)
_PARALLEL_FORM = (
    "Answer with a JSON object: `reasoning` says briefly why, `proposals` lists what you want "
    "to send; in each, `recipient` is the name of a team member, or null for your final "
    "answer, and `message` is what they are to read."
)
LANDING = "Ask nobody any more: give your own final answer now, with `recipient` null."
"""Told to a node that has used up its rounds, or that repeats itself."""

OTHERWISE = "Not this. Try something else."
"""What a flow's delegate hears where a human refused what the flow proposed, and not why."""


def briefing(node: TeamNode, persona_text: str) -> str:
    """Return the instructions that open a node's prompts."""
    if not node.delegates:
        return persona_text
    members = "\n".join(map(_member, node.delegates))
    team, form = (_PARALLEL, _PARALLEL_FORM) if node.parallel else (_TEAM, _FORM)
    return f"{persona_text}\n\n{team}\n\nYour team:\n{members}\n\n{form}"


def _member(node: TeamNode) -> str:
    line = f"- {node.name}: {node.description or node.seat.role or node.seat.name}"
    if not node.examples:
        return line
    return (
        line
        + " For example: "
        + "; ".join(json.dumps(e, ensure_ascii=False) for e in node.examples)
    )


def words_part(record: Record) -> Part:
    """Return a record's text, named by the record."""
    return Part(record.text, record.id)


def task(record: Record, words: Record) -> Heard:
    """Return how a node hears its task: `words` says it, `record` gives it."""
    return Heard(record.id, (words_part(words),))


def report(record: Record, child: str, words: Record) -> Heard:
    """Return how a node hears what a delegate answered."""
    return Heard(record.id, (Part(f"{child} answers:"), GAP, words_part(words)))


def passed_over(record: Record, child: str) -> Heard:
    """Return how a node hears that a delegate will not answer."""
    return Heard(record.id, (Part(f"{child} was passed over. Go on without it."),))


def changed(record: Record, to: str, words: Record) -> Heard:
    """Return how a node hears that its message left otherwise than it was written."""
    lead = f"A human changed your message; {to} is asked this instead:"
    return Heard(record.id, (Part(lead), GAP, words_part(words)))


def refusal(record: Record) -> Heard:
    """Return how a node hears that it has to propose something else."""
    lead = "A human refused what you proposed. Propose something else."
    if not record.text:
        return Heard(record.id, (Part(lead),))
    return Heard(record.id, (Part(lead + " The reason:"), GAP, words_part(record)))


def interjection(record: Record) -> Heard:
    """Return how a node hears what a human, or the run itself, says to it."""
    if record.author.kind != "human":
        return Heard(record.id, (words_part(record),))
    lead = "A human who watches says to you:"
    return Heard(record.id, (Part(lead), GAP, words_part(record)), human=True)


def unknown_names(unknown: Iterable[str], names: Iterable[str]) -> str:
    """Return what a node is told that addressed nobody of its team."""
    wanted = ", ".join(repr(each) for each in unknown) or "that name"
    known = ", ".join(names)
    team = f"You can ask: {known}; or give" if known else "Give"
    return f"There is nobody called {wanted} in your team. {team} your final answer: null."


def repetition(to: str) -> str:
    """Return what a node is told that asks a delegate the same thing again."""
    return f"You have asked {to} exactly that before. Use what was answered."
