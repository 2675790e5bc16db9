"""A run of a team as text: final answers on standard output, all else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from core.cli.output import StyledWriter, clean, clean_line, complain
from core.cli.plain import aside
from core.cli.teams.proposal_cards import ALL, card, decision_line
from core.events import (
    Changed,
    Controlled,
    Edited,
    Ended,
    Event,
    Failed,
    HeadMoved,
    Notice,
    Renamed,
    Said,
    Started,
    TextDelta,
    TurnFinished,
    TurnStarted,
)
from core.sessions.record import Record, ending_of
from core.teams.records import Concluded, ProposalResolved, Proposed

NumberOf = Callable[[str], int | None]
"""The number of a proposal on the current path, by its id."""


@dataclass(slots=True)
class _Reply:
    """A reply that is being written, and what of it is not printed yet."""

    heading: str
    pieces: list[str] = field(default_factory=list)
    shown: bool = False
    """Whether its heading is printed."""
    finished: Record | None = None
    after: list[str] = field(default_factory=list)
    """What it proposes and what becomes of that, while it is not printed itself."""


class HierarchyPrinter(StyledWriter):
    """Prints events for a person to read; in a pipe standard output holds final answers alone.

    Of several replies that are written at once one streams and the others follow it.
    """

    def __init__(self, number_of: NumberOf) -> None:
        self._number_of = number_of
        super().__init__(sys.stderr)
        self._replies: dict[str, _Reply] = {}
        self._held: dict[str, _Reply] = {}
        """By proposal, the reply behind which it is to be printed."""
        self._open = ""
        """The reply that the present line belongs to."""

    def show(self, event: Event) -> None:
        """Print one event."""
        if not isinstance(event, Proposed):
            self._print_first()
        match event:
            case TurnStarted():
                self._begin(event)
            case TextDelta():
                self._replies[event.record_id].pieces.append(clean(event.text))
                self._print_first()
            case TurnFinished():
                self._finish(event.record)
            case Proposed():
                self._proposed(event.record)
            case ProposalResolved():
                self._decided(event.record)
            case Concluded():
                self._conclude(event.record)
            case Failed():
                self._close()
                complain(f"{clean_line(event.node)}: {event.record.text}")
            case _:
                self._quiet(self._remark(event))

    def _remark(self, event: Event) -> str:
        match event:
            case Started():
                title = clean_line(str(event.record.data.get("title", "")))
                return f"{title} · session {event.session}"
            case Said():
                return _said(event.record)
            case Changed():
                return _changed(event.record)
            case Ended():
                return "" if event.reason == "closed" else clean_line(event.record.text)
            case Controlled() | Notice() | HeadMoved() | Edited() | Renamed():
                return aside(event)
            case _:
                return ""

    def _begin(self, event: TurnStarted) -> None:
        heading = f"{clean_line(event.node)} · {clean_line(event.model)}"
        self._replies[event.record_id] = _Reply(heading)

    def _finish(self, record: Record) -> None:
        reply = self._replies[record.id]
        reply.finished = record
        first = next(iter(self._replies))
        if first == record.id:
            self._print(record.id, reply)
            self._close(_mark(record))

    def _proposed(self, proposal: Record) -> None:
        source = str(proposal.data.get("source", ""))
        reply = self._replies.get(source)
        finished = None if reply is None else reply.finished
        read = "" if finished is None else finished.text
        head, *rest = card(proposal, self._number_of(proposal.id), read=read)
        text = "\n".join([self._style(head, bold=True), *rest])
        if reply is not None and next(iter(self._replies)) != source:
            reply.after.append(text)
            self._held[proposal.id] = reply
        else:
            self._line(text)

    def _decided(self, decision: Record) -> None:
        proposal = str(decision.data.get("proposal"))
        text = self._quietly(decision_line(decision, self._number_of(proposal)))
        held = self._held.pop(proposal, None)
        if held is not None and any(held is each for each in self._replies.values()):
            held.after.append(text)
        else:
            self._line(text)

    def _print_first(self) -> None:
        """Print what there is of the oldest reply, and of the next ones if it is finished."""
        while self._replies:
            key, reply = next(iter(self._replies.items()))
            self._print(key, reply)
            if reply.finished is None:
                return
            self._close(_mark(reply.finished))
            for line in reply.after:
                self._line(line)
            del self._replies[key]

    def _print(self, key: str, reply: _Reply) -> None:
        text = "".join(reply.pieces)
        if not text:
            return
        reply.pieces.clear()
        if self._open != key:
            self._close()
            more = " …" if reply.shown else ""
            self._write("\n" + self._style(reply.heading + more, fg="cyan") + "\n")
            reply.shown, self._open = True, key
        self._write(text)

    def _conclude(self, record: Record) -> None:
        self._close()
        if sys.stdout.isatty():
            self._write(self._style("Final answer", bold=True) + "\n")
        sys.stdout.write(clean(record.text) + "\n")
        sys.stdout.flush()

    def _quiet(self, text: str) -> None:
        if text:
            self._line(self._quietly(text))

    def _quietly(self, text: str) -> str:
        return self._style(f"— {text}", dim=True)

    def _line(self, text: str) -> None:
        self._close()
        self._write(text + "\n")

    def _close(self, mark: str = "") -> None:
        """End the line of a reply, with why it was not brought to an end."""
        if self._open:
            self._write(self._style(mark, dim=True) + "\n")
        self._open = ""


def _mark(record: Record) -> str:
    ending = ending_of(record)
    return f" [{ending}]" if ending else ""


def _said(record: Record) -> str:
    who = "you" if record.author.kind == "human" else clean_line(record.author.name)
    return f"{who} to {clean_line(', '.join(record.audience))}: {clean(record.text)}"


def _changed(record: Record) -> str:
    # Whoever hands a run to the autopilot knows it; that a budget is used up is told apart.
    if "autopilot" in record.data:
        return ""
    return f"{clean_line(record.node) or ALL} ▸ {clean_line(record.text)}"
