"""A run as text: a few lines for each customer's day, and one for the day."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from core.cli.output import StyledWriter, clean, clean_line, complain
from core.cli.plain import aside
from core.clm.records import ActionChosen, DayEnded, DayStarted, Impacted, Learned
from core.clm.simulation.engine import SimulationEngine
from core.events import (
    Ended,
    Event,
    Failed,
    Notice,
    Started,
    TextDelta,
    TurnFinished,
    TurnStarted,
)

_COLOURS = {"SUCCESS": "green", "RESTING": "yellow", "FORBIDDEN": "red"}


class RunPrinter(StyledWriter):
    """Prints events for a person to read."""

    def __init__(self, engine: SimulationEngine) -> None:
        self._engine = engine
        super().__init__(sys.stdout)
        self._told = False
        """Whether the reason for the current customer was shown while it streamed."""
        self._open = False
        """Whether the current line is unfinished."""
        self._shows: Mapping[type, Callable[[Any], None]] = {
            Started: self._started,
            DayStarted: self._day_started,
            TurnStarted: self._turn_started,
            TextDelta: self._delta,
            TurnFinished: self._turn_finished,
            ActionChosen: self._chosen,
            Impacted: self._impacted,
            Learned: self._learned,
            DayEnded: self._day_ended,
            Failed: self._failed,
            Notice: self._notice,
            Ended: self._ended,
        }

    def show(self, event: Event) -> None:
        """Print one event."""
        show = self._shows.get(type(event))
        if show is not None:
            show(event)
        else:
            self._line(aside(event))

    def _started(self, event: Started) -> None:
        self._line(f"{event.record.data.get('title', '')} · session {event.session}")

    def _day_started(self, event: DayStarted) -> None:
        self._line(self._style(f"\nDay {event.day}", bold=True))

    def _turn_started(self, event: TurnStarted) -> None:
        self._told = False

    def _turn_finished(self, event: TurnFinished) -> None:
        self._close()

    def _failed(self, event: Failed) -> None:
        self._close()
        complain(event.record.text)

    def _notice(self, event: Notice) -> None:
        self._line(self._style(f"  ! {clean_line(event.record.text)}", fg="yellow"))

    def _ended(self, event: Ended) -> None:
        days = f"{event.turns} day{'s' * (event.turns != 1)}"
        self._line(f"ended after {days}: {event.record.text}")

    def _delta(self, event: TextDelta) -> None:
        if not self._open:
            self._write(f"  {self._name(event.node)}: ")
        self._told = self._open = True
        self._write(self._style(clean(event.text), dim=True))

    def _chosen(self, event: ActionChosen) -> None:
        self._close()
        record, data = event.record, event.record.data
        name = self._name(event.customer)
        if not self._told:
            self._line(f"  {name}: " + self._style(clean_line(record.text), dim=True))
        self._told = False
        seen = clean_line(str(data["observation"]["text"]))
        propensity = f"propensity {data['propensity']:.2f}"
        self._line(f"    observed: {seen}")
        self._line(f"    → {self._style(data['action'], bold=True)} ({propensity})")
        if data["message"]:
            self._line(f"      “{clean_line(data['message'])}”")

    def _impacted(self, event: Impacted) -> None:
        data = event.record.data
        colour = "green" if data["delta"] > 0 else "red" if data["delta"] < 0 else None
        delta = self._style(f"{data['delta']:+.1f}", fg=colour)
        self._line(
            f"    {delta} to {data['engagement']:.0f}, {data['status']}: "
            f"{clean_line(event.record.text)}"
        )

    def _learned(self, event: Learned) -> None:
        data = event.record.data
        if data.get("changed"):
            word = self._style(data["verdict"], fg=_COLOURS.get(data["verdict"]))
            self._line(f"    ledger: {data['action']} is {word}: {clean_line(data['reason'])}")

    def _day_ended(self, event: DayEnded) -> None:
        data = event.record.data
        standing = ", ".join(
            f"{count:,} {name}" for name, count in data["statuses"].items() if count
        )
        self._line(
            self._style(f"Day {event.day}", bold=True) + f" ended: engagement "
            f"{data['engagement']:.1f}, cost {data['spend']:,.2f}, margin {data['margin']:+,.2f}; "
            f"{standing}"
        )

    def _name(self, customer: str) -> str:
        found = self._engine.state.customers.get(customer)
        return clean_line(customer if found is None else found.name)

    def _close(self) -> None:
        if self._open:
            self._write("\n")
        self._open = False

    def _line(self, text: str) -> None:
        self._close()
        self._write(text + "\n")
