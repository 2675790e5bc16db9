"""The records of a run as lines to read: who did what for whom, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.sessions.record import Kind, Record
from core.teams.records import TeamKind
from core.teams.state import REQUEST
from core.text import clean_line


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a run, in words."""

    record: Record
    what: str
    """`request`, `word`, `reply`, `proposal`, the state of a decision, `final`, `notice` …"""
    node: str
    """Whose it is; empty: the whole team's."""
    to: str
    """Whom it is for, where it is for somebody: a delegate's name or the parent's path."""
    text: str
    """Its words, on one line."""
    proposal: str = ""
    """The proposal that it is, or is about."""

    @property
    def said(self) -> tuple[str, str, str, str]:
        """What has to be equal for two lines of different branches to say the same."""
        return self.what, self.node, self.to, self.text


def timeline(path: Iterable[Record]) -> list[Line]:
    """Return the lines of a path, oldest first; what nobody needs to see is left out."""
    return list(_lines(path))


def _lines(path: Iterable[Record]) -> Iterator[Line]:
    proposals: dict[str, Record] = {}
    for record in path:
        if record.kind == TeamKind.PROPOSAL:
            proposals[record.id] = record
        if record.kind == TeamKind.PROPOSAL_RESOLVED:
            yield _decision(record, proposals.get(str(record.data.get("proposal"))))
        elif record.kind in _OTHERS:
            yield _OTHERS[record.kind](record)


def _decision(record: Record, proposal: Record | None) -> Line:
    words = record if record.text or proposal is None else proposal
    to = str(record.data.get("to", ""))
    name = "" if proposal is None else proposal.id
    return Line(
        record,
        str(record.data.get("state")),
        record.node,
        to or _parent(record.node),
        clean_line(words.text),
        name,
    )


def _message(record: Record) -> Line:
    if record.author.kind == "persona":
        became = "reply" if record.status == "complete" else record.status
        return Line(record, became, record.node, "", clean_line(record.text))
    what = "request" if record.data.get(REQUEST) else "word"
    return Line(record, what, "", "".join(record.audience[:1]), clean_line(record.text))


def _proposal(record: Record) -> Line:
    to = str(record.data.get("to", "")) or _parent(record.node)
    return Line(record, "proposal", record.node, to, clean_line(record.text), record.id)


def _plain(record: Record) -> Line:
    return Line(record, record.kind, record.node, "", clean_line(record.text))


def _parent(path: str) -> str:
    """Return who hears the answer of a node; the root's is final and for everybody."""
    return path.rpartition("/")[0]


_OTHERS = {
    Kind.MESSAGE: _message,
    TeamKind.PROPOSAL: _proposal,
    TeamKind.FINAL: _plain,
    Kind.NOTICE: _plain,
    Kind.SETTING: _plain,
    Kind.CONTROL: _plain,
    Kind.ENDED: _plain,
}
