"""The sides of a meetup, what its settings hold, and the events that announce its records."""

from __future__ import annotations

from typing import Literal

from core import events
from core.events import COMMON_EVENTS, Events
from core.sessions.kinds import RecordData, declare
from core.sessions.record import Kind
from core.sessions.shapes import Count, Flag

Side = Literal["a", "b"]
SIDES: tuple[Side, Side] = ("a", "b")


class Said(events.Said):
    """A human spoke: to both sides, to one of them, or as one of them."""

    @property
    def audience(self) -> list[str]:
        return super().audience or list(SIDES)


EVENTS: Events = {**COMMON_EVENTS, Kind.MESSAGE: Said}


class SettingData(RecordData, total=False):
    """What holds of the whole run from here on."""

    watch_loops: Flag
    limit_from: Count
    """The message that the limit of turns counts from."""


declare(Kind.SESSION, SettingData)
declare(Kind.SETTING, SettingData)
