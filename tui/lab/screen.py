"""The lab pane: people are made up, assistants learn them, and one sees whether it helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.lab.table import TABLE
from tui.pane.session_screen import SessionScreen
from tui.widgets.row_list import RowList
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.sessions.session import Session
    from tui.lab.controller import LabController
    from tui.pane.handlers import Handlers
    from tui.widgets.start_card import StartForm

_NARROW, _WIDE = 110, 160
"""Columns below which one thing is shown at a time, and from which lists are wide."""


class LabScreen(SessionScreen["LabController"]):
    """A start card, then people, a conversation, and the profile as it grows."""

    CSS_PATH = "screen.tcss"
    TABLE = TABLE
    BINDINGS = TABLE.bindings()
    BUSY = "a run of the lab is going on"
    ABOUT = (
        "People are made up, each with a profile that no assistant is told. Scene by scene an "
        "assistant helps them, and what it learns from their words stands beside the "
        "conversation: the newest marked ←, what the truth confirms ✓, what it does not ✗. Every "
        "setting is an episode of its own: nothing known, everything, what was said before, what "
        "was learned."
    )

    def compose(self) -> ComposeResult:
        self.set_class(True, "-choosing")
        yield TopBar(id="top")
        yield Vertical(id="lab-top")
        with Horizontal(id="lab-floor"):
            yield Vertical(id="lab-left")
            yield Vertical(id="lab-middle")
            yield Vertical(id="lab-right")
        yield Vertical(id="lab-bottom")

    def make_controller(self) -> LabController:
        from tui.lab.controller import LabController
        from tui.lab.session import LabSession

        return LabController(self, self.pane_session(LabSession))

    def topics(self, controller: LabController) -> Sequence[Handlers[Any]]:
        from core.lab.spec import ENGINE
        from tui.lab.exporting import TABLES, write_run
        from tui.lab.handlers import PageHandlers, RunHandlers, SetupHandlers
        from tui.pane.common import SessionHandlers, TableExport

        async def write(stored: Session, form: str) -> str:
            return await write_run(stored, form, controller.runtime.settings.prices)

        return (
            SetupHandlers(controller),
            RunHandlers(controller),
            PageHandlers(controller),
            SessionHandlers(controller, "run", ENGINE),
            TableExport(controller, TABLES, write),
        )

    async def mount_widgets(self, controller: LabController) -> None:
        await self.query_one("#lab-top").mount(controller.header)
        await self.query_one("#lab-left").mount(controller.people)
        await self.query_one("#lab-middle").mount(controller.start, controller.talk)
        await self.query_one("#lab-right").mount(controller.known, controller.evidence)
        await self.query_one("#lab-bottom").mount(controller.foot())

    def update_layout(self) -> None:
        size = self.size
        self.set_class(not self.controller.session.started, "-choosing")
        self.set_class(size.width < _NARROW, "-narrow")
        self.set_class(size.width >= _WIDE, "-wide")
        self.controller.prompt.styles.max_height = max(1, min(4, size.height // 4))

    # What its widgets tell

    def on_start_form_changed(self, event: StartForm.Changed) -> None:
        self.controller.session.draft = event.draft

    @on(RowList.Moved, "#lab-people")
    def _person_moved(self) -> None:
        self.controller.view.select()

    @on(RowList.Moved, "#lab-known")
    def _value_moved(self) -> None:
        self.controller.view.beside.show_evidence()

    @on(RowList.Chosen, "#lab-known")
    async def _value_chosen(self) -> None:
        await self.action_command("evidence")
