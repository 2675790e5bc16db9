"""The right side of the Sessions pane: what a session is, and how it reads."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from core.sessions.summary import SessionSummary
from core.text import clean_line, counted
from tui.sessions.glimpse import Glimpse
from tui.sessions.telling import called, engine_of, full_moment, size
from tui.widgets.transcript import Entry, EntryKind, Transcript


class Preview(Vertical):
    """Facts above, words below."""

    DEFAULT_CSS = """
    Preview {
        & > #facts {
            height: auto;
            max-height: 8;
            padding: 0 1;
            background: $surface;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        & > #glimpse { height: 1fr; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.transcript = Transcript(id="glimpse")
        self._facts = Static(id="facts", markup=False)

    def compose(self) -> ComposeResult:
        yield self._facts
        yield self.transcript

    def tell(self, facts: Content) -> None:
        """Show what is known of a session."""
        self._facts.update(facts)

    def show(self, glimpse: Glimpse, *, record: str | None = None, find: str = "") -> None:
        """Show words of a session: their end, or a record with what was found in it."""
        more = [Entry("more", "…", kind=EntryKind.QUIET)] if glimpse.cut else []
        self.transcript.load([*more, *glimpse.entries])
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
    dates = f"begun {full_moment(summary.created)} · last {full_moment(summary.updated)}"
    pinned = " · ★ pinned" if summary.pinned else ""
    lines = [
        Content.styled(called(summary), "bold"),
        *(Content.styled(clean_line(each), "$text-warning") for each in notes),
        Content(" · ".join(filter(None, [engine_of(summary), who, models]))),
        Content(f"{dates}{pinned}"),
        Content(" · ".join(filter(None, [*counts, spent]))),
        Content.styled(clean_line(path), "dim"),
    ]
    return Content("\n").join(lines)
