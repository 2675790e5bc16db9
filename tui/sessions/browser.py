"""The half of the Sessions pane that reads and shows: the list, a search, the preview."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import SalonError
from core.sessions.reading import StoredView, read_view
from core.sessions.summary import SessionSummary
from core.text import counted
from tui.panes import pane
from tui.sessions.glimpse import last_words, spent, surroundings
from tui.sessions.preview import Preview, facts_of
from tui.sessions.rows import HitRow, Row, SessionRow
from tui.sessions.shelf import Shelf

from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from core.sessions.index import Rebuild
    from core.sessions.search import Hit
    from tui.sessions.screen import SessionsScreen

_MOST_HITS = 1000
_SHOW_EVERY = 0.05
"""Seconds between two helpings of hits."""
_REST = 0.15
"""Seconds on one row after which the whole session is read, to count its tokens."""
_LARGEST = 20_000_000
"""Bytes of a session beyond which that is not done."""

_NO_SESSIONS = """\
No sessions yet.

Every chat (F3) and every meetup (F4) is kept as it goes
and is found again here.
i takes in a transcript or a chat of another program."""


class Browser:
    """Stands between the widgets, which it owns, and what is stored."""

    def __init__(self, screen: SessionsScreen) -> None:
        self._screen = screen
        self._app = screen.app
        self.shelf = Shelf(screen.app.runtime.store)
        self.rows: RowList[Row] = RowList(id="rows")
        self.preview = Preview(id="preview")
        self.status = StatusLine(id="status")
        self.found: list[Hit] | None = None
        """What a search has found so far; `None` while there is none."""
        self.words_searched = ""
        """What is or was searched for; empty while the list is shown."""
        self._first_hit = asyncio.Event()
        """Set once a search has shown a match or has ended."""
        self._held: dict[str, str] | None = None
        """The sessions that were open in panes when the list was shown last."""
        self._view: tuple[tuple[str, int], StoredView] | None = None
        """The session that was read last, by id and size."""

    @property
    def current(self) -> SessionSummary | None:
        """The session that the cursor stands on."""
        row = self.rows.current
        return None if row is None else self.shelf.get(row.session)

    @property
    def hit(self) -> Hit | None:
        """What was found on the row that the cursor stands on."""
        row = self.rows.current
        return row.hit if isinstance(row, HitRow) else None

    def holder(self, session_id: str) -> str:
        """Return the title of the pane of this app that has a session open; empty if none."""
        name = "" if self.shelf.in_trash else self._app.held().get(session_id, "")
        return pane(name).title if name else ""

    def report(self, error: SalonError) -> None:
        """Say what went wrong."""
        self.status.problem = str(error)

    # The list

    async def read(self, *, go_to: str | None = None) -> None:
        """Read the list again and show it; what goes wrong is said in place."""
        changed = True
        try:
            changed = await self.shelf.read(self._rebuilding)
        except SalonError as error:
            self.report(error)
        if self.found is not None:
            # That nothing was found stays said.
            self._drop_gone()
        else:
            self.rows.placeholder = "The trash is empty." if self.shelf.in_trash else _NO_SESSIONS
            if changed or go_to or self._app.held() != self._held:
                self.show_list(go_to=go_to)
        if not self.rows.rows:
            self._screen.add_class("-empty")
        self._screen.offer()

    def show_list(self, *, go_to: str | None = None) -> None:
        """Show the sessions that fit."""
        shelf, now = self.shelf, datetime.now(UTC)
        shown = shelf.shown()
        if shelf.all and not shown:
            self.rows.placeholder = f"No session fits {shelf.words!r}."
        self._held = self._app.held()
        held = {} if shelf.in_trash else self._held
        rows: list[Row] = [SessionRow(each, each.id in held, shelf.sort, now) for each in shown]
        self.rows.show(rows, go_to=go_to)
        whole = counted(len(shelf.all), "session")
        part = f"{len(shown):,} of {whole}" if len(shown) != len(shelf.all) else whole
        place = "in the trash · " if shelf.in_trash else ""
        self.status.state = f"{part} · {place}by {shelf.sort}"

    def _rebuilding(self, rebuild: Rebuild) -> None:
        done = rebuild.done >= rebuild.total
        progress = f"reading all files: {rebuild.done:,} of {rebuild.total:,} …"
        self.status.hint = str(rebuild) if done else progress

    # Searching

    async def search(self, words: str) -> None:
        """Show where words stand, in all sessions, as places are found."""
        began = shown = time.monotonic()
        self.found = []
        self.words_searched = words
        self._first_hit.clear()
        self.rows.placeholder = "searching …"
        self.rows.show([], height=2)
        fresh: list[Hit] = []
        try:
            async for hit in self._app.runtime.store.search(words, limit=_MOST_HITS):
                fresh.append(hit)
                if time.monotonic() - shown > _SHOW_EVERY:
                    self._show_hits(fresh, " · searching …")
                    fresh, shown = [], time.monotonic()
        except SalonError as error:
            self.report(error)
        self.rows.placeholder = f"{words!r} was not found."
        more = ", and there are more" if len(self.found) + len(fresh) >= _MOST_HITS else ""
        self._show_hits(fresh, f"{more} · {time.monotonic() - began:.1f} s")
        self._first_hit.set()
        self.rows.refresh()

    @property
    def awaits_hits(self) -> bool:
        """Whether a search runs that has shown no match yet."""
        return self.found is not None and not self._first_hit.is_set()

    async def first_hit(self) -> None:
        """Wait until the running search has shown a match or has ended."""
        await self._first_hit.wait()

    def _show_hits(self, fresh: list[Hit], remark: str) -> None:
        assert self.found is not None
        self.found += fresh
        now = datetime.now(UTC)
        self.rows.extend([HitRow(each, now) for each in fresh])
        if fresh:
            self._first_hit.set()
        sessions = len({each.session for each in self.found})
        places = f"{counted(len(self.found), 'place')} in {counted(sessions, 'session')}"
        self.status.state = f"{places}{remark}"

    def _drop_gone(self) -> None:
        """Show no places in sessions that are no longer there."""
        left = [row for row in self.rows.rows if self.shelf.get(row.session) is not None]
        if len(left) < len(self.rows.rows):
            self.rows.show(left, height=2)

    def end_search(self) -> None:
        """Show the list again, at the session where the search stood."""
        row = self.rows.current
        self.found = None
        self.words_searched = ""
        self._first_hit.set()
        self.show_list(go_to=None if row is None else row.session)

    # The preview

    async def look(self) -> None:
        """Show the session under the cursor: at once what the list knows, then its words."""
        summary, hit = self.current, self.hit
        self._screen.set_class(summary is None, "-empty")
        if summary is None:
            return
        self._tell(summary)
        path = self.shelf.path(summary.id)
        try:
            if hit is None:
                self.preview.show(await asyncio.to_thread(last_words, path))
                await asyncio.sleep(_REST)
                if summary.size <= _LARGEST:
                    await self._read(summary)
            else:
                view = await self._read(summary)
                glimpse = await asyncio.to_thread(surroundings, view, hit.record)
                self.preview.show(glimpse, record=hit.record, find=found_text(hit))
        except SalonError as error:
            self.preview.transcript.clear()
            self._tell(summary, str(error))

    async def _read(self, summary: SessionSummary) -> StoredView:
        """Read a whole session, unless it was read last, and tell what that brings to light."""
        key = summary.id, summary.size
        if self._view is None or self._view[0] != key:
            view = await asyncio.to_thread(read_view, self.shelf.path(summary.id))
            self._view = key, view
        view = self._view[1]
        prices = self._app.runtime.settings.prices
        self._tell(summary, *view.notices, spent=spent(view, prices))
        return view

    def _tell(self, summary: SessionSummary, *notes: str, spent: str = "") -> None:
        holder = self.holder(summary.id)
        if holder:
            notes = (f"Open in the {holder} pane.",)
        elif summary.busy and not notes:
            notes = ("Another process is writing to it.",)
        if summary.problem:
            notes = (summary.problem, *notes)
        if summary.erased:
            notes = (*notes, "Its texts were erased.")
        path = str(self.shelf.path(summary.id))
        self.preview.tell(facts_of(summary, path, notes, spent))


def found_text(hit: Hit) -> str:
    """Return the words of a hit that can be searched for on a page."""
    if not hit.spans:
        return ""
    first, behind = hit.spans[0]
    return hit.snippet[first:behind]
