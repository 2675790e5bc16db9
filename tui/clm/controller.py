"""Runs the CLM pane: makes its widgets, passes commands on, shows how days pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget

from core.clm.simulation import commands
from core.errors import UsageError
from core.events import Event, TextDelta
from tui.clm.aggregates import Aggregates
from tui.clm.draft import SimulationSetup
from tui.clm.header import ClmHeader
from tui.clm.ledger_rows import LedgerRow
from tui.clm.people import Row
from tui.clm.session import ClmSession
from tui.clm.start import ABOUT, lines_of
from tui.clm.stories import StoryList
from tui.clm.view import View
from tui.navigation import OpenSession
from tui.pane.controller import PaneController
from tui.pane.key_bar import KeyBar
from tui.widgets.chart import Chart
from tui.widgets.row_list import RowList
from tui.widgets.start_card import StartCard

if TYPE_CHECKING:
    from tui.pane.screen import CommandScreen

_FRAME = 1 / 12
"""Seconds between two looks at a run that goes on."""


class ClmController(PaneController[ClmSession]):
    """Stands between the screen, the run and its view."""

    PLACEHOLDER = "run 7, fork 5, policy … (Tab completes)"
    ENDING = ("Days are still passing. End that?", "What was decided is kept; ctrl+r resumes it.")

    def __init__(self, screen: CommandScreen[Any], session: ClmSession) -> None:
        super().__init__(screen, session)
        self.header = ClmHeader(id="clm-header")
        self.start: StartCard[SimulationSetup] = StartCard(
            "The day simulator",
            ABOUT,
            lambda draft: lines_of(draft, session.cast_size),
            id="start",
        )
        self.stories = StoryList(id="stories")
        self.aggregates = Aggregates(id="aggregates")
        self.learnt: RowList[LedgerRow] = RowList(id="learnt")
        self.learnt.placeholder = "Nothing was tried yet."
        self.people: RowList[Row] = RowList(id="people")
        self.chart = Chart(id="clm-chart")
        self.view = View(session, self)
        self._due = False
        """Whether a look at the run is on its way."""

    # Widgets

    def main(self) -> list[Widget]:
        """Return what the middle holds: the cards of a cast, or the sums of a population."""
        return [self.start, self.stories, VerticalScroll(self.aggregates, id="sums")]

    def sides(self) -> tuple[list[Widget], list[Widget]]:
        """Return what stands beside it: what was learned, and the customers with their chart."""
        for widget, title in ((self.learnt, "Learned"), (self.people, "Customers")):
            widget.border_title = title
        return [self.learnt], [self.people, self.chart]

    def foot(self) -> Widget:
        """Return what stands at the bottom."""
        return Vertical(self.status, self.input.row, KeyBar(), id="clm-foot")

    @property
    def main_focus(self) -> Widget:
        if not self.session.started:
            return self.start.form
        return self.screen.query_one("#sums") if self.session.population else self.stories

    @property
    def policy(self) -> str:
        """The policy of the run, or of the one that is set up."""
        state = self.session.state
        return self.session.draft.policy if state is None else state.policy

    def selected_customer(self) -> str | None:
        """Return the id of the customer under the cursor, wherever the focus is."""
        focused = self.screen.focused
        if focused is self.people:
            row = self.people.current
            return None if row is None or row.key.startswith("heading ") else row.key
        if focused is self.learnt:
            learnt = self.learnt.current
            return None if learnt is None else learnt.who
        story, state = self.stories.current, self.session.state
        return story.key if story is not None and state and story.key in state.customers else None

    # What is shown

    async def show(self) -> None:
        if self.session.started:
            self.show_run()
        else:
            self.show_setup()

    @property
    def next_model(self) -> str:
        draft = self.session.draft
        return draft.model if draft.policy == "llm" else ""

    def show_setup(self) -> None:
        """Show what could be run."""
        self.start.form.draft = self.session.draft
        self.header.view = None
        self.screen.update_layout()
        self.screen.set_focus(self.start.form)
        self.status.state = "not started"
        self.refresh()

    def show_run(self) -> None:
        """Show the run in place of the start card."""
        self.screen.update_layout()
        self.screen.set_focus(self.main_focus)
        self.people.border_title = "" if self.session.population else "Customers"
        self.view.show_run()

    def show_place(self, request: OpenSession) -> None:
        """Show the day and the customer of a record."""
        tree = self.session.tree
        if tree is None or request.record is None or request.record not in tree:
            return
        if not tree.on_path(request.record):
            self.status.hint = "That happened on another branch of this run."
            return
        record = tree.get(request.record)
        day = record.data.get("day")
        if isinstance(day, int):
            self.view.look_at(day)
        if record.node:
            self.stories.go_to(record.node)

    # The run

    async def tell(self, command: Any) -> None:
        """Pass a command to the engine; a run that is set up is started for it."""
        if not self.session.started:
            if isinstance(command, commands.SetPolicy | commands.SetModel):
                self.session.change_setup(command)
                self.show_setup()
                return
            if not isinstance(command, commands.Run | commands.Step):
                raise UsageError(*ClmSession.NOT_STARTED)
            await self.handlers["start"]()
        elif not self.session.running:
            self.follow()
        await self.session.send(command)
        self.show_state()
        self.settle()

    def show_event(self, event: Event) -> None:
        self.view.show(event)
        if not isinstance(event, TextDelta):
            self.settle()
        if not self._due:
            self._due = True
            self.screen.set_timer(_FRAME, self.show_state)

    def show_state(self) -> None:
        self._due = False
        self.view.refresh()
        self.refresh()

    def settled(self) -> None:
        engine = self.session.engine
        if engine is not None and not engine.working:
            self.view.settle()
            self.show_state()
