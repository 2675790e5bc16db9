"""A search in the texts of all sessions, its matches listed as they are found."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Container
from datetime import UTC, datetime

from core.errors import SalonError
from core.sessions.search import Hit
from core.sessions.store import SessionStore
from core.text import counted
from tui.sessions.rows import MatchRow, Row
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine

_LIMIT = 1000
_SHOW_EVERY = 0.05
"""Seconds after which the matches found meanwhile are shown."""


class SessionSearch:
    """Runs a search and shows its matches in the list of sessions."""

    def __init__(self, store: SessionStore, rows: RowList[Row], status: StatusLine) -> None:
        self._store = store
        self._rows = rows
        self._status = status
        self.words = ""
        """What is or was searched for; empty while the sessions are listed."""
        self.matches: list[Hit] = []
        self._shown = asyncio.Event()
        """Set once a match is shown or the search has ended."""

    @property
    def awaits_match(self) -> bool:
        """Whether a search runs that has shown no match yet."""
        return bool(self.words) and not self._shown.is_set()

    async def first_match(self) -> None:
        """Wait until the running search has shown a match or has ended."""
        await self._shown.wait()

    async def run(self, words: str) -> None:
        """Show the matches of some words; what goes wrong is said in place."""
        began = shown = time.monotonic()
        self.words, self.matches = words, []
        self._shown.clear()
        self._rows.placeholder = "searching …"
        self._rows.show([], height=2)
        fresh: list[Hit] = []
        try:
            async for match in self._store.search(words, limit=_LIMIT):
                fresh.append(match)
                if time.monotonic() - shown > _SHOW_EVERY:
                    self._show(fresh, " · searching …")
                    fresh, shown = [], time.monotonic()
        except SalonError as error:
            self._status.problem = str(error)
        self._rows.placeholder = f"{words!r} was not found."
        more = ", and there are more" if len(self.matches) + len(fresh) >= _LIMIT else ""
        self._show(fresh, f"{more} · {time.monotonic() - began:.1f} s")
        self._shown.set()
        self._rows.refresh()

    def keep(self, sessions: Container[str]) -> None:
        """Show no matches in sessions other than these: they are gone."""
        left = [row for row in self._rows.rows if row.session in sessions]
        if len(left) < len(self._rows.rows):
            self._rows.show(left, height=2)

    def end(self) -> None:
        """Forget the search."""
        self.words, self.matches = "", []
        self._shown.set()

    def _show(self, fresh: list[Hit], remark: str) -> None:
        self.matches += fresh
        now = datetime.now(UTC)
        self._rows.extend([MatchRow(each, now) for each in fresh])
        if fresh:
            self._shown.set()
        found = counted(len(self.matches), "match", "matches")
        sessions = counted(len({each.session for each in self.matches}), "session")
        self._status.state = f"{found} in {sessions}{remark}"


def found_text(match: Hit) -> str:
    """Return the part of a match that can be searched for on a page."""
    if not match.spans:
        return ""
    first, behind = match.spans[0]
    return match.snippet[first:behind]
