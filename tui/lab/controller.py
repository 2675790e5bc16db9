"""Runs the lab pane: makes its widgets, passes commands on, shows how a run goes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from textual.containers import Vertical
from textual.timer import Timer
from textual.widget import Widget

from core.events import Event
from tui.lab.draft import LabDraft
from tui.lab.header import LabHeader
from tui.lab.known import KnownRow
from tui.lab.people import PersonRow
from tui.lab.readings import Readings
from tui.lab.session import LabSession
from tui.lab.start import ABOUT, lines_of
from tui.lab.view import View
from tui.navigation import OpenSession
from tui.pane.controller import PaneController
from tui.pane.key_bar import KeyBar
from tui.widgets.evidence import EvidenceCard
from tui.widgets.row_list import RowList
from tui.widgets.start_card import StartCard
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tui.pane.screen import CommandScreen

_FRAME = 1 / 8
"""Seconds between two looks at a run that goes on."""
_SPARED = 10
"""Times as long as a look took that the next one waits: a large run is counted anew each time."""
_SECOND = 1.0
_MEASURE = 84


class _Conversation(Transcript):
    """A transcript that leaves `c` to the pane: figures are looked up more often than code."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "copy_code"


class LabController(PaneController[LabSession]):
    """Stands between the screen, the run and its view."""

    PLACEHOLDER = "people, settings, judge … (Tab completes)"
    ENDING = ("A run is going on. End that?", "What was answered is kept; ctrl+r resumes it.")

    def __init__(self, screen: CommandScreen[Any], session: LabSession) -> None:
        super().__init__(screen, session)
        self.header = LabHeader(id="lab-header")
        self.start: StartCard[LabDraft] = StartCard(
            "The lab",
            ABOUT,
            lines_of,
            (("m", "model"),),
            id="start",
        )
        self.people: RowList[PersonRow] = RowList(id="lab-people")
        self.people.border_title = "People"
        self.people.placeholder = "The first person is being made up …"
        self.talk: Transcript = _Conversation(id="lab-talk", measure=_MEASURE)
        self.talk.placeholder = "Nothing was said yet."
        self.known: RowList[KnownRow] = RowList(id="lab-known")
        self.evidence = EvidenceCard(id="lab-evidence")
        self.evidence.display = False
        self.view = View(session, self, lambda: self.runtime.settings.prices)
        self._due = False
        """Whether a look at the run is on its way."""
        self._took = 0.0
        """Seconds that the last look took."""
        self._ticking: Timer | None = None

    def foot(self) -> Widget:
        """Return what stands at the bottom."""
        return Vertical(self.status, self.input.row, KeyBar(), id="lab-foot")

    @property
    def main_focus(self) -> Widget:
        return self.people if self.session.started else self.start.form

    # What is shown

    async def show(self) -> None:
        if self.session.started:
            await self.show_run()
        else:
            self.show_setup()
        if self._ticking is None:
            self._ticking = self.screen.set_interval(_SECOND, self._tick)

    @property
    def next_model(self) -> str:
        return self.session.draft.model

    def show_setup(self) -> None:
        """Show what could be run."""
        self.start.form.draft = self.session.draft
        self.header.view = None
        self.screen.update_layout()
        self.screen.set_focus(self.start.form)
        self.status.state = "not started"
        self.refresh()

    async def show_run(self) -> None:
        """Show the run in place of the start card."""
        stored = self.session.stored
        if stored is None:
            return
        path = tuple(stored.tree.path)
        readings = await asyncio.to_thread(Readings, path)
        if self.session.stored is not stored:
            # It was closed while it was read.
            return
        for record in stored.tree.path[len(path) :]:
            readings.take(record)
        self.screen.remove_class("-known")
        self.screen.update_layout()
        self.screen.set_focus(self.people)
        self.view.show_run(readings)

    async def show_opened(self) -> None:
        """Show the stored run that was opened; it continues with a key."""
        await self.show()

    def show_place(self, request: OpenSession) -> None:
        place = None if request.record is None else self.view.beside.place_of(request.record)
        if place is not None and request.record is not None:
            self.view.go_to(place, request.record)

    def show_talk(self) -> None:
        """Have the conversation on screen, and the keys with it."""
        self.screen.remove_class("-known")
        self.screen.set_focus(self.talk)

    # The run

    async def resume_run(self) -> None:
        """Let the engine run, and show what it says until it ends. Raises `SalonError`."""
        if await self.session.resume():
            self.watch()
        self.show_state()

    def show_event(self, event: Event) -> None:
        self.view.show(event)
        if not self._due:
            self._due = True
            self.screen.set_timer(max(_FRAME, self._took * _SPARED), self.show_state)

    def show_state(self) -> None:
        self._due = False
        began = time.perf_counter()
        self.view.refresh()
        self._took = time.perf_counter() - began
        self.refresh()

    def _tick(self) -> None:
        """Look again now and then: time passes also where nothing is announced."""
        if self.session.running:
            self.show_state()
