"""What all transcripts show: speakers as columns, and rows of words and quiet lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from core.sessions.kinds import told_by
from core.sessions.record import OFF_PATH_KINDS, Kind, Record, ending_of
from core.sessions.summary import given_title
from core.sessions.tree import SessionTree
from core.text import clean, clean_line


@dataclass(frozen=True, slots=True)
class Speaker:
    """One column. The text is clean of control characters, and untrusted all the same."""

    node: str
    name: str
    about: str
    """Role, language and model, as far as they are known."""


@dataclass(frozen=True, slots=True)
class Row:
    """Words of a speaker, or a quiet line about the conversation."""

    node: str
    """Whose column it stands in; empty: nobody's, across."""
    text: str
    """Clean of control characters, untrusted all the same."""
    quiet: bool
    number: int | None = None
    seconds: float | None = None
    """Time since the message before was finished."""
    mark: str = ""
    """How the message ended if it did not end well: stopped, failed, interrupted; or erased."""
    audience: tuple[str, ...] = ()
    """Nodes it was for; empty: everyone."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The current path of a session, ready to be laid out."""

    title: str
    began: datetime | None
    session: str
    speakers: Sequence[Speaker]
    rows: Sequence[Row]

    @classmethod
    def of(cls, records: Iterable[Record]) -> Self:
        """Fold all records of a session."""
        tree = SessionTree.fold(records)
        path = list(tree.conversation)
        root = path[0] if path else None
        seats = _mapping(root.data.get("seats")) if root else {}
        speakers = _speakers(path, seats)
        title = given_title(tree.meta) or str(root.data.get("title") or "" if root else "")
        return cls(
            title=clean_line(title) or " and ".join(each.name for each in speakers) or "Session",
            began=root.at if root else None,
            session=root.id if root else "",
            speakers=speakers,
            rows=_rows(path, {each.node: each.name for each in speakers}),
        )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _speakers(path: Sequence[Record], seats: Mapping[str, Any]) -> list[Speaker]:
    """Return whoever has a seat, then whoever else spoke from a node, in order."""
    first: dict[str, Record | None] = dict.fromkeys(seats)
    for record in path:
        if record.kind == Kind.MESSAGE and record.node and first.get(record.node) is None:
            first[record.node] = record
    return [_speaker(node, _mapping(seats.get(node)), record) for node, record in first.items()]


def _speaker(node: str, seat: Mapping[str, Any], record: Record | None) -> Speaker:
    author = record.author.name if record else ""
    model = seat.get("model") or (record.model if record else None)
    facts = [seat.get("role"), seat.get("language"), model]
    name = clean_line(str(seat.get("name") or author or node))
    about = " · ".join(clean_line(str(fact)) for fact in facts if fact)
    return Speaker(clean_line(node), name, about)


def _rows(path: Sequence[Record], names: Mapping[str, str]) -> list[Row]:
    rows: list[Row] = []
    number = 0
    before: datetime | None = None
    for record in path:
        if record.kind != Kind.MESSAGE or not record.node:
            if record.kind != Kind.SESSION and (text := _quiet_text(record, names)):
                node = record.node if record.node in names else ""
                rows.append(Row(node, text, True, audience=record.audience, at=record.at))
            continue
        turn = record.data.get("turn")
        number = turn if isinstance(turn, int) else number + 1
        finished = _finished(record)
        rows.append(
            Row(
                node=clean_line(record.node),
                text=clean(record.text).strip("\n"),
                quiet=False,
                number=number,
                seconds=_seconds_between(before, finished),
                mark=_mark(record),
                audience=record.audience,
                at=record.at,
            )
        )
        before = finished
    return rows


def _mark(record: Record) -> str:
    if record.data.get("erased") is True:
        return "erased"
    return clean_line(ending_of(record))


def _seconds_between(before: datetime | None, finished: datetime) -> float | None:
    """Return how long a message took; `None` where a branch puts an older one behind a newer."""
    if before is None or finished < before:
        return None
    return (finished - before).total_seconds()


def _finished(record: Record) -> datetime:
    """Return when a message was complete: `at` is when it began, if it took time."""
    seconds = record.data.get("seconds")
    if not isinstance(seconds, (int, float)):
        return record.at
    try:
        return record.at + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return record.at


def _quiet_text(record: Record, names: Mapping[str, str]) -> str:
    """Return what a record that is nobody's turn comes to; empty: nothing to show."""
    text = clean(record.text).strip()
    who = names.get(record.node) or clean_line(record.author.name) or record.author.kind
    if record.kind == Kind.MESSAGE:
        to = " and ".join(names.get(each, clean_line(each)) for each in record.audience)
        return f"{who}, to {to}: {text}" if to else f"{who}: {text}"
    if record.kind == Kind.CONTROL:
        # Words are said; "pause" and the like only steered the run.
        return f"{who}: {text}" if text.startswith("/") else ""
    if record.kind == Kind.SETTING:
        return f"{who}: {text}" if text and not record.data.get("restored") else ""
    if record.kind == Kind.ENDED:
        why = text or clean_line(str(record.data.get("reason", "")))
        return f"Ended: {why}".removesuffix(": ")
    if (told := told_by(record.kind)) is not None:
        return told(record, text, names)
    return "" if record.kind in OFF_PATH_KINDS else text
