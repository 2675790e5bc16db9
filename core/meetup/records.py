"""The events that announce the records of a meetup."""

from __future__ import annotations

from core import events
from core.events import COMMON_EVENTS, Events
from core.meetup.spec import SIDES
from core.sessions.record import Kind


class Said(events.Said):
    """A human spoke: to both sides, to one of them, or as one of them."""

    @property
    def audience(self) -> list[str]:
        return super().audience or list(SIDES)


EVENTS: Events = {**COMMON_EVENTS, Kind.MESSAGE: Said}
