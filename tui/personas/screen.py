"""The Personas pane: personas are found, read, edited and made, and chats begin with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from tui.pane.handlers import Handlers
from tui.pane.key_bar import KeyBar
from tui.pane.screen import CommandScreen
from tui.personas.controller import PersonasController
from tui.personas.table import TABLE
from tui.widgets.top_bar import TopBar

_NARROW = 76
"""Columns below which the list and the preview take turns."""
_WIDE = 150
"""Columns from which the facts have a strip of their own."""


class PersonasScreen(CommandScreen[PersonasController]):
    """A list that filters while one types, and a preview that reads like a page."""

    CSS_PATH = "screen.tcss"
    TABLE = TABLE
    BINDINGS = TABLE.bindings()
    ABOUT = (
        "All personas. The list filters as you type; words may stand in the name, the role, the "
        "language, a tag or the text, and all of them must match. `!` marks problems in a file, "
        "`✗` a file that does not load. Files that change on the disk change here."
    )

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        with Horizontal(id="personas"):
            yield Vertical(id="personas-left")
            yield Vertical(id="personas-right")
        yield Vertical(id="foot")
        yield KeyBar()

    def make_controller(self) -> PersonasController:
        return PersonasController(self)

    def topics(self, controller: PersonasController) -> Sequence[Handlers[Any]]:
        from tui.personas.handlers import ListHandlers, NewPersonaActions, PersonaActions

        return ListHandlers(controller), PersonaActions(controller), NewPersonaActions(controller)

    def load(self, controller: PersonasController) -> None:
        controller.load()

    async def mount_widgets(self, controller: PersonasController) -> None:
        await self.query_one("#personas-left").mount(controller.filter_input, controller.list)
        await self.query_one("#foot").mount(controller.status)

    def update_layout(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")
        self.set_class(self.size.width >= _WIDE, "-wide")
        self.controller.preview.list_facts(self.size.width >= _WIDE)

    def on_screen_resume(self) -> None:
        if self.ready:
            self.controller.watch()

    def on_screen_suspend(self) -> None:
        self.workers.cancel_group(self, "watch")

    # What its widgets tell

    @on(Input.Changed, "#persona-filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self.run_worker(self.controller.filter(event.value), group="filter")

    @on(Input.Submitted, "#persona-filter")
    async def _filter_submitted(self) -> None:
        await self.action_command("back_to_list")

    def on_row_list_moved(self) -> None:
        self.controller.look()

    async def on_row_list_chosen(self) -> None:
        await self.run_action("command('chat')")
