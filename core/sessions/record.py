"""The record: the one thing a session is made of.

A session is an append-only tree of records. Its file holds one record a line as JSON;
unknown kinds and unknown fields survive being read and written by any version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal, Self

from core.messages import Usage

SCHEMA_VERSION = 1

AuthorKind = Literal["persona", "human", "code"]
Status = Literal["complete", "stopped", "failed", "interrupted", "paused", "unknown"]
"""Those known so far; a record of a later version keeps its own word."""


def ending_of(record: Record) -> str:
    """Return how a message ended, in words; empty where it is complete."""
    if record.status == "complete":
        return "cut off by max_tokens" if record.data.get("finish") == "length" else ""
    return _ENDINGS.get(record.status, record.status)


_ENDINGS: Mapping[str, str] = {
    "paused": "paused by the model",
    "unknown": "may be incomplete",
}


class Kind:
    """The kinds of records that any session may hold; engines have their own.

    The set is open, hence strings; `core.sessions.kinds` says what their `data` holds.
    """

    SESSION = "session"
    """The root: what engine it is for and how it was set up, in `data`."""
    MESSAGE = "message"
    """Words that somebody said or a model wrote."""
    CONTROL = "control"
    """A control word or a command to the engine; `text` is the word."""
    NOTICE = "notice"
    """Something the engine has to tell its watcher; no participant ever sees it."""
    SETTING = "setting"
    """A model or parameter changed in mid-session."""
    HEAD = "head"
    """The current path ends at `data["target"]`; the last such record wins."""
    EDIT = "edit"
    """Other words for the message `data["target"]`; the last one wins, what follows stays."""
    DELETE = "delete"
    """The message `data["target"]` is left out, or back again where `data["deleted"]` is false."""
    META = "meta"
    """What the session as a whole is called (`data["title"]`) or whether it is `pinned`."""
    BLOB = "blob"
    """Text addressed by its hash (`data["hash"]`), not part of any path."""
    ENDED = "ended"
    """The run is over; `data["reason"]` says why."""


OVERLAY_KINDS = frozenset({Kind.EDIT, Kind.DELETE})
"""Kinds that change how another record of the session reads, on every branch."""
OFF_PATH_KINDS = frozenset({Kind.HEAD, Kind.META, Kind.BLOB}) | OVERLAY_KINDS
"""Kinds that never become the end of the current path."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a record."""

    kind: AuthorKind
    name: str = ""


CODE = Author("code", "salon")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a session.

    `seq` counts from 0 in file order; the store sets it on append.
    """

    id: str
    kind: str
    parent: str | None
    author: Author
    at: datetime
    node: str = ""
    """Path of the participant or team node it belongs to; empty: the session as a whole."""
    audience: tuple[str, ...] = ()
    """Nodes it was for; empty: everyone in the session."""
    text: str = ""
    status: Status = "complete"
    model: str | None = None
    params: Mapping[str, Any] | None = None
    request: str | None = None
    """Hash of the exact request that the text answers; see `core.sessions.requests`."""
    usage: Usage | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int = -1
    v: int = SCHEMA_VERSION
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a later version, kept as they were read."""
    malformed: Mapping[str, Any] = field(default_factory=dict)
    """Values of a wrong type by field (`usage`, `data.turn`), written back as they were read."""

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values, empty fields left out."""
        out: dict[str, Any] = {
            "v": self.v,
            "id": self.id,
            "seq": self.seq,
            "parent": self.parent,
            "kind": self.kind,
            "author": {"kind": self.author.kind, "name": self.author.name},
            "at": format_time(self.at),
            "status": self.status,
        }
        if self.node:
            out["node"] = self.node
        if self.audience:
            out["audience"] = list(self.audience)
        if self.text:
            out["text"] = self.text
        if self.model is not None:
            out["model"] = self.model
        if self.params is not None:
            out["params"] = dict(self.params)
        if self.request is not None:
            out["request"] = self.request
        if self.usage is not None:
            out["usage"] = self.usage.to_json()
        if self.data:
            out["data"] = dict(self.data)
        if self.malformed:
            _put_back(out, self.malformed)
        return {**self.extra, **out}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; see `core.sessions.codec` for what may not be.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of a record.
        """
        author = values["author"]
        usage = values.get("usage")
        return cls(
            id=values["id"],
            kind=values["kind"],
            parent=values.get("parent"),
            author=Author(author["kind"], author.get("name", "")),
            at=parse_time(values["at"]),
            node=values.get("node", ""),
            audience=tuple(values.get("audience", ())),
            text=values.get("text", ""),
            status=values.get("status", "complete"),
            model=values.get("model"),
            params=values.get("params"),
            request=values.get("request"),
            usage=None if usage is None else Usage.from_json(usage),
            data=values.get("data", {}),
            seq=values.get("seq", -1),
            v=values.get("v", SCHEMA_VERSION),
            extra={key: value for key, value in values.items() if key not in _KNOWN},
        )


def _put_back(out: dict[str, Any], malformed: Mapping[str, Any]) -> None:
    """Set the values that were taken out when the record was read."""
    for key, value in malformed.items():
        above, _, below = key.partition(".")
        if not below:
            out[key] = value
        elif isinstance(inside := out.setdefault(above, {}), dict):
            inside[below] = value


_KNOWN = frozenset(each.name for each in fields(Record)) - {"extra", "malformed"}


def format_time(moment: datetime) -> str:
    """Return a UTC time as RFC 3339 with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time; one without a zone counts as UTC.

    Raises:
        ValueError: the text is not a time.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
