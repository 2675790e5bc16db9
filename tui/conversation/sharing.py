"""Copies a conversation to the clipboard, shows it in a pager or an editor."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import UsageError
from core.text import clean, clean_line
from tui.external import EDITOR, PAGER, command_in, open_outside
from tui.pane.handlers import Handlers

if TYPE_CHECKING:
    from tui.pane.screen import CommandScreen
    from tui.widgets.prompt import Prompt
    from tui.widgets.status_line import StatusLine
    from tui.widgets.transcript import Transcript

_PAGERS = ("less", "more")
"""What is looked for where PAGER is not set."""
_EDITORS = ("nano", "vi")


class HasConversation(Protocol):
    """The controller of a pane that shows one conversation."""

    status: StatusLine
    talk: Transcript

    @property
    def prompt(self) -> Prompt:
        """What is typed into."""
        ...

    def copy_text(self, text: str, what: str) -> None:
        """Send a text to the clipboard of the terminal."""

    @property
    def screen(self) -> CommandScreen[Any]:
        """The screen of the pane."""
        ...

    @property
    def session(self) -> Any:
        """The session of the pane; its state has `messages`."""
        ...


class SharingHandlers(Handlers[HasConversation]):
    """Copies a conversation to the clipboard, shows it in a pager or an editor."""

    def __init__(self, controller: HasConversation) -> None:
        super().__init__(controller)
        self._screen = controller.screen

    async def copy(self, what: str = "message") -> None:
        """Copy the message, its code or everything."""
        if what == "all":
            self._controller.copy_text(self._whole(), "everything")
        elif what == "code":
            self._controller.talk.action_copy_code()
        else:
            self._controller.talk.action_copy_message()

    def _whole(self) -> str:
        state = self._controller.session.state
        if state is None or not state.messages:
            raise UsageError(*self._controller.session.NOT_STARTED)
        return "\n\n".join(
            f"{clean_line(each.author.name or each.node)}:\n{clean(each.text)}"
            for each in state.messages
        )

    async def pager(self) -> None:
        """Show the conversation in the user's pager."""
        await self._show_outside(self._command(PAGER, _PAGERS))

    async def editor(self) -> None:
        """Show a copy of the conversation in the user's editor."""
        await self._show_outside(self._command(EDITOR, _EDITORS))
        self._controller.status.hint = "that was a copy: nothing is changed by it"

    async def _show_outside(self, command: list[str]) -> None:
        text = self._whole()
        with tempfile.TemporaryDirectory(prefix="salon-") as folder:
            path = Path(folder) / "conversation.md"
            await asyncio.to_thread(path.write_text, f"{text}\n", "utf-8", "replace")
            await open_outside(self._screen.app, command, path)

    async def compose(self) -> None:
        """Write the text in the prompt in the user's editor."""
        command = self._command(EDITOR, _EDITORS)
        prompt = self._controller.prompt
        with tempfile.TemporaryDirectory(prefix="salon-") as folder:
            path = Path(folder) / "message.md"
            await asyncio.to_thread(path.write_text, prompt.text, "utf-8", "replace")
            await open_outside(self._screen.app, command, path)
            text = await asyncio.to_thread(path.read_text, "utf-8", "replace")
        prompt.clear()
        prompt.give_back(clean(text).rstrip("\n"))
        self._screen.set_focus(prompt)

    def _command(self, names: tuple[str, ...], usual: tuple[str, ...]) -> list[str]:
        command = command_in(self._screen.app.runtime.variables.values(), names)
        if command:
            return command
        for each in usual:
            if shutil.which(each):
                return [each]
        raise UsageError(f"{names[-1]} is not set.", f"Set it, for example to {usual[0]}.")
