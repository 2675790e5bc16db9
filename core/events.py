"""What an engine tells whoever watches it, and the one serialisation of it (`--json`).

Every event but `TurnStarted` and `TextDelta` announces a record that is already stored. Here
are those of all engines; an engine declares its own beside its kinds of records (`records.py`)
and names them in the `EVENTS` of its log.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.sessions.record import Kind, Record
from core.sessions.summary import seats_of


@dataclass(frozen=True, slots=True)
class Event(ABC):
    """Something that happened in a session."""

    session: str

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the event as JSON values; the key `event` names it."""


@dataclass(frozen=True, slots=True)
class RecordEvent(Event):
    """A record is stored."""

    record: Record

    NAME: ClassVar[str]
    """What the event is called in JSON."""

    @classmethod
    def of(cls, session: str, record: Record, number: int) -> RecordEvent:
        """Return the event that announces a record; `number`: the last message on the path."""
        return cls(session, record)

    @property
    def node(self) -> str:
        """The participant or node of a team that the record belongs to."""
        return self.record.node

    def to_json(self) -> dict[str, Any]:
        return {"event": self.NAME, **self._values(), "record": self.record.id}

    def _values(self) -> Mapping[str, Any]:
        """Return what JSON says besides the event's name and the record's id."""
        return {"node": self.node, "text": self.record.text}


@dataclass(frozen=True, slots=True)
class Started(RecordEvent):
    """The engine runs; `record` is the session's root."""

    resumed: bool = False

    def to_json(self) -> dict[str, Any]:
        data = self.record.data
        return {
            "event": "started",
            "session": self.session,
            "engine": data.get("engine"),
            "title": data.get("title"),
            "resumed": self.resumed,
            **{key: data[key] for key in ("world", "seed", "policy") if key in data},
            "seats": {
                side: {"name": seat.get("name", ""), "model": seat.get("model")}
                for side, seat in seats_of(self.record).items()
            },
        }


@dataclass(frozen=True, slots=True)
class TurnStarted(Event):
    """A participant begins to answer; its message will get the id `record_id`."""

    node: str
    turn: int
    record_id: str
    name: str
    model: str

    def to_json(self) -> dict[str, Any]:
        return {
            "event": "turn_started",
            "turn": self.turn,
            "speaker": self.node,
            "name": self.name,
            "model": self.model,
            "record": self.record_id,
        }


@dataclass(frozen=True, slots=True)
class TextDelta(Event):
    """Text was added to the message `record_id`; `start` is its offset in characters.

    A second delta that starts at 0 begins the message anew: what came before it is not part of it.
    """

    node: str
    turn: int
    record_id: str
    start: int
    text: str

    def to_json(self) -> dict[str, Any]:
        return {
            "event": "delta",
            "turn": self.turn,
            "speaker": self.node,
            "text": self.text,
            "record": self.record_id,
        }


class TurnFinished(RecordEvent):
    """A message is on record: complete, stopped or failed as its status says."""

    NAME = "turn_finished"

    @property
    def turn(self) -> int:
        """The number of the message."""
        return int(self.record.data["turn"])

    @property
    def seconds(self) -> float:
        """How long it took."""
        seconds: float = self.record.data["seconds"]
        return seconds

    def to_json(self) -> dict[str, Any]:
        values = super().to_json()
        data = self.record.data
        told = data.get("profile") or data.get("known") or {}
        if "fields" in told:
            # Of whom one talks with, as far as it was told of them.
            values["known"] = {"fields": told["fields"], "version": told.get("version")}
        # Why it ended before it was complete, and what of the parameters was not sent.
        told = ("finish", "finish_reason", "not_sent")
        values |= {key: data[key] for key in told if key in data}
        if call := data.get("call"):
            values["call"] = call
        return values

    def _values(self) -> Mapping[str, Any]:
        record = self.record
        return {
            "turn": self.turn,
            "speaker": record.node,
            "name": record.author.name,
            "text": record.text,
            "status": record.status,
            "model": record.model,
            "usage": None if record.usage is None else record.usage.to_json(),
            "seconds": self.seconds,
        }


class Said(RecordEvent):
    """A human spoke: to everyone, to some (`record.audience`), or as a participant."""

    NAME = "said"

    @classmethod
    def of(cls, session: str, record: Record, number: int) -> RecordEvent:
        if record.author.kind == "persona":
            return TurnFinished(session, record)
        return cls(session, record)

    @property
    def put(self) -> bool:
        """Whether it is said as a participant."""
        return bool(self.record.data.get("put") or self.record.data.get("opening"))

    @property
    def audience(self) -> list[str]:
        """Whom it is for; empty where there is no choice."""
        return list(self.record.audience)

    def _values(self) -> Mapping[str, Any]:
        record = self.record
        return {
            "speaker": record.node or record.author.name,
            "to": self.audience,
            "text": record.text,
            "put": self.put,
        }


@dataclass(frozen=True, slots=True)
class _TurnEvent(RecordEvent):
    """Something happened after a turn."""

    turn: int

    @classmethod
    def of(cls, session: str, record: Record, number: int) -> RecordEvent:
        return cls(session, record, number)


class Controlled(_TurnEvent):
    """A control word was said or a command changed how the run goes on."""

    NAME = "control"

    def _values(self) -> Mapping[str, Any]:
        record = self.record
        speaker = record.node or record.author.name
        return {"turn": self.turn, "word": record.text, "speaker": speaker}


class Notice(_TurnEvent):
    """Something a watcher should know and no participant sees; `record.data["code"]` names it."""

    NAME = "notice"

    @classmethod
    def of(cls, session: str, record: Record, number: int) -> RecordEvent:
        if record.data.get("code") == "error":
            return Failed(session, record)
        return cls(session, record, number)

    def _values(self) -> Mapping[str, Any]:
        record = self.record
        return {
            "turn": self.turn,
            "code": record.data.get("code"),
            "speaker": record.node or None,
            "text": record.text,
        }


class Failed(RecordEvent):
    """A turn could not be taken; the run waits for a retry or ends.

    `record` is a notice that holds the error's kind, message and hint.
    """

    NAME = "error"

    @property
    def turn(self) -> int:
        """The number of the turn."""
        return int(self.record.data["turn"])

    def _values(self) -> Mapping[str, Any]:
        told = {key: self.record.data.get(key) for key in ("kind", "message", "hint")}
        return {"turn": self.turn, "speaker": self.node, **told}


class Changed(RecordEvent):
    """A participant's model or parameters are different from here on."""

    NAME = "changed"

    def _values(self) -> Mapping[str, Any]:
        return {"speaker": self.node or None, **self.record.data}


class HeadMoved(RecordEvent):
    """The current path is another one now; fold it anew."""

    NAME = "head_moved"

    def _values(self) -> Mapping[str, Any]:
        return {"to": self.record.data.get("target")}


class Edited(RecordEvent):
    """A message reads otherwise now, is left out, or is back; `record.data["target"]` names it."""

    NAME = "edited"

    def _values(self) -> Mapping[str, Any]:
        record = self.record
        deleted = record.data.get("deleted") if record.kind == Kind.DELETE else None
        return {
            "target": record.data.get("target"),
            "text": record.text if deleted is None else None,
            "deleted": deleted,
        }


class Renamed(RecordEvent):
    """The session has another title, or was pinned or unpinned."""

    NAME = "renamed"

    def _values(self) -> Mapping[str, Any]:
        return self.record.data


class Ended(RecordEvent):
    """The run is over."""

    NAME = "ended"

    @property
    def turns(self) -> int:
        """How much was done."""
        return int(self.record.data.get("turns", 0))

    @property
    def reason(self) -> str:
        """Why it is over."""
        return str(self.record.data.get("reason", ""))

    def _values(self) -> Mapping[str, Any]:
        return {"reason": self.reason, "turns": self.turns, "session": self.session}


Events = Mapping[str, type[RecordEvent]]
"""Which event announces a record, by its kind; nobody is told of the others."""

COMMON_EVENTS: Events = {
    Kind.MESSAGE: Said,
    Kind.CONTROL: Controlled,
    Kind.NOTICE: Notice,
    Kind.SETTING: Changed,
    Kind.HEAD: HeadMoved,
    Kind.EDIT: Edited,
    Kind.DELETE: Edited,
    Kind.META: Renamed,
    Kind.ENDED: Ended,
}
"""Those of records that any engine may write."""
