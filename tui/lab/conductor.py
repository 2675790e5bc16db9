"""Runs the lab pane: carries out what keys ask for, and shows how it goes."""

from __future__ import annotations

import asyncio
import time
from functools import cached_property
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widget import Widget

from core.errors import SalonError
from tui.conversation.commanding import Commanding
from tui.lab.board import Board
from tui.lab.draft import LabDraft
from tui.lab.header import LabHeader
from tui.lab.known import KnownRow
from tui.lab.people import PersonRow
from tui.lab.readings import Readings
from tui.lab.start import ABOUT, lines_of
from tui.lab.talk import Talk
from tui.pane.key_bar import KeyBar
from tui.widgets.evidence import EvidenceCard
from tui.widgets.row_list import RowList
from tui.widgets.start_card import StartCard
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tui.lab.actions import Actions
    from tui.lab.stage import LabStage
    from tui.screens.lab import LabScreen

_FRAME = 1 / 8
"""Seconds between two looks at a run that goes on."""
_SPARED = 10
"""Times as long as a look took that nobody looks again: a large run is counted anew each time."""
_SECOND = 1.0
_MEASURE = 84


class Conductor(Commanding):
    """Stands between the screen, the stage and the board."""

    def __init__(self, screen: LabScreen, stage: LabStage) -> None:
        super().__init__(screen, "people, settings, judge … (Tab completes)", "lab-prompt")
        self.screen = screen
        self.stage = stage
        self.header = LabHeader(id="lab-header")
        self.start: StartCard[LabDraft] = StartCard(
            "The lab",
            ABOUT,
            lines_of,
            (("m", "model"), ("u", "what is known of you")),
            id="start",
        )
        self.people: RowList[PersonRow] = RowList(id="lab-people")
        self.people.border_title = "People"
        self.people.placeholder = "Somebody is being made up …"
        self.talk: Transcript = Talk(id="lab-talk", measure=_MEASURE)
        self.talk.placeholder = "Nobody has said anything yet."
        self.known: RowList[KnownRow] = RowList(id="lab-known")
        self.evidence = EvidenceCard(id="lab-evidence")
        self.evidence.display = False
        runtime = screen.app.runtime
        self.board = Board(stage, self, lambda: runtime.settings.prices)
        self._due = False
        """Whether a look at the run is on its way."""
        self._took = 0.0
        """Seconds that the last look took."""
        self._keys = (False, False, False, False)

    @property
    def begun(self) -> bool:
        """Whether there is a run."""
        return self.stage.engine is not None

    @cached_property
    def actions(self) -> Actions:
        """What can be done here."""
        from tui.lab.actions import Actions

        return Actions(self)

    def _verbs(self) -> Actions:
        return self.actions

    def foot(self) -> Widget:
        """Return what stands at the bottom."""
        return Vertical(self.status, self.prompt_row, KeyBar(), id="lab-foot")

    async def make_ready(self, problem: SalonError | None) -> None:
        """Show what could be run, and start the model server for it."""
        self.show_start()
        self.screen.set_interval(_SECOND, self._tick)
        if problem is not None:
            self.report(problem)
        else:
            await self._warm_up()

    async def _warm_up(self) -> None:
        """Start the embedded model while the user is still choosing."""
        if self.stage.draft.model.partition(":")[0] != "local":
            return
        try:
            await self.screen.app.warm_up()
        except SalonError as error:
            self.report(error)

    # Showing

    def show_start(self) -> None:
        """Show what could be run."""
        self.start.form.draft = self.stage.draft
        self.header.view = None
        self.screen.make_room()
        self.screen.set_focus(self.start.form)
        self.status.state = "not begun"

    async def show_run(self) -> None:
        """Show the run in place of the start card."""
        session = self.stage.session
        assert session is not None
        path = tuple(session.tree.path)
        readings = await asyncio.to_thread(Readings, path)
        if self.stage.session is not session:
            # It was closed while it was read.
            return
        for record in session.tree.path[len(path) :]:
            readings.take(record)
        self.screen.remove_class("-known")
        self.screen.make_room()
        self.screen.set_focus(self.people)
        self.board.show_run(readings)

    @property
    def main_focus(self) -> Widget:
        """Return what takes the keys when nothing else is chosen."""
        return self.people if self.begun else self.start.form

    async def follow(self) -> None:
        """Let the engine run, and show what it says until it ends. Raises `SalonError`."""
        if await self.stage.run():
            self.screen.run_worker(self._follow(), group="run", exclusive=True)

    async def _follow(self) -> None:
        try:
            async for event in self.stage.events():
                self.board.show(event)
                self._look_soon()
        except SalonError as error:
            self.report(error)
        self.look()

    def _look_soon(self) -> None:
        if not self._due:
            self._due = True
            self.screen.set_timer(max(_FRAME, self._took * _SPARED), self.look)

    def _tick(self) -> None:
        """Have another look now and then: time passes also where nothing is announced."""
        if self.stage.running:
            self.look()

    def look(self) -> None:
        """Show how the run stands."""
        self._due = False
        began = time.perf_counter()
        self.board.refresh()
        self._took = time.perf_counter() - began
        # Each binding is checked anew for it.
        state = self.stage.state
        finished = state is not None and state.finished
        keys = (self.begun, self.stage.going, self.stage.working, finished)
        if keys != self._keys:
            self._keys = keys
            self.screen.refresh_bindings()

    async def wind_down(self) -> None:
        """Close the run."""
        try:
            await self.stage.close()
        except SalonError as error:
            self.report(error)
