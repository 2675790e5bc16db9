"""A run of the lab as lines for a person to read."""

from __future__ import annotations

import time

from core.cli.output import clean_line, complain, echo
from core.events import (
    Ended,
    Event,
    Failed,
    Notice,
    Started,
)
from core.lab.engine import LabEngine
from core.lab.progress import duration
from core.lab.records import (
    Judged,
    LabEvent,
    PersonMade,
    ProfileEdited,
    Scored,
    ToolAnswered,
)

_EVERY = 5.0
"""Seconds between two lines on how far it is."""


class LabPrinter:
    """Prints what happens, and now and then how long it will take."""

    def __init__(self, engine: LabEngine) -> None:
        self._engine = engine
        self._told = time.monotonic()

    def show(self, event: Event) -> None:
        """Print one event; what is said in the scenes is left to transcripts."""
        line = _line(event)
        if isinstance(event, Failed):
            complain(event.record.text)
        elif line:
            echo(clean_line(line))
        if time.monotonic() - self._told > _EVERY:
            self._told = time.monotonic()
            self._tell_progress()

    def _tell_progress(self) -> None:
        now = self._engine.progress
        left = "" if now.seconds_left is None else f", about {duration(now.seconds_left)} left"
        echo(f"— {now.done} of {now.total}{left}", err=True)


def _line(event: Event) -> str:
    match event:
        case Started():
            title = event.record.data.get("title", "")
            how = "going on with" if event.resumed else "begun"
            return f"— {title} · {how} session {event.session}"
        case Notice():
            return f"{event.record.node}: {event.record.text}"
        case Ended():
            return f"— {event.record.text} · session {event.session}"
        case LabEvent():
            return _of_lab(event) + _flags(event)
    return ""


def _of_lab(event: LabEvent) -> str:
    match event:
        case PersonMade():
            return f"{event.node} {event.record.data.get('name')}: {event.record.text}"
        case ToolAnswered():
            return f"{event.node} {event.record.data.get('name')} → {event.record.text}"
        case Judged():
            data = event.record.data
            how = "satisfied" if data.get("satisfied") else f"misses: {event.record.text or '…'}"
            return f"{event.node} reply {data.get('turn')}: {how}"
        case ProfileEdited():
            evidence = event.record.data.get("evidence") or [{}]
            quote = evidence[0].get("quote", "")
            return f"{event.node} {event.record.text}" + (f"  “{quote}”" if quote else "")
        case Scored():
            return f"{event.node}: {event.record.data.get('value')}"
        case _:
            return f"{event.node}: {event.record.text}"


def _flags(event: LabEvent) -> str:
    flags = event.record.data.get("flags")
    return f" [{', '.join(flags)}]" if flags else ""
