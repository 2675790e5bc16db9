"""The right side of the Sessions pane: what a session is, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from core.chat.spec import HUMAN, PERSONA
from core.clm.records import DayKind
from core.config.prices import Prices
from core.costs import Total
from core.sessions.reading import StoredView, read_tail, read_view
from core.sessions.record import OFF_PATH_KINDS, Kind, Record
from core.sessions.summary import SessionSummary
from core.sessions.tree import SessionTree
from core.text import clean_line, counted
from tui.sessions.wording import engine_of, full_moment, shown_title, size
from tui.widgets.transcript import Entry, EntryKind, EntryStatus, Transcript

_TAIL = 64
"""Records at the end of a file that hold the last messages in all likelihood."""
_AROUND = 20
"""Entries before and after a hit."""

_TEXT_ONLY = frozenset({Kind.NOTICE, DayKind.DAY, DayKind.DAY_ENDED})
"""Kinds whose text says all of it."""
_STATUSES = frozenset(EntryStatus)
_SPEAKER = {PERSONA: "a", HUMAN: "b"}
"""Whose colours a chat's two have: those that they have in the chat itself."""


@dataclass(frozen=True, slots=True)
class SessionPreview:
    """A part of a session as it is read."""

    entries: Sequence[Entry]
    cut: bool = False
    """Whether there is more before the first entry."""


class SessionPreviewPane(Vertical):
    """Facts above, messages below."""

    DEFAULT_CSS = """
    SessionPreviewPane {
        & > #facts {
            height: auto;
            max-height: 8;
            padding: 0 1;
            background: $surface;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        & > #session-text { height: 1fr; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.transcript = Transcript(id="session-text")
        self._facts = Static(id="facts", markup=False)

    def compose(self) -> ComposeResult:
        yield self._facts
        yield self.transcript

    def show_facts(self, facts: Content) -> None:
        """Show what is known of a session."""
        self._facts.update(facts)

    def show(self, preview: SessionPreview, *, record: str | None = None, find: str = "") -> None:
        """Show messages of a session; a record that is named is selected, and a text found in it."""
        more = [Entry("more", "…", kind=EntryKind.QUIET)] if preview.cut else []
        self.transcript.clear_search()
        self.transcript.load([*more, *preview.entries])
        if record is not None:
            # What is in view, from where a search begins, is known when it is painted.
            self.call_after_refresh(self._mark, record, find)

    def _mark(self, record: str, find: str) -> None:
        if record in self.transcript:
            self.transcript.move_cursor(record)
            self.transcript.search(find)


def facts_of(summary: SessionSummary, path: str, notes: Sequence[str], spent: str) -> Content:
    """Return what is known of a session, a line each; the path comes last."""
    who = ", ".join(clean_line(each) for each in summary.names)
    models = ", ".join(clean_line(each) for each in summary.models)
    counts = [
        counted(summary.messages, "message"),
        counted(summary.records, "record"),
        size(summary.size),
    ]
    dates = f"Started {full_moment(summary.created)} · updated {full_moment(summary.updated)}"
    pinned = " · ★ pinned" if summary.pinned else ""
    lines = [
        Content.styled(shown_title(summary), "bold"),
        *(Content.styled(clean_line(each), "$text-warning") for each in notes),
        Content(" · ".join(filter(None, [engine_of(summary), who, models]))),
        Content(f"{dates}{pinned}"),
        Content(" · ".join(filter(None, [*counts, spent]))),
        Content.styled(clean_line(path), "dim"),
    ]
    return Content("\n").join(lines)


def last_messages(path: Path) -> SessionPreview:
    """Read the end of a session; blocks. Raises `StoreError`."""
    records = read_tail(path, _TAIL)
    whole = bool(records) and records[0].kind == Kind.SESSION
    tree = _folded(records, whole=whole)
    if tree is None:
        # The path ends further up than the tail reaches.
        tree, whole = read_view(path).tree, True
    return SessionPreview(list(entries_of(tree.conversation)), cut=not whole)


def surroundings(view: StoredView, record_id: str) -> SessionPreview:
    """Return a record among those around it on its branch. Raises `StoreError`."""
    tree = view.tree
    on_path = tree.on_path(record_id)
    path = tree.path if on_path else tree.path_to(record_id)
    entries = list(entries_of(shown for each in path if (shown := tree.shown(each)) is not None))
    at = next((i for i, each in enumerate(entries) if each.id == record_id), 0)
    first = max(0, at - _AROUND)
    return SessionPreview(entries[first : at + _AROUND + 1], cut=first > 0)


def spent(view: StoredView, prices: Prices) -> str:
    """Return tokens and cost of everything in a session, in a few words."""
    total = Total.of(view.tree, prices)
    if not total.answers:
        return "no model calls"
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
    if record.kind == DayKind.ACTION_CHOSEN:
        return f"{record.node}: {record.data.get('action', '')} · {text}"
    return text if record.kind in _TEXT_ONLY else ""


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
