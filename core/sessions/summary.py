"""What a list of sessions shows of each, and how such a list is sorted and filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from core.sessions.folding import fold
from core.sessions.record import Record
from core.sessions.tree import SessionTree


class SessionSummary(NamedTuple):
    """One row of the list of sessions. All text in it is untrusted."""

    id: str
    engine: str
    """Empty where the first record cannot be read."""
    title: str
    """The one it was given, else its first one, else the names of who takes part."""
    created: datetime
    updated: datetime
    """When its last record was written, what it is called and whether it is pinned apart."""
    records: int
    size: int
    """Bytes of its file."""
    last: str
    """The beginning of the last words of the current path, on one line."""
    busy: bool
    """Whether somebody is writing to it."""
    pinned: bool = False
    messages: int = 0
    """Messages on all its branches."""
    names: tuple[str, ...] = ()
    """Who takes part."""
    models: tuple[str, ...] = ()
    """Models it names, the one of the first seat first."""
    erased: bool = False
    """Whether all its texts were erased."""
    problem: str = ""
    """Why it cannot be read, or what is damaged in it, as a sentence; empty if nothing is."""


def session_title(root: Record) -> str:
    """Return what a session was called when it began: its title, or who sits in it."""
    title = root.data.get("title")
    if isinstance(title, str) and title.strip():
        return " ".join(title.split())
    return " · ".join(seat_names(root))


def title_of(tree: SessionTree) -> str:
    """Return what a session is called now.

    Raises:
        StoreError: it has no first record.
    """
    return given_title(tree.meta) or session_title(tree.root)


def given_title(meta: Mapping[str, Any]) -> str:
    """Return the title that a session was given since it began; empty if none."""
    title = meta.get("title")
    return " ".join(title.split()) if isinstance(title, str) else ""


def seats_of(root: Record) -> Mapping[str, Mapping[str, Any]]:
    """Return what a session's first record says of each seat, as far as it is readable."""
    seats = root.data.get("seats")
    if not isinstance(seats, dict):
        return {}
    return {node: seat for node, seat in seats.items() if isinstance(seat, dict)}


def seat_names(root: Record) -> list[str]:
    """Return the names of who has a seat in a session, in order."""
    names = [str(seat.get("name", "")) for seat in seats_of(root).values()]
    return [" ".join(name.split()) for name in names if name.strip()]


SORTS: Mapping[str, Callable[[SessionSummary], Any]] = {
    "updated": lambda each: -each.updated.timestamp(),
    "created": lambda each: -each.created.timestamp(),
    "title": lambda each: fold(each.title),
    "engine": lambda each: each.engine,
    "messages": lambda each: -each.messages,
    "size": lambda each: -each.size,
}
"""Orders of a list by name: times, counts and sizes from the top, names from A."""


def arranged(
    summaries: Iterable[SessionSummary], *, sort: str = "updated", words: str = "", engine: str = ""
) -> Sequence[SessionSummary]:
    """Return the sessions of an engine that all words fit, sorted, pinned ones first.

    Raises:
        KeyError: there is no such order; see `SORTS`.
    """
    key = SORTS[sort]
    wanted = fold(words).split()
    found = [
        each for each in summaries if (not engine or each.engine == engine) and _fits(each, wanted)
    ]
    newest_first = sorted(found, key=SORTS["updated"])
    return sorted(newest_first, key=lambda each: (not each.pinned, key(each)))


def _fits(summary: SessionSummary, words: Sequence[str]) -> bool:
    if not words:
        return True
    texts = (summary.title, summary.last, summary.id, summary.engine)
    shown = fold(" ".join((*texts, *summary.names, *summary.models)))
    return all(word in shown for word in words)
