"""The events that announce the records of a chat."""

from __future__ import annotations

from core import events
from core.chat.spec import PERSONA
from core.events import COMMON_EVENTS, Events
from core.sessions.record import Kind


class Said(events.Said):
    """The human spoke, or put words into the persona's mouth."""

    @property
    def put(self) -> bool:
        return self.record.node == PERSONA or super().put


EVENTS: Events = {**COMMON_EVENTS, Kind.MESSAGE: Said}
