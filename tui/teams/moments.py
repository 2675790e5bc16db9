"""The timeline: what happened when, a row for each record that one can go back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.sessions.record import Kind, Record
from core.teams.records import TeamKind
from core.teams.state import REQUEST
from core.text import clean_line
from tui.teams.telling import Telling
from tui.teams.wording import decided, name_of, place_of, receiver
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part

_TIME = 9


@dataclass(frozen=True, slots=True)
class Moment:
    """One row."""

    record: Record
    what: str
    """Who to whom, and what."""
    words: str = ""
    role: str = "row"

    @property
    def key(self) -> str:
        return self.record.id

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        time = f"{self.record.at.astimezone():%H:%M:%S} "
        room = max(0, width - _TIME - 1)
        what = self.what if len(self.what) <= room else fitted(self.what, room)
        words = fitted(f" {self.words}", room - len(what)) if self.words else ""
        return [[(" ", "row"), (time, "quiet"), (what, self.role), (words, "quiet")]]


def moment_of(record: Record, telling: Telling) -> Moment | None:
    """Return the row of a record that was told; `None` where nothing is to be seen of it."""
    name = clean_line(name_of(place_of(record)))
    words = clean_line(record.text)
    if record.kind == TeamKind.PROPOSAL:
        number = telling.number(record.id)
        return Moment(record, f"{number} {name} → {clean_line(receiver(record))}", words)
    if record.kind == TeamKind.PROPOSAL_RESOLVED:
        return _decision(record, telling, words)
    if record.kind == Kind.MESSAGE:
        return _message(record, name, words)
    if record.kind == TeamKind.FINAL:
        return Moment(record, "final answer", words, "live")
    if record.kind == Kind.NOTICE:
        error = record.data.get("code") == "error"
        return Moment(record, f"{name} failed" if error else "note", words, "error")
    if record.kind in {Kind.SETTING, Kind.CONTROL, Kind.ENDED}:
        return Moment(record, f"{name}: {words}" if name else words, role="quiet")
    return None


def _decision(record: Record, telling: Telling, words: str) -> Moment:
    number = telling.number(str(record.data.get("proposal")))
    human = record.author.kind == "human"
    return Moment(record, f"{number} {decided(record)}", words, "row" if human else "quiet")


def _message(record: Record, name: str, words: str) -> Moment | None:
    if record.author.kind == "persona":
        # What a complete reply says stands in its proposals, which follow it.
        if record.status == "complete":
            return None
        return Moment(record, f"{name} {record.status}", words, "error")
    if record.author.kind == "code":
        return Moment(record, f"the run → {name}", words, "quiet")
    to = "team" if record.data.get(REQUEST) else name
    return Moment(record, f"you → {to}", words, "title")
