"""The Sessions pane: stored sessions are found, read, opened, exported and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.pane.handlers import Handlers
from tui.pane.key_bar import KeyBar
from tui.pane.screen import CommandScreen
from tui.sessions.controller import SessionsController
from tui.sessions.finder import Finder
from tui.sessions.table import TABLE
from tui.widgets.top_bar import TopBar
from tui.widgets.transcript import Transcript

_NARROW = 100
"""Columns below which the preview stands under the list."""


class SessionsScreen(CommandScreen[SessionsController]):
    """A list, a line that filters and searches, and a preview."""

    CSS_PATH = "screen.tcss"
    TABLE = TABLE
    BINDINGS = TABLE.bindings()
    ABOUT = "\n\n".join([
        "All sessions of all panes, as they were saved.",
        "Type **/** and a part of a title, a name, a model or an engine to filter the list. "
        "**ctrl+f** searches in all texts, for an exact phrase if it is in quotes; **enter** "
        "opens the session at the match. In the preview (**tab**) **enter** opens it at the "
        "selected message.",
        "A session that is open in a pane of this app is shown there; one that another process "
        "writes to can be read, exported and forked.",
        "What is deleted stays in the trash until it is erased.",
    ])

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        yield Finder(id="finder")
        with Horizontal(id="sessions"):
            yield Vertical(id="list")
            yield Vertical(id="side")
        yield Vertical(id="foot")
        yield KeyBar()

    def make_controller(self) -> SessionsController:
        return SessionsController(self)

    def topics(self, controller: SessionsController) -> Sequence[Handlers[Any]]:
        from tui.sessions.handlers import DeletionActions, ListHandlers, SessionActions

        return ListHandlers(controller), SessionActions(controller), DeletionActions(controller)

    async def mount_widgets(self, controller: SessionsController) -> None:
        await self.query_one("#list").mount(controller.rows)
        await self.query_one("#foot").mount(controller.status)

    def update_layout(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")

    def on_screen_resume(self) -> None:
        if self.ready:
            self.controller.keep_up()

    # What its widgets tell

    def on_finder_filtered(self, event: Finder.Filtered) -> None:
        self.controller.filter(event.words)

    def on_finder_sought(self, event: Finder.Sought) -> None:
        self.controller.search_for(event.words)

    def on_finder_stepped(self, event: Finder.Stepped) -> None:
        self.controller.rows.action_move(event.step)

    def on_finder_left(self) -> None:
        self.set_focus(self.controller.rows)

    def on_row_list_moved(self) -> None:
        self.controller.look()

    async def on_row_list_chosen(self) -> None:
        await self.run_action("command('open')")

    def on_transcript_message_activated(self, event: Transcript.MessageActivated) -> None:
        self.run_worker(self.controller.do("open", event.entry_id), group="ask")
