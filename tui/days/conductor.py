"""Runs the customers of the days pane: carries out what keys ask for, and shows how it goes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from core.errors import SalonError
from core.events import TextDelta
from tui.conversation.commanding import Commanding
from tui.days.aggregates import Aggregates
from tui.days.board import Board
from tui.days.draft import RunDraft
from tui.days.header import DaysHeader
from tui.days.learnt import LearntRow
from tui.days.people import Row
from tui.days.start import ABOUT, lines_of
from tui.days.stories import StoryList
from tui.pane.key_bar import KeyBar
from tui.widgets.chart import Chart
from tui.widgets.row_list import RowList
from tui.widgets.start_card import StartCard

if TYPE_CHECKING:
    from tui.days.actions import Actions
    from tui.days.stage import DaysStage
    from tui.screens.days import DaysScreen

_FRAME = 1 / 12
"""Seconds between two looks at a run that goes on."""


class Conductor(Commanding):
    """Stands between the screen, the stage and the board."""

    def __init__(self, screen: DaysScreen, stage: DaysStage) -> None:
        super().__init__(screen, "run 7, fork 5, policy … (Tab completes)", "days-prompt")
        self.screen = screen
        self.stage = stage
        self.header = DaysHeader(id="days-header")
        self.start: StartCard[RunDraft] = StartCard(
            "The day simulator",
            ABOUT,
            lambda draft: lines_of(draft, stage.cast_size),
            id="start",
        )
        self.stories = StoryList(id="stories")
        self.aggregates = Aggregates(id="aggregates")
        self.learnt: RowList[LearntRow] = RowList(id="learnt")
        self.learnt.placeholder = "Nothing was tried yet."
        self.people: RowList[Row] = RowList(id="people")
        self.chart = Chart(id="days-chart")
        self.board = Board(stage, self)
        self._due = False
        """Whether a look at the run is on its way."""
        self._keys = (False, False, False, "")

    @property
    def begun(self) -> bool:
        """Whether there is a run."""
        return self.stage.engine is not None

    @cached_property
    def actions(self) -> Actions:
        """What can be done here."""
        from tui.days.actions import Actions

        return Actions(self)

    def main(self) -> list[Widget]:
        """Return what the middle holds: the cards of a cast, or the sums of a population."""
        return [self.start, self.stories, VerticalScroll(self.aggregates, id="sums")]

    def sides(self) -> tuple[list[Widget], list[Widget]]:
        """Return what stands beside it: what was learnt, and the customers with their chart."""
        for widget, title in ((self.learnt, "What it has learnt"), (self.people, "Customers")):
            widget.border_title = title
        return [self.learnt], [self.people, self.chart]

    def _verbs(self) -> Actions:
        return self.actions

    def foot(self) -> Widget:
        """Return what stands at the bottom."""
        return Vertical(self.status, self.prompt_row, KeyBar(), id="days-foot")

    async def make_ready(self, problem: SalonError | None) -> None:
        """Show what could be run, and start the model server for it."""
        self.show_start()
        if problem is not None:
            self.report(problem)
        else:
            await self.warm_up()

    async def warm_up(self) -> None:
        """Start the embedded model while the user is still choosing."""
        draft = self.stage.draft
        if draft.policy != "llm" or draft.model.partition(":")[0] != "local":
            return
        try:
            await self.screen.app.warm_up()
        except SalonError as error:
            self.report(error)

    # Showing

    def show_start(self) -> None:
        """Show what could be run."""
        draft, form = self.stage.draft, self.start.form
        form.draft = draft
        self.header.view = None
        self.screen.make_room()
        self.screen.set_focus(form)
        self.status.state = "not begun"

    def show_run(self) -> None:
        """Show the run in place of the start card."""
        state = self.stage.state
        assert state is not None
        self.screen.make_room()
        if not self.screen.choosing:
            self.screen.set_focus(self.main_focus)
        self.people.border_title = "" if state.spec.bulk else "Customers"
        self.board.show_run()

    @property
    def main_focus(self) -> Widget:
        """Return what takes the keys when nothing else is chosen."""
        if not self.begun:
            return self.start.form
        return self.screen.query_one("#sums") if self.bulk else self.stories

    @property
    def bulk(self) -> bool:
        """Whether the run is that of a population."""
        state = self.stage.state
        return state is not None and state.spec.bulk

    @property
    def policy(self) -> str:
        """Who decides now, or would in the run that is being set up."""
        state = self.stage.state
        return self.stage.draft.policy if state is None else state.policy

    def follow(self) -> None:
        """Let the engine run, and show what it says until it ends."""
        self.stage.run()
        self.screen.run_worker(self._follow(), group="run", exclusive=True)

    async def _follow(self) -> None:
        try:
            async for event in self.stage.events():
                self.board.show(event)
                if not isinstance(event, TextDelta):
                    self.look_after()
                self._look_soon()
        except SalonError as error:
            self.report(error)
        self.look()

    def look_after(self) -> None:
        """Have a look once nothing is done any more, which no event tells."""
        self.screen.settle()

    def _look_soon(self) -> None:
        if not self._due:
            self._due = True
            self.screen.set_timer(_FRAME, self.look)

    def look(self) -> None:
        """Show how the run stands."""
        self._due = False
        self.board.refresh()
        # Each binding is checked anew for it.
        keys = (self.begun, self.stage.going, self.stage.working, self.policy)
        if keys != self._keys:
            self._keys = keys
            self.screen.refresh_bindings()

    async def settle(self) -> None:
        """Wait until nothing is done any more, and show that."""
        engine = self.stage.engine
        if engine is None:
            return
        await engine.idle()
        if engine is self.stage.engine and not engine.working:
            self.board.settle()
            self.look()

    async def wind_down(self) -> None:
        """Close the run."""
        try:
            await self.stage.close()
        except SalonError as error:
            self.report(error)
