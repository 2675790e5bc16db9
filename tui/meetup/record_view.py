"""How the records of a meetup are shown in a transcript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.events import TurnStarted
from core.meetup.spec import REOPEN, RESUME, SIDES, Side
from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree
from core.text import clean_line
from tui.conversation.alternatives import place_marks
from tui.conversation.wording import footer_of, setting_text
from tui.widgets.transcript import Entry, EntryKind, EntryStatus

_COLUMN = {"a": 0, "b": 1}
_SILENT_WORDS = frozenset({"pause", RESUME, REOPEN})

Names = Mapping[str, str]
"""The names of the two sides."""


def entries_of(
    path: Iterable[Record], names: Names, tree: SessionTree | None = None
) -> Iterator[Entry]:
    """Yield the entries of a path; alternatives are found in the tree, if there is one."""
    for record in path:
        entry = entry_of(record, names, tree)
        if entry is not None:
            yield entry


def entry_of(record: Record, names: Names, tree: SessionTree | None = None) -> Entry | None:
    """Return the entry of a record, or `None` where it has none."""
    if record.kind == Kind.MESSAGE:
        side = next((each for each in SIDES if each == record.node), None)
        return _said(record, names) if side is None else _message(record, side, names, tree)
    if record.kind == Kind.NOTICE:
        return _notice(record)
    text = _quiet_text(record)
    if not text:
        return None
    return Entry(id=record.id, kind=EntryKind.QUIET, text=text, column=_COLUMN.get(record.node))


def streaming_entry(event: TurnStarted) -> Entry:
    """Return the entry of a message that is being written."""
    return Entry(
        id=event.record_id,
        text="",
        speaker=event.node,
        column=_COLUMN.get(event.node),
        header=f"{event.turn}  {clean_line(event.name)}",
        status=EntryStatus.STREAMING,
    )


def turn_footer(record: Record, tree: SessionTree | None) -> str:
    """Return the line below a turn: its place among its alternatives, tokens and time."""
    return footer_of(record, marks=[] if tree is None else place_marks(record, tree))


def _said(record: Record, names: Names) -> Entry:
    """Return the entry of what the moderator said."""
    to = record.audience[0] if record.audience else ""
    name = clean_line(names.get(to, to.upper()))
    return Entry(
        id=record.id,
        kind=EntryKind.QUIET,
        text=f"Whisper to {name}: {record.text}" if to else f"you: {record.text}",
        column=_COLUMN.get(to),
    )


def _message(record: Record, side: Side, names: Names, tree: SessionTree | None) -> Entry:
    turn = record.data.get("turn")
    marks = [clean_line(names.get(side, record.author.name))]
    if record.data.get("opening"):
        marks.append("opening message")
    if record.data.get("put"):
        marks.append("spoken by you")
    return Entry(
        id=record.id,
        text=record.text,
        speaker=side,
        column=_COLUMN[side],
        header=f"{turn}  {' · '.join(marks)}" if turn else " · ".join(marks),
        footer=turn_footer(record, tree),
        status=EntryStatus(record.status),
    )


def _notice(record: Record) -> Entry:
    error = record.data.get("code") == "error"
    text = f"{record.text}\n\nspace tries again" if error else record.text
    return Entry(
        id=record.id,
        kind=EntryKind.ERROR if error else EntryKind.QUIET,
        text=text,
        column=_COLUMN.get(record.node),
    )


def _quiet_text(record: Record) -> str:
    if record.kind == Kind.CONTROL and record.text not in _SILENT_WORDS:
        who = record.author.name if record.author.kind == "persona" else ""
        return f"{who}: {record.text}" if who else record.text
    if record.kind == Kind.SETTING:
        return "" if record.data.get("restored") else setting_text(record)
    if record.kind == Kind.ENDED:
        why = record.text or str(record.data.get("reason", ""))
        return f"{why[:1].upper()}{why[1:]} · space continues"
    return ""
