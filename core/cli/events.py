"""The one serialisation of engine events: what `--json` prints, one object a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.chat.spec import PERSONA
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
    Started,
    TextDelta,
    ToolAnswered,
    TurnFinished,
    TurnStarted,
)
from core.sessions.record import Kind
from core.sessions.summary import seats_of


def event_to_json(event: Event) -> dict[str, Any]:
    """Return an event as JSON values; the key `event` names it."""
    return _WRITERS[type(event)](event)


def _started(event: Started) -> dict[str, Any]:
    data = event.record.data
    return {
        "event": "started",
        "session": event.session,
        "engine": data.get("engine"),
        "title": data.get("title"),
        "resumed": event.resumed,
        **{key: data[key] for key in ("world", "seed", "policy") if key in data},
        "seats": {
            side: {"name": seat.get("name", ""), "model": seat.get("model")}
            for side, seat in seats_of(event.record).items()
        },
    }


def _turn_started(event: TurnStarted) -> dict[str, Any]:
    return {
        "event": "turn_started",
        "turn": event.turn,
        "speaker": event.node,
        "name": event.name,
        "model": event.model,
        "record": event.record_id,
    }


def _delta(event: TextDelta) -> dict[str, Any]:
    return {
        "event": "delta",
        "turn": event.turn,
        "speaker": event.node,
        "text": event.text,
        "record": event.record_id,
    }


def _turn_finished(event: TurnFinished) -> dict[str, Any]:
    record = event.record
    usage = None if record.usage is None else record.usage.to_json()
    values = {
        "event": "turn_finished",
        "turn": event.turn,
        "speaker": event.node,
        "name": record.author.name,
        "text": record.text,
        "status": record.status,
        "model": record.model,
        "usage": usage,
        "seconds": event.seconds,
        "record": record.id,
    }
    told = record.data.get("profile") or record.data.get("known") or {}
    if "fields" in told:
        # Of whom one talks with, as far as it was told of them.
        values["known"] = {"fields": told["fields"], "version": told.get("version")}
    if call := record.data.get("call"):
        values["call"] = call
    return values


def _said(event: Said) -> dict[str, Any]:
    record = event.record
    return {
        "event": "said",
        "speaker": record.node or record.author.name,
        "to": list(record.audience) or _EVERYONE.get(record.node, []),
        "text": record.text,
        "put": record.node == PERSONA or bool(record.data.get("put") or record.data.get("opening")),
        "record": record.id,
    }


_EVERYONE: Mapping[str, list[str]] = {node: ["a", "b"] for node in ("", "a", "b")}
"""Whom words without an audience are for: both sides of a meetup; a chat has no choice."""


def _control(event: Controlled) -> dict[str, Any]:
    record = event.record
    return {
        "event": "control",
        "turn": event.turn,
        "word": record.text,
        "speaker": record.node or record.author.name,
        "record": record.id,
    }


def _notice(event: Notice) -> dict[str, Any]:
    record = event.record
    return {
        "event": "notice",
        "turn": event.turn,
        "code": record.data.get("code"),
        "speaker": record.node or None,
        "text": record.text,
        "record": record.id,
    }


def _changed(event: Changed) -> dict[str, Any]:
    record = event.record
    return {
        "event": "changed",
        "speaker": record.node or None,
        **record.data,
        "record": record.id,
    }


def _head_moved(event: HeadMoved) -> dict[str, Any]:
    return {
        "event": "head_moved",
        "to": event.record.data.get("target"),
        "record": event.record.id,
    }


def _edited(event: Edited) -> dict[str, Any]:
    record = event.record
    deleted = record.data.get("deleted") if record.kind == Kind.DELETE else None
    return {
        "event": "edited",
        "target": record.data.get("target"),
        "text": record.text if deleted is None else None,
        "deleted": deleted,
        "record": record.id,
    }


def _renamed(event: Renamed) -> dict[str, Any]:
    return {"event": "renamed", **event.record.data, "record": event.record.id}


def _proposed(event: Proposed) -> dict[str, Any]:
    record = event.record
    return {
        "event": "proposed",
        "id": record.id,
        "node": event.node,
        "to": record.data.get("to", ""),
        "message": record.text,
        "reasoning": record.data.get("reasoning", ""),
        "state": "pending",
        "flags": list(record.data.get("flags", ())),
        "author": record.author.kind,
        "source": record.data.get("source"),
    }


def _decided(event: Decided) -> dict[str, Any]:
    record, data = event.record, event.record.data
    return {
        "event": data.get("state"),
        "id": data.get("proposal"),
        "node": event.node,
        "to": data.get("to"),
        "text": record.text,
        "by": data.get("by") or record.author.kind,
        "record": record.id,
    }


def _concluded(event: Concluded) -> dict[str, Any]:
    record = event.record
    return {"event": "final", "node": event.node, "text": record.text, "record": record.id}


def _day_started(event: DayStarted) -> dict[str, Any]:
    return {"event": "day_started", **event.record.data, "record": event.record.id}


def _chosen(event: Chosen) -> dict[str, Any]:
    record = event.record
    return {
        "event": "decision",
        "customer": event.customer,
        "thought": record.text,
        **record.data,
        "record": record.id,
    }


def _impacted(event: Impacted) -> dict[str, Any]:
    shown = {key: value for key, value in event.record.data.items() if key != "after"}
    return {"event": "impact", "customer": event.customer, **shown, "record": event.record.id}


def _learned(event: Learned) -> dict[str, Any]:
    record = event.record
    return {"event": "learned", "customer": event.customer, **record.data, "record": record.id}


def _day_ended(event: DayEnded) -> dict[str, Any]:
    return {"event": "day_ended", **event.record.data, "record": event.record.id}


def _of_lab(name: str, text: str, *keys: str) -> Callable[[Any], dict[str, Any]]:
    """Return what writes an event of a lab: where, its text under `text`, these keys of its data.

    Which person, setting and scene it belongs to is told where it belongs to any.
    """

    def write(event: Any) -> dict[str, Any]:
        record = event.record
        where = {key: record.data[key] for key in _WHERE if key in record.data}
        found = {key: record.data.get(key) for key in keys}
        values = {"event": name, "node": event.node, **where, text: record.text, **found}
        if flags := record.data.get("flags"):
            values["flags"] = list(flags)
        return {**values, "record": record.id}

    return write


_WHERE = ("person", "setting", "scene")


def _failed(event: Failed) -> dict[str, Any]:
    data = event.record.data
    return {
        "event": "error",
        "turn": event.turn,
        "speaker": event.node,
        "kind": data.get("kind"),
        "message": data.get("message"),
        "hint": data.get("hint"),
        "record": event.record.id,
    }


def _ended(event: Ended) -> dict[str, Any]:
    return {
        "event": "ended",
        "reason": event.reason,
        "turns": event.turns,
        "session": event.session,
        "record": event.record.id,
    }


_WRITERS: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    Started: _started,
    TurnStarted: _turn_started,
    TextDelta: _delta,
    TurnFinished: _turn_finished,
    Said: _said,
    Controlled: _control,
    Notice: _notice,
    Changed: _changed,
    HeadMoved: _head_moved,
    Edited: _edited,
    Renamed: _renamed,
    Proposed: _proposed,
    Decided: _decided,
    Concluded: _concluded,
    DayStarted: _day_started,
    Chosen: _chosen,
    Impacted: _impacted,
    Learned: _learned,
    DayEnded: _day_ended,
    PersonMade: _of_lab("person", "text", "name", "profile"),
    SceneMade: _of_lab("scene", "text", "type", "expected", "tools", "facts"),
    QueryMade: _of_lab("query", "neutral", "personal"),
    ToolAnswered: _of_lab("tool", "result", "name", "arguments", "repeated"),
    Judged: _of_lab("satisfied", "missing", "turn", "satisfied", "over"),
    ProfileEdited: _of_lab("profile_edit", "text", "field", "op", "old", "new", "evidence"),
    ProfileUpdated: _of_lab("profile_updated", "text", "edits", "refused"),
    Scored: _of_lab("scored", "text", "metric", "value", "judgement"),
    Failed: _failed,
    Ended: _ended,
}
