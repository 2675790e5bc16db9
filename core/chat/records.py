"""The nodes of a chat's records, and the events that announce them."""

from __future__ import annotations

from core import events
from core.events import COMMON_EVENTS, Events
from core.sessions.record import Kind

PERSONA = "persona"
"""Node of the one who replies."""
HUMAN = "human"
"""Node of the one who writes."""


class Said(events.Said):
    """The human spoke, or put words into the persona's mouth."""

    @property
    def put(self) -> bool:
        return self.record.node == PERSONA or super().put


EVENTS: Events = {**COMMON_EVENTS, Kind.MESSAGE: Said}
