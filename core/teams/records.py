"""The kinds of records that only a team writes, and the events that announce them."""

from __future__ import annotations

from typing import Any

from core.events import COMMON_EVENTS, Events, RecordEvent


class TeamKind:
    """Kinds of records."""

    PROPOSAL = "proposal"
    """Words that a node of a team would pass on, held until they are decided."""
    DECISION = "decision"
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


class Decided(RecordEvent):
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
    TeamKind.DECISION: Decided,
    TeamKind.FINAL: Concluded,
}
