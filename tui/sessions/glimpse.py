"""What the preview shows of a session: its last messages, or a hit in its surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.clm.records import DayKind
from core.chat.spec import HUMAN, PERSONA
from core.config.prices import Prices
from core.costs import Total
from core.sessions.reading import StoredView, read_tail, read_view
from core.sessions.record import OFF_PATH_KINDS, Kind, Record
from core.sessions.tree import SessionTree
from core.text import clean_line
from tui.widgets.transcript import Entry, EntryKind, EntryStatus

_TAIL = 64
"""Records at the end of a file that hold the last messages in all likelihood."""
_AROUND = 20
"""Entries before and after a hit."""

_TOLD = frozenset({Kind.NOTICE, DayKind.DAY, DayKind.DAY_ENDED})
"""Kinds whose text says all of it."""
_STATUSES = frozenset(EntryStatus)
_SPEAKER = {PERSONA: "a", HUMAN: "b"}
"""Whose colours a chat's two have: those that they have in the chat itself."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A part of a session as it is read."""

    entries: Sequence[Entry]
    cut: bool = False
    """Whether there is more before the first entry."""


def last_words(path: Path) -> Glimpse:
    """Read the end of a session; blocks. Raises `StoreError`."""
    records = read_tail(path, _TAIL)
    whole = bool(records) and records[0].kind == Kind.SESSION
    tree = _folded(records, whole=whole)
    if tree is None:
        # The path ends further up than the tail reaches.
        tree, whole = read_view(path).tree, True
    return Glimpse(list(entries_of(tree.conversation)), cut=not whole)


def surroundings(view: StoredView, record_id: str) -> Glimpse:
    """Return a record among those around it on its branch. Raises `StoreError`."""
    tree = view.tree
    on_path = tree.on_path(record_id)
    path = tree.path if on_path else tree.path_to(record_id)
    entries = list(entries_of(shown for each in path if (shown := tree.shown(each)) is not None))
    at = next((i for i, each in enumerate(entries) if each.id == record_id), 0)
    first = max(0, at - _AROUND)
    return Glimpse(entries[first : at + _AROUND + 1], cut=first > 0)


def spent(view: StoredView, prices: Prices) -> str:
    """Return tokens and cost of everything in a session, in a few words."""
    total = Total.of(view.tree, prices)
    if not total.answers:
        return "no model was asked"
    about = "~" if total.estimated else ""
    tokens = f"{about}{total.input_tokens:,} tokens in, {about}{total.output_tokens:,} out"
    return f"{tokens} · {total.amount}"


def entries_of(records: Iterable[Record]) -> Iterator[Entry]:
    """Yield how the records of a path read, whatever engine wrote them."""
    for record in records:
        if record.kind == Kind.MESSAGE and record.node:
            yield _message(record)
        elif text := _quiet_text(record):
            error = record.kind == Kind.NOTICE and record.data.get("code") == "error"
            kind = EntryKind.ERROR if error else EntryKind.QUIET
            yield Entry(record.id, text, kind=kind)


def _message(record: Record) -> Entry:
    turn = record.data.get("turn")
    name = clean_line(record.author.name) or record.author.kind
    return Entry(
        record.id,
        record.text,
        speaker=_SPEAKER.get(record.node, record.node),
        header=f"{turn}  {name}" if isinstance(turn, int) else name,
        status=EntryStatus(record.status if record.status in _STATUSES else EntryStatus.COMPLETE),
    )


def _quiet_text(record: Record) -> str:
    text = record.text.strip()
    if record.kind == Kind.MESSAGE:
        to = f" to {' and '.join(record.audience)}" if record.audience else ""
        return f"{record.author.name or record.author.kind}{to}: {text}"
    if record.kind == Kind.CONTROL:
        return text if text.startswith("/") else ""
    if record.kind == Kind.ENDED:
        return text or str(record.data.get("reason", ""))
    if record.kind == DayKind.CHOICE:
        return f"{record.node}: {record.data.get('action', '')} · {text}"
    return text if record.kind in _TOLD else ""


def _folded(records: Sequence[Record], *, whole: bool) -> SessionTree | None:
    """Fold the end of a file as if nothing stood before; `None` if the path needs what does.

    Of a `whole` session it needs what is not there where a line is damaged.
    """
    tree = SessionTree()
    for record in records:
        if record.kind == Kind.HEAD and str(record.data.get("target")) not in tree:
            return None
        if record.kind not in OFF_PATH_KINDS:
            if not tree.path and not whole:
                record = replace(record, parent=None)
            elif record.parent is not None and record.parent not in tree:
                return None
        tree.apply(record)
    return tree if tree.path else None
