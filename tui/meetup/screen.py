"""The Meetup pane: two personas talk, side by side, and you can speak at any moment."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.meetup.table import TABLE
from tui.pane.session_screen import SessionScreen
from tui.widgets.seat_header import SeatHeader, SeatView
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.meetup.controller import MeetupController
    from tui.meetup.setup import MeetupSetup
    from tui.pane.handlers import Handlers

_NARROW = 100
"""Columns below which both sides share one column."""


class MeetupScreen(SessionScreen["MeetupController"]):
    """Two headers, one transcript, one prompt."""

    # The app has its styles: loaded later, they would have all others parsed again.
    TABLE = TABLE
    BINDINGS = TABLE.bindings()
    BUSY = "they are talking"
    MOUNT_AFTER = 0.02
    ABOUT = (
        "Two personas talk. You watch, speak to both of them or to one, and regenerate, undo and "
        "fork: nothing is lost, every turn that was left stays on a branch.\n\n"
        "What you type goes into the prompt; **esc** leaves it for the messages, where letters "
        "are keys, and **i** or **esc** goes back. **space** starts and pauses while the prompt "
        "is empty."
    )

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        with Horizontal(id="participants"):
            yield SeatHeader(id="side-a", classes="seat")
            yield SeatHeader(id="side-b", classes="seat")
        yield Vertical(id="meetup-body")

    def make_controller(self) -> MeetupController:
        from core.errors import SalonError
        from tui.meetup.session import MeetupSession

        session = self.pane_session(MeetupSession)
        with suppress(SalonError):
            # Who would talk is painted before the rest is imported; an error is met again.
            session.load()
            if session.setup is not None:
                self.call_later(self._show_names, session.setup)

        from tui.meetup.controller import MeetupController

        return MeetupController(self, session)

    def topics(self, controller: MeetupController) -> Sequence[Handlers[Any]]:
        from core.meetup.setup import ENGINE
        from tui.conversation.sharing import SharingHandlers
        from tui.meetup.run_handlers import BranchHandlers, RunHandlers
        from tui.meetup.setup_handlers import PageHandlers, SetupHandlers
        from tui.pane.common import SessionHandlers, TranscriptExport

        return (
            RunHandlers(controller),
            BranchHandlers(controller),
            SetupHandlers(controller),
            PageHandlers(controller),
            SharingHandlers(controller),
            SessionHandlers(controller, "meetup", ENGINE),
            TranscriptExport(controller, "meetup"),
        )

    def _show_names(self, setup: MeetupSetup) -> None:
        for side, each in setup.participants.items():
            header = self.query_one(f"#side-{side}", SeatHeader)
            header.view = header.view or SeatView(each.persona.name, each.model)

    async def mount_widgets(self, controller: MeetupController) -> None:
        await self.query_one("#meetup-body").mount(*controller.widgets())

    def update_layout(self) -> None:
        """Show both sides in one column where there is no room for two."""
        controller = self.controller
        controller.talk.columns = 1 if self.size.width < _NARROW else 2
        controller.prompt.styles.max_height = max(1, min(8, self.size.height // 4))

    # What its widgets tell

    def on_seat_header_pressed(self, event: SeatHeader.Pressed) -> None:
        if self.ready:
            controller, side = self.controller, (event.header.id or "")[-1]
            name = "model" if controller.session.started else "persona"
            self.run_worker(controller.do(name, side), group="ask")
