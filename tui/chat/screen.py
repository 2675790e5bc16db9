"""The Chat pane: one persona, one human, every reply a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.chat.table import TABLE
from tui.pane.session_screen import SessionScreen
from tui.widgets.seat_header import SeatHeader
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.chat.controller import ChatController
    from tui.pane.handlers import Handlers


class ChatScreen(SessionScreen["ChatController"]):
    """A header, one transcript, one prompt."""

    CSS_PATH = "screen.tcss"
    TABLE = TABLE
    BINDINGS = TABLE.bindings()
    BUSY = "a reply is being written"
    ABOUT = (
        "You chat with one persona. Nothing is lost: a regenerated reply, an edited or excluded "
        "message and a fork are each a branch of the same chat."
    )

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        yield SeatHeader(id="who")
        yield Vertical(id="chat-floor")

    def make_controller(self) -> ChatController:
        from tui.chat.controller import ChatController
        from tui.chat.session import ChatSession

        return ChatController(self, self.pane_session(ChatSession))

    def topics(self, controller: ChatController) -> Sequence[Handlers[Any]]:
        from tui.chat.branch_handlers import BranchHandlers
        from tui.chat.compare_handlers import CompareHandlers
        from tui.chat.page_handlers import PageHandlers
        from tui.chat.reply_handlers import ReplyHandlers
        from tui.chat.setup_handlers import ChatSessionHandlers, SetupHandlers
        from tui.conversation.sharing import SharingHandlers
        from tui.pane.common import TranscriptExport

        return (
            ReplyHandlers(controller),
            BranchHandlers(controller),
            CompareHandlers(controller),
            SetupHandlers(controller),
            PageHandlers(controller),
            SharingHandlers(controller),
            ChatSessionHandlers(controller),
            TranscriptExport(controller, "chat"),
        )

    async def mount_widgets(self, controller: ChatController) -> None:
        await self.query_one("#chat-floor").mount(*controller.widgets())

    def update_layout(self) -> None:
        """Leave room for the transcript where there is little."""
        self.controller.prompt.styles.max_height = max(1, min(8, self.size.height // 4))

    # What its widgets tell

    async def on_transcript_message_activated(self) -> None:
        if self.controller.session.opened:
            await self.action_command("menu")

    async def on_seat_header_pressed(self) -> None:
        await self.action_command("model")
