"""The CLM pane: an agent looks after customers day by day, and one watches it learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.clm.table import TABLE
from tui.pane.session_screen import SessionScreen
from tui.widgets.row_list import RowList
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.clm.controller import ClmController
    from tui.clm.stories import StoryList
    from tui.pane.handlers import Handlers
    from tui.widgets.start_card import StartForm

_NARROW, _WIDE, _TALL = 110, 160, 46
"""Columns below which one thing is shown at a time, columns for three, rows for a chart."""


class ClmScreen(SessionScreen["ClmController"]):
    """A start card, then the cards of a day, what was learned, and the customers."""

    CSS_PATH = "screen.tcss"
    TABLE = TABLE
    BINDINGS = TABLE.bindings()
    BUSY = "days are passing"
    ABOUT = (
        "An agent looks after customers, one day at a time: it observes, decides, acts, sees "
        "the outcome and learns. Each customer's day is a card; beside the cards stands what "
        "the agent has learned, the latest changes marked with ←."
    )

    def compose(self) -> ComposeResult:
        self.set_class(True, "-choosing")
        yield TopBar(id="top")
        yield Vertical(id="clm-top")
        with Horizontal(id="clm-floor"):
            yield Vertical(id="clm-main")
            with Vertical(id="clm-side"):
                yield Vertical(id="clm-learnt")
                yield Vertical(id="clm-people")
        yield Vertical(id="clm-bottom")

    def make_controller(self) -> ClmController:
        from tui.clm.controller import ClmController
        from tui.clm.session import ClmSession

        return ClmController(self, self.pane_session(ClmSession))

    def topics(self, controller: ClmController) -> Sequence[Handlers[Any]]:
        from core.clm.simulation.spec import ENGINE
        from tui.clm.handlers import PageHandlers, RunHandlers, SetupHandlers
        from tui.clm.tables import TABLES, write_tables
        from tui.pane.common import SessionHandlers, TableExport

        return (
            SetupHandlers(controller),
            RunHandlers(controller),
            PageHandlers(controller),
            SessionHandlers(controller, "run", ENGINE),
            TableExport(controller, TABLES, write_tables),
        )

    async def mount_widgets(self, controller: ClmController) -> None:
        learnt, people = controller.sides()
        await self.query_one("#clm-top").mount(controller.header)
        await self.query_one("#clm-main").mount(*controller.main())
        await self.query_one("#clm-learnt").mount(*learnt)
        await self.query_one("#clm-people").mount(*people)
        await self.query_one("#clm-bottom").mount(controller.foot())

    def update_layout(self) -> None:
        size, session = self.size, self.controller.session
        self.set_class(not session.started, "-choosing")
        self.set_class(session.population, "-population")
        self.set_class(size.width < _NARROW, "-narrow")
        self.set_class(size.width >= _WIDE, "-wide")
        self.set_class(size.height >= _TALL, "-tall")
        self.controller.prompt.styles.max_height = max(1, min(4, size.height // 4))

    # What its widgets tell

    def on_start_form_changed(self, event: StartForm.Changed) -> None:
        self.controller.session.draft = event.draft

    async def on_story_list_chosen(self) -> None:
        await self.action_command("customer")

    async def on_story_list_newest(self, event: StoryList.Newest) -> None:
        if event.stories.pinned:
            await self.action_command("newest")

    @on(RowList.Chosen)
    async def _row_chosen(self) -> None:
        await self.action_command("customer")
