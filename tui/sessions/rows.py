"""The rows of the Sessions pane: a session, or a match of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rich.cells import cell_len

from core.sessions.record import Kind
from core.sessions.search import Hit
from core.sessions.summary import SessionSummary
from core.text import clean_line, counted
from tui.sessions.wording import engine_of, moment, shown_title, size
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part
from tui.widgets.row_list import Row as ListRow

_ENGINE_FROM = 48
"""Cells of the list from which the engine has a column."""
_ENGINE = 8
_LAST = 11
_BEFORE = 12
"""Cells of a snippet that stay in view left of what was found."""


class Row(ListRow, Protocol):
    """One row of the list."""

    @property
    def session(self) -> str:
        """The session it stands for."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in one line."""

    summary: SessionSummary
    open_here: bool
    sort: str
    now: datetime

    @property
    def key(self) -> str:
        return self.summary.id

    @property
    def session(self) -> str:
        return self.summary.id

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        summary = self.summary
        in_use = self.open_here or summary.busy
        engine = _ENGINE if width >= _ENGINE_FROM else 0
        room = max(8, width - 4 - engine - _LAST - 1)
        return [
            [
                (" ★" if summary.pinned else "  ", "mark"),
                ("● " if in_use else "  ", "mark"),
                (fitted(shown_title(summary), room), "row" if summary.engine else "quiet"),
                (fitted(f"  {engine_of(summary)}", engine) if engine else "", "quiet"),
                (f"{self._last():>{_LAST}} ", "mark" if in_use else "quiet"),
            ]
        ]

    def _last(self) -> str:
        """Return what stands at the end: the value that the list is sorted by."""
        if self.sort == "size":
            return size(self.summary.size)
        if self.sort == "messages":
            return counted(self.summary.messages, "msg")
        if self.open_here:
            return "open here"
        if self.summary.busy:
            return "in use"
        created = self.sort == "created"
        return moment(self.summary.created if created else self.summary.updated, self.now)


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A match of a search: where it is, and what it says."""

    match: Hit
    now: datetime

    @property
    def key(self) -> str:
        return f"{self.match.session} {self.match.record}"

    @property
    def session(self) -> str:
        return self.match.session

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        match = self.match
        who = "" if match.kind == Kind.SESSION else f"  {clean_line(match.speaker)}"
        turn = f" · {match.turn}" if match.turn is not None else ""
        branch = "" if match.on_path else " · another branch"
        where = f"{who}{turn}{branch}"
        title = clean_line(match.title) or match.session
        room = max(8, width - 2 - _LAST - 1)
        said = min(cell_len(where), room // 2)
        title_room = min(cell_len(title), room - said)
        return [
            [
                ("  ", "row"),
                (fitted(title, title_room), "title"),
                (fitted(where, room - title_room), "quiet"),
                (f"{moment(match.at, self.now):>{_LAST}} ", "quiet"),
            ],
            [("    ", "row"), *snippet_parts(match, max(8, width - 5))],
        ]


def snippet_parts(match: Hit, width: int) -> list[Part]:
    """Return a match's snippet in that many cells at most, the words found marked and in view."""
    text, spans = match.snippet, match.spans
    start = 0
    if spans and cell_len(text) > width and spans[0][1] > width - _BEFORE:
        start = max(0, spans[0][0] - _BEFORE)
    parts: list[Part] = [("…", "quiet")] if start else []
    room = width - len(parts)
    at = start
    for first, behind in (*spans, (len(text), len(text))):
        for piece, role in ((text[at : max(at, first)], "quiet"), (text[first:behind], "match")):
            shown = piece if cell_len(piece) <= room else fitted(piece, room)
            if shown:
                parts.append((shown, role))
            room -= cell_len(shown)
        at = max(at, behind)
    return parts
