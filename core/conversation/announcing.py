"""Which event announces a record."""

from __future__ import annotations

from core.events import (
    Changed,
    Controlled,
    Edited,
    Ended,
    Event,
    Failed,
    HeadMoved,
    Notice,
    Renamed,
    Said,
    TurnFinished,
)
from core.sessions.record import Kind, Record


def event_of(session: str, record: Record, number: int) -> Event | None:
    """Return the event for a record that was just stored; `None` where nobody is told.

    `number` is that of the last message on the path.
    """
    match record.kind:
        case Kind.MESSAGE:
            return _message(session, record)
        case Kind.CONTROL:
            return Controlled(session, number, record)
        case Kind.NOTICE:
            if record.data.get("code") == "error":
                return Failed(session, record.node, record.data["turn"], record)
            return Notice(session, number, record)
        case Kind.SETTING:
            return Changed(session, record)
        case Kind.HEAD:
            return HeadMoved(session, record)
        case Kind.EDIT | Kind.DELETE:
            return Edited(session, record)
        case Kind.META:
            return Renamed(session, record)
        case Kind.ENDED:
            return Ended(session, record, record.data["turns"], record.data["reason"])
    return None


def _message(session: str, record: Record) -> Event:
    if record.author.kind != "persona":
        return Said(session, record)
    data = record.data
    return TurnFinished(session, record.node, data["turn"], record, data["seconds"])
