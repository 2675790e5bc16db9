"""Sends messages, stops and regenerates replies, attaches files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.chat import commands
from core.errors import CommandError, UsageError
from core.providers.tokens import estimate_tokens
from tui.background import in_background
from tui.chat.attachments import read_attachment
from tui.pane.handlers import Handlers

if TYPE_CHECKING:
    from tui.chat.controller import ChatController
    from tui.chat.session import ChatSession


class ReplyHandlers(Handlers["ChatController"]):
    """Sends messages, stops and regenerates replies, attaches files."""

    async def send(self, text: str, literal: bool = False) -> None:
        """Send a message with the attached files; the first one starts the chat."""
        controller = self._controller
        check_idle(controller.session)
        files = controller.attached.files
        check_length(controller.session, text, *(each.text for each in files))
        await controller.start()
        await controller.session.send(commands.Send(text, files))
        await show_sent(controller)

    async def stop(self) -> None:
        """Stop the reply."""
        if self._controller.session.replying:
            await self._controller.tell(commands.Stop())
            self._controller.show_state()

    async def regenerate(self) -> None:
        """Regenerate the reply under the cursor, or else the last one."""
        record = self._controller.selection.under_cursor()
        await self._controller.tell(commands.Regenerate(None if record is None else record.id))

    async def attach(self, typed: str) -> None:
        """Attach a text file to the next message."""
        controller = self._controller
        controller.attached.add(
            await in_background(
                controller.screen.app, "Reading the file", lambda: read_attachment(typed)
            )
        )

    async def detach(self) -> None:
        """Detach all files."""
        self._controller.attached.take()


def check_idle(session: ChatSession) -> None:
    """Raise `CommandError` while a reply is being written."""
    if session.replying and session.state is not None:
        raise CommandError(f"{session.state.seat.name} is still writing.", "esc stops that.")


def check_length(session: ChatSession, *texts: str) -> None:
    """Raise `UsageError` for texts that do not fit into the context, whatever is dropped."""
    budget = session.budget
    tokens = sum(estimate_tokens(each) for each in texts)
    if budget is not None and tokens > budget.prompt:
        raise UsageError(
            f"That is about {tokens:,} tokens; the model has room for {budget.prompt:,}.",
            "Shorten it, or pick a model with more room.",
        )


async def show_sent(controller: ChatController) -> None:
    """Show what was sent, and drop it from the stored drafts."""
    controller.attached.take()
    controller.view.show_path()
    controller.talk.clear_cursor()
    controller.talk.follow()
    await controller.input.save()
