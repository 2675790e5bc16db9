"""Which event announces a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.events import (
    Changed,
    Chosen,
    Concluded,
    Controlled,
    DayEnded,
    DayStarted,
    Decided,
    Edited,
    Ended,
    Event,
    Failed,
    HeadMoved,
    Impacted,
    Judged,
    Learned,
    Notice,
    PersonMade,
    ProfileEdited,
    ProfileUpdated,
    Proposed,
    QueryMade,
    Renamed,
    Said,
    SceneMade,
    Scored,
    ToolAnswered,
    TurnFinished,
)
from core.sessions.record import Kind, Record


def event_of(session: str, record: Record, number: int) -> Event | None:
    """Return the event for a record that was just stored; `None` where nobody is told.

    `number` is that of the last message on the path.
    """
    write = _EVENTS.get(record.kind)
    return None if write is None else write(session, record, number)


def _message(session: str, record: Record, number: int) -> Event:
    if record.author.kind != "persona":
        return Said(session, record)
    data = record.data
    return TurnFinished(session, record.node, data["turn"], record, data["seconds"])


def _notice(session: str, record: Record, number: int) -> Event:
    if record.data.get("code") == "error":
        return Failed(session, record.node, record.data["turn"], record)
    return Notice(session, number, record)


_EVENTS: Mapping[str, Callable[[str, Record, int], Event]] = {
    Kind.MESSAGE: _message,
    Kind.CONTROL: lambda session, record, number: Controlled(session, number, record),
    Kind.NOTICE: _notice,
    Kind.SETTING: lambda session, record, number: Changed(session, record),
    Kind.HEAD: lambda session, record, number: HeadMoved(session, record),
    Kind.EDIT: lambda session, record, number: Edited(session, record),
    Kind.DELETE: lambda session, record, number: Edited(session, record),
    Kind.META: lambda session, record, number: Renamed(session, record),
    Kind.PROPOSAL: lambda session, record, number: Proposed(session, record.node, record),
    Kind.DECISION: lambda session, record, number: Decided(session, record.node, record),
    Kind.FINAL: lambda session, record, number: Concluded(session, record.node, record),
    Kind.DAY: lambda session, record, number: DayStarted(session, record.data["day"], record),
    Kind.CHOICE: lambda session, record, number: Chosen(session, record.node, record),
    Kind.IMPACT: lambda session, record, number: Impacted(session, record.node, record),
    Kind.LEARNED: lambda session, record, number: Learned(session, record.node, record),
    Kind.DAY_ENDED: lambda session, record, number: DayEnded(session, record.data["day"], record),
    Kind.PERSON: lambda session, record, number: PersonMade(session, record.node, record),
    Kind.SCENE: lambda session, record, number: SceneMade(session, record.node, record),
    Kind.QUERY: lambda session, record, number: QueryMade(session, record.node, record),
    Kind.TOOL: lambda session, record, number: ToolAnswered(session, record.node, record),
    Kind.VERDICT: lambda session, record, number: Judged(session, record.node, record),
    Kind.PROFILE_EDIT: lambda session, record, number: ProfileEdited(session, record.node, record),
    Kind.UPDATE: lambda session, record, number: ProfileUpdated(session, record.node, record),
    Kind.SCORE: lambda session, record, number: Scored(session, record.node, record),
    Kind.ENDED: lambda session, record, number: Ended(
        session, record, record.data["turns"], record.data["reason"]
    ),
}
