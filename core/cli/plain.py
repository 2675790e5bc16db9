"""A conversation as text that streams: coloured on a terminal, plain in a pipe."""

from __future__ import annotations

import sys

from core.cli.output import StyledWriter, clean, clean_line, complain
from core.events import (
    Changed,
    Controlled,
    Edited,
    Ended,
    Event,
    Failed,
    HeadMoved,
    Notice,
    RecordEvent,
    Renamed,
    Said,
    Started,
    TextDelta,
    TurnFinished,
    TurnStarted,
)
from core.sessions.record import ending_of

_COLOURS = {"a": "cyan", "b": "yellow"}


class PlainPrinter(StyledWriter):
    """Prints events for a person to read."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self._open = False
        """Whether the present line belongs to a turn."""
        self._speaking: TurnStarted | None = None

    def show(self, event: Event) -> None:
        """Print one event."""
        match event:
            case Started():
                self._quiet(f"{event.record.data.get('title', '')} · session {event.session}")
            case TurnStarted():
                self._speaking = event
                self._heading(event.turn, event.name, event.node)
            case TextDelta():
                self._go_on(event)
            case TurnFinished():
                self._finish(event)
            case Said():
                self._said(event)
            case Failed():
                self._close()
                complain(event.record.text)
            case _:
                self._quiet(aside(event))

    def _heading(self, turn: int, name: str, side: str) -> None:
        self._close()
        head = f"{turn} {clean_line(name)}"
        self._write(self._style(head, fg=_COLOURS.get(side), bold=True) + "\n")
        self._open = True

    def _go_on(self, event: TextDelta) -> None:
        if not self._open and self._speaking is not None:
            # Something else was printed since the turn began.
            self._heading(event.turn, f"{self._speaking.name} …", event.node)
        self._write(clean(event.text))

    def _finish(self, event: TurnFinished) -> None:
        ending = ending_of(event.record)
        if ending and event.record.text:
            self._write(self._style(f" [{ending}]", dim=True))
        self._close()

    def _said(self, event: Said) -> None:
        record = event.record
        if record.node:
            turn = int(record.data.get("turn", 0))
            self._heading(turn, record.author.name, record.node)
            self._write(clean(record.text))
            self._close()
        else:
            to = f" to {', '.join(record.audience)}" if record.audience else ""
            self._quiet(f"you{to}: {record.text}")

    def _quiet(self, text: str) -> None:
        self._close()
        if text:
            self._write(self._style(f"— {clean(text)}", dim=True) + "\n\n")

    def _close(self) -> None:
        if self._open:
            self._write("\n\n")
        self._open = False


def aside(event: Event) -> str:
    """Return what is told, beside the conversation, of what happened to it."""
    match event:
        case Controlled() | Notice():
            return clean_line(event.record.text)
        case Changed():
            return f"{event.record.node or 'all'} ▸ {setting(event)}"
        case HeadMoved():
            return "going on from an earlier place"
        case Edited():
            return "a message reads otherwise now"
        case Renamed():
            return ", ".join(f"{key} {value}" for key, value in event.record.data.items())
        case Ended():
            turns = "1 turn" if event.turns == 1 else f"{event.turns} turns"
            return f"ended after {turns}: {event.record.text} · session {event.session}"
        case RecordEvent():
            who = f"{event.node}: " if event.node else ""
            return clean_line(f"{who}{event.record.text}")
        case _:
            return ""


def setting(event: Changed) -> str:
    """Return what was set, on one line."""
    data = event.record.data
    return clean_line(", ".join(f"{key} {value}" for key, value in data.items() if value != {}))
