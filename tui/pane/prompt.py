"""The prompt of a pane: commands and words are typed, completed, carried out or given back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Label

from core.errors import SalonError
from tui.pane.table import Command, CommandTable, ParsedCommand
from tui.widgets.prompt import Prompt, PromptRow
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from core.runtime import Runtime


class PromptOwner(Protocol):
    """What a prompt needs of the controller of its pane."""

    status: StatusLine

    @property
    def screen(self) -> Screen[Any]:
        """The screen of the pane."""
        ...

    @property
    def runtime(self) -> Runtime:
        """The composition root."""
        ...

    @property
    def table(self) -> CommandTable[Any]:
        """The commands of the pane."""
        ...

    @property
    def main_focus(self) -> Widget:
        """What takes the keys when the prompt is left."""
        ...

    async def run(self, command: ParsedCommand[Any]) -> None:
        """Carry out a command. Raises `SalonError`."""

    def report(self, error: SalonError) -> None:
        """Say what went wrong."""

    def refresh(self) -> None:
        """Have the key bar tell what can be done now."""


C = TypeVar("C", bound=PromptOwner)


class PromptController(Generic[C]):
    """Reads what is typed in a pane.

    Where the table takes words that are no command, the prompt is always shown; otherwise it
    appears for a command and goes when that is carried out.

    Args:
        controller: The controller of the pane.
        placeholder: What the empty prompt says.
    """

    def __init__(self, controller: C, placeholder: str) -> None:
        self._controller = controller
        self._table = controller.table
        self.area = Prompt(id="prompt", placeholder=placeholder)
        self.area.completions = self._table.words()
        self.area.completer = self._complete
        self.label = Label("▸ ", id="prompt-label", markup=False)
        self.row = PromptRow(self.label, self.area)
        self.row.display = bool(self._table.speech)
        self._given_back: str | None = None
        """What stands in the prompt again because it could not be done."""

    # What is typed

    async def typed(self, text: str, *, speech: str = "") -> None:
        """Carry out what was typed; what cannot be done is given back.

        Args:
            text: What was typed.
            speech: The handler of words that are no command, in place of the table's.
        """
        controller = self._controller
        controller.status.problem = controller.status.hint = ""
        try:
            command = self._table.parse(text)
        except SalonError as error:
            self.give_back(text, error)
            return
        if command.row.name == self._table.speech:
            if not self.may_say(text):
                return
            row: Command[Any] = Command(name=speech or self._table.speech)
            command = ParsedCommand(row, command.arguments)
        if command.asks:
            # The prompt does not wait for the answer.
            self.put_away()
            controller.screen.run_worker(self._carry_out(command, text), group="ask")
        elif await self._carry_out(command, text):
            self.put_away()

    async def _carry_out(self, command: ParsedCommand[Any], text: str) -> bool:
        try:
            await self._controller.run(command)
        except SalonError as error:
            self.give_back(text, error)
            return False
        finally:
            self._controller.refresh()
        await self.accepted(text)
        return True

    def may_say(self, text: str) -> bool:
        """Return whether words are to go out; where not, the pane has put them back."""
        return True

    async def accepted(self, text: str) -> None:
        """Take note of a text that was carried out."""

    # While it is typed

    def typing(self, text: str) -> None:
        """Say what a line can become that is being typed."""
        if text == self._given_back:
            return
        self._given_back = None
        status = self._controller.status
        if text.startswith("/") and "\n" not in text:
            status.problem = ""
            status.hint = self._table.suggestions(text)
        elif status.hint.startswith("/"):
            status.hint = ""

    def offer(self, texts: Sequence[str]) -> None:
        """Say what a line can become that can become several things."""
        self._controller.status.hint = "  ".join(each.rpartition(" ")[2] or each for each in texts)

    async def _complete(self, text: str) -> Sequence[str]:
        return await asyncio.to_thread(self._table.completions, self._controller, text)

    def give_back(self, text: str, error: SalonError) -> None:
        """Put a text back that could not be dealt with, and say why."""
        self.put_back(text)
        self._controller.report(error)

    def put_back(self, text: str) -> None:
        """Put a text back into the prompt."""
        self._given_back = text
        self.show()
        self.area.give_back(text)

    # Going there, and leaving

    def show(self) -> None:
        """Show the prompt and give it the focus."""
        self.row.display = True
        self._controller.screen.set_focus(self.area)

    def open(self) -> None:
        """Let a command be typed, or words where the pane takes them."""
        self.show()
        if not self._table.speech and not self.area.text:
            self.area.insert("/")

    def begin(self, row: Command[Any]) -> None:
        """Let the arguments of a command be typed; a text that stands there may be one."""
        text = self.area.text
        self.show()
        if not text.startswith(f"{row.word} "):
            self.area.text = f"{row.word} {'' if text.startswith('/') else text}"
        self.area.move_cursor(self.area.document.end)

    def leave(self) -> None:
        """Go from the prompt to what the pane shows."""
        self._controller.status.hint = ""
        if self._table.speech:
            self._controller.screen.set_focus(self._controller.main_focus)
        else:
            self.put_away()

    def put_away(self) -> None:
        """Hide a prompt for commands; what is typed there is kept unless it is nothing."""
        if self._table.speech:
            return
        if self.area.text.strip() in {"", "/"}:
            self.area.clear()
        self.row.display = False
        self._controller.screen.set_focus(self._controller.main_focus)
