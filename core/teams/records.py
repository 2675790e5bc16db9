"""The kinds of records that only a team writes, and the events that announce them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Required

from core.events import COMMON_EVENTS, Events, RecordEvent
from core.sessions.kinds import MessageData, NoticeData, RecordData, declare
from core.sessions.record import Kind, Record
from core.sessions.shapes import Flag, Shape, Text, is_text, list_of
from core.text import clean_line

Pairs = Annotated[
    list[tuple[str, str]],
    Shape(
        list_of(lambda each: isinstance(each, list) and len(each) == 2 and all(map(is_text, each))),
        "a list of pairs of texts",
    ),
]


class TeamKind:
    """Kinds of records."""

    PROPOSAL = "proposal"
    """Words that a node of a team would pass on, held until they are decided."""
    PROPOSAL_RESOLVED = "decision"
    """What became of the proposal `data["proposal"]`: `data["state"]`."""
    FINAL = "final"
    """What a team answers to a request, let through."""


class Proposed(RecordEvent):
    """A node of a team would pass something on; it waits for a decision."""

    def to_json(self) -> dict[str, Any]:
        record = self.record
        return {
            "event": "proposed",
            "id": record.id,
            "node": self.node,
            "to": record.data.get("to", ""),
            "message": record.text,
            "reasoning": record.data.get("reasoning", ""),
            "state": "pending",
            "flags": list(record.data.get("flags", ())),
            "author": record.author.kind,
            "source": record.data.get("source"),
        }


class ProposalResolved(RecordEvent):
    """A proposal was let through, changed, refused …; `record.data["state"]` says which."""

    def to_json(self) -> dict[str, Any]:
        record, data = self.record, self.record.data
        return {
            "event": data.get("state"),
            "id": data.get("proposal"),
            "node": self.node,
            "to": data.get("to"),
            "text": record.text,
            "by": data.get("by") or record.author.kind,
            "record": record.id,
        }


class Concluded(RecordEvent):
    """A team's answer to a request was let through."""

    NAME = "final"


EVENTS: Events = {
    **COMMON_EVENTS,
    TeamKind.PROPOSAL: Proposed,
    TeamKind.PROPOSAL_RESOLVED: ProposalResolved,
    TeamKind.FINAL: Concluded,
}


class TeamMessageData(MessageData, total=False):
    """What is known of a request, a remark or a node's reply."""

    request: Flag
    """Whether it asks the team for an answer."""
    why: Text
    """Why the run itself said it."""
    seen: Text
    reasoning: Text
    addressed: Pairs
    """The parts of a reply: whom each is for, and its text."""


class TeamNoticeData(NoticeData, total=False):
    """What a notice of a team is about."""

    why: Text


class ProposalData(RecordData, total=False):
    """What a node would pass on."""

    to: Text | None
    """The delegate; empty: its parent."""
    reasoning: Text


class DecisionData(RecordData, total=False):
    """What became of a proposal."""

    proposal: Required[Text]
    state: Required[Text]
    to: Text | None
    by: Text
    """The rule that decided, if no human did."""


def _decision(record: Record, text: str, names: Mapping[str, str]) -> str:
    state = clean_line(str(record.data.get("state", ""))).replace("_", " ")
    return f"{_who(record, names)}: {state}: {text}".removesuffix(": ")


def _final(record: Record, text: str, names: Mapping[str, str]) -> str:
    return f"{_who(record, names)}, in the end: {text}"


def _who(record: Record, names: Mapping[str, str]) -> str:
    return names.get(record.node) or clean_line(record.author.name) or record.author.kind


declare(Kind.MESSAGE, TeamMessageData)
declare(Kind.NOTICE, TeamNoticeData)
# What is proposed stands in the reply that proposes it.
declare(TeamKind.PROPOSAL, ProposalData, lambda record, text, names: "")
declare(TeamKind.PROPOSAL_RESOLVED, DecisionData, _decision)
declare(TeamKind.FINAL, told=_final)
