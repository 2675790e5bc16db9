"""Reads and shows sessions: the list, a search in all texts, the preview."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from textual.timer import Timer

from core.errors import SalonError
from core.sessions.index import Rebuild
from core.sessions.reading import StoredView, read_view
from core.sessions.search import Hit
from core.sessions.summary import SessionSummary
from core.text import counted
from tui.pane.commands import CommandController
from tui.pane.screen import CommandScreen
from tui.panes import pane
from tui.sessions.finder import Finder
from tui.sessions.list_model import SessionListModel
from tui.sessions.preview import SessionPreviewPane, facts_of, last_messages, spent, surroundings
from tui.sessions.rows import MatchRow, Row, SessionRow
from tui.sessions.search import SessionSearch, found_text
from tui.widgets.row_list import RowList

_EVERY = 3.0
"""Seconds after which the list is read again; longer where that takes long."""
_SHARE = 20
"""Reading takes no more than one part in so many of the time."""
_LIST_FIRST = 0.5
"""Seconds that the preview waits for the list."""
_REST = 0.15
"""Seconds on one row after which the whole session is read, to count its tokens."""
_LARGEST = 20_000_000
"""Bytes of a session beyond which that is not done."""

_NO_SESSIONS = """\
No sessions yet.

Every chat (F3) and every meetup (F4) is saved as it goes
and listed here.
I imports a transcript or a chat of another program."""


class SessionsController(CommandController):
    """Stands between the widgets of the pane, which it owns, and what is stored."""

    def __init__(self, screen: CommandScreen[Any]) -> None:
        super().__init__(screen)
        self.model = SessionListModel(self.runtime.store)
        self.rows: RowList[Row] = RowList(id="rows")
        self.preview = SessionPreviewPane(id="preview")
        self.search = SessionSearch(self.runtime.store, self.rows, self.status)
        self.reading = False
        """Whether the list is being read."""
        self._listed = asyncio.Event()
        self._preview_mounted = asyncio.Event()
        self._next: Timer | None = None
        """When the list is read again."""
        self._held: dict[str, str] | None = None
        """The sessions that were open in panes when the list was shown last."""
        self._view: tuple[tuple[str, int], StoredView] | None = None
        """The session that was read last, by id and size."""

    @property
    def finder(self) -> Finder:
        """The line that filters and searches."""
        return self.screen.query_one(Finder)

    @property
    def current(self) -> SessionSummary | None:
        """The selected session."""
        row = self.rows.current
        return None if row is None else self.model.get(row.session)

    @property
    def match(self) -> Hit | None:
        """The selected match of a search."""
        row = self.rows.current
        return row.match if isinstance(row, MatchRow) else None

    def holder(self, session_id: str) -> str:
        """Return the title of the pane of this app that has a session open; empty if none."""
        name = "" if self.model.in_trash else self.screen.app.held().get(session_id, "")
        return pane(name).title if name else ""

    # The list

    async def show(self) -> None:
        """Read the list; the preview takes as long to mount as that takes, and comes second."""
        self.rows.placeholder = "reading …"
        self.screen.set_focus(self.rows)
        self.keep_up()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._listed.wait(), _LIST_FIRST)
        await self.screen.query_one("#side").mount(self.preview)
        self._preview_mounted.set()

    def keep_up(self) -> None:
        """Read the list, and again from time to time while the pane is in front."""
        if self.screen.is_current and not self.reading:
            self.read_again()

    def read_again(self) -> None:
        """Read the list now."""
        self.reading = True
        self.start_worker(self._read, "read", exclusive=True)

    async def _read(self) -> None:
        began = time.monotonic()
        await self.read()
        self.reading = False
        self._listed.set()
        if self._next is not None:
            self._next.stop()
        took = time.monotonic() - began
        self._next = self.screen.set_timer(max(_EVERY, _SHARE * took), self.keep_up)

    async def read(self, *, go_to: str | None = None) -> None:
        """Read the list and show it; what goes wrong is said in place."""
        changed = True
        try:
            changed = await self.model.read(self._rebuilding)
        except SalonError as error:
            self.report(error)
        if self.search.words:
            # That nothing was found stays said.
            self.search.keep({each.id for each in self.model.all})
        else:
            self.rows.placeholder = self._placeholder()
            if changed or go_to or self.screen.app.held() != self._held:
                self.show_list(go_to=go_to)
        if not self.rows.rows:
            self.screen.add_class("-empty")
        self.refresh()

    def show_list(self, *, go_to: str | None = None) -> None:
        """Show the sessions that pass the filter."""
        model, now = self.model, datetime.now(UTC)
        shown = model.shown()
        if model.all:
            self.rows.placeholder = self._placeholder()
        self._held = self.screen.app.held()
        held = {} if model.in_trash else self._held
        rows: list[Row] = [SessionRow(each, each.id in held, model.sort, now) for each in shown]
        self.rows.show(rows, go_to=go_to)
        whole = counted(len(model.all), "session")
        part = f"{len(shown):,} of {whole}" if len(shown) != len(model.all) else whole
        place = "in the trash · " if model.in_trash else ""
        self.status.state = f"{part} · {place}by {model.sort}"

    def _placeholder(self) -> str:
        """Return what an empty list says."""
        if self.model.all:
            return f"No session matches {self.model.filter!r}."
        return "The trash is empty." if self.model.in_trash else _NO_SESSIONS

    def show_trash(self, there: bool) -> None:
        """Show the trash, or the sessions again."""
        self.model.in_trash = there
        self.end_search()
        self.read_again()

    def _rebuilding(self, rebuild: Rebuild) -> None:
        done = rebuild.done >= rebuild.total
        progress = f"reading all files: {rebuild.done:,} of {rebuild.total:,} …"
        self.status.hint = str(rebuild) if done else progress

    # Filter and search

    def filter(self, words: str) -> None:
        """Show the sessions that contain some words."""
        self.model.filter = words
        if not self.search.words:
            self.show_list()

    def search_for(self, words: str) -> None:
        """Search in all texts; no words end the search."""
        if not words.strip():
            self.end_search()
        elif words != self.search.words:
            # Typing starts a search by itself; enter on the same words must not start it over.
            self.start_worker(partial(self.search.run, words), "search", exclusive=True)

    def end_search(self) -> None:
        """Show the list again, at the session where the search stood."""
        self.screen.workers.cancel_group(self.screen, "search")
        self.finder.searching = False
        if self.search.words:
            row = self.rows.current
            self.search.end()
            self.show_list(go_to=None if row is None else row.session)

    # The preview

    def look(self) -> None:
        """Show the selected session: at once what the list knows, then its messages."""
        self.start_worker(self._look, "look", exclusive=True)
        self.refresh()

    async def _look(self) -> None:
        await self._preview_mounted.wait()
        summary, match = self.current, self.match
        self.screen.set_class(summary is None, "-empty")
        if summary is None:
            return
        self._show_facts(summary)
        try:
            if match is None:
                path = self.model.path(summary.id)
                self.preview.show(await asyncio.to_thread(last_messages, path))
                await asyncio.sleep(_REST)
                if summary.size <= _LARGEST:
                    await self._read_whole(summary)
            else:
                view = await self._read_whole(summary)
                part = await asyncio.to_thread(surroundings, view, match.record)
                self.preview.show(part, record=match.record, find=found_text(match))
        except SalonError as error:
            self.preview.transcript.clear()
            self._show_facts(summary, str(error))

    async def _read_whole(self, summary: SessionSummary) -> StoredView:
        """Read a whole session, unless it was read last, and show what that brings to light."""
        key = summary.id, summary.size
        if self._view is None or self._view[0] != key:
            view = await asyncio.to_thread(read_view, self.model.path(summary.id))
            self._view = key, view
        view = self._view[1]
        self._show_facts(summary, *view.notices, spent=spent(view, self.runtime.settings.prices))
        return view

    def _show_facts(self, summary: SessionSummary, *notes: str, spent: str = "") -> None:
        holder = self.holder(summary.id)
        if holder:
            notes = (f"Open in the {holder} pane.",)
        elif summary.busy and not notes:
            notes = ("Another process is writing to it.",)
        if summary.problem:
            notes = (summary.problem, *notes)
        if summary.erased:
            notes = (*notes, "Its texts were erased.")
        path = str(self.model.path(summary.id))
        self.preview.show_facts(facts_of(summary, path, notes, spent))
