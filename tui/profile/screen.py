"""What Salon knows of the person at the keyboard: to read, decide, change, pause and forget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.pane.key_bar import KeyBar
from tui.pane.screen import CommandScreen
from tui.profile.table import TABLE
from tui.profile.wording import FIRST_USE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.pane.handlers import Handlers
    from tui.profile.controller import ProfileController

_NARROW, _WIDE = 100, 150
"""Columns below which the evidence stands below the values, and from which it has more room."""


class ProfileScreen(CommandScreen["ProfileController"], ModalScreen[None]):
    """A page over the whole screen; what waits for a decision stands on top."""

    CSS_PATH = "screen.tcss"
    TABLE = TABLE
    BINDINGS = [
        *TABLE.bindings(),
        Binding("f1,question_mark", "app.help", "Help", show=False, key_display="F1"),
    ]
    ABOUT = (
        "What Salon knows of you, on this machine alone. It is off until you turn it on. "
        "Salon only ever proposes; what you remove stays in the history, and what you "
        "forget is erased."
    )

    def compose(self) -> ComposeResult:
        with Vertical(id="own"):
            with VerticalScroll(id="own-first", can_focus=False):
                yield Static(FIRST_USE, markup=False)
            yield Horizontal(id="own-both")
            yield KeyBar()

    def make_controller(self) -> ProfileController:
        from tui.profile.controller import ProfileController

        return ProfileController(self)

    def topics(self, controller: ProfileController) -> Sequence[Handlers[Any]]:
        from tui.profile.erasure import ErasureHandlers
        from tui.profile.handlers import PageHandlers, ProposalHandlers, ValueHandlers
        from tui.profile.history import HistoryHandlers

        return (
            PageHandlers(controller),
            ValueHandlers(controller),
            ProposalHandlers(controller),
            HistoryHandlers(controller),
            ErasureHandlers(controller),
        )

    async def mount_widgets(self, controller: ProfileController) -> None:
        page = self.query_one("#own")
        await page.mount(controller.standing, before=0)
        await page.mount(controller.status, before=self.query_one(KeyBar))
        side = Vertical(controller.evidence, id="own-side")
        await self.query_one("#own-both").mount(controller.rows, side)

    def update_layout(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")
        self.set_class(self.size.width >= _WIDE, "-wide")

    # What its widgets tell

    def on_worker_state_changed(self) -> None:
        if self.ready:
            self.controller.refresh()

    def on_row_list_moved(self) -> None:
        self.controller.show_evidence()
        self.controller.refresh()

    async def on_row_list_chosen(self) -> None:
        await self.action_command("chat")
