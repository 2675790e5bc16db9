"""Carries out the commands of a pane and shows how its run goes."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.widget import Widget
from textual.widgets import Label

from core.errors import SalonError
from tui.pane.handlers import Handler, Handlers, collect
from tui.pane.table import Command, CommandTable, ParsedCommand
from tui.widgets.prompt import Prompt, PromptRow
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from core.events import Event
    from core.runtime import Runtime
    from tui.pane.screen import CommandScreen
    from tui.pane.session import PaneSession
    from tui.wishes import Wish

S = TypeVar("S", bound="PaneSession[Any]")


class PaneController(ABC, Generic[S]):
    """Stands between a screen, its widgets and the run of the pane.

    A subclass makes the widgets, names the table of commands and the classes that handle
    them, and says how events are shown.
    """

    TABLE: ClassVar[CommandTable[Any]]
    PLACEHOLDER: ClassVar[str] = "write, or / for commands"
    """What the empty prompt says."""
    ENDING: ClassVar[tuple[str, str]]
    """The question before something that is under way is ended, and what is kept."""

    def __init__(self, screen: CommandScreen[Any], session: S) -> None:
        self.screen = screen
        self.session = session
        self.status = StatusLine(id="status")
        self.prompt = Prompt(id="prompt", placeholder=self.PLACEHOLDER)
        self.prompt.completions = self.TABLE.words()
        self.prompt.completer = self._complete
        self.prompt_label = Label("▸ ", id="prompt-label", markup=False)
        self.prompt_row = PromptRow(self.prompt_label, self.prompt)
        self.prompt_row.display = bool(self.TABLE.speech)
        self._offered: tuple[bool, ...] = ()
        """Which commands could be carried out when the key bar was last told."""
        self._given_back: str | None = None
        """What stands in the prompt again because it could not be done."""

    @property
    def runtime(self) -> Runtime:
        """The composition root."""
        return self.screen.app.runtime

    # What a pane says of itself

    @abstractmethod
    def topics(self) -> Sequence[Handlers[Any]]:
        """Return what handles the commands, by topic; imported with the first command."""

    @property
    @abstractmethod
    def main_focus(self) -> Widget:
        """Return what takes the keys when nothing else is chosen."""

    @abstractmethod
    async def show(self) -> None:
        """Show what the pane opens with. Raises `SalonError`."""

    async def warm_up(self) -> None:
        """Prepare what the first reply needs, while the user is still choosing."""

    @abstractmethod
    async def open(self, session_id: str) -> None:
        """Show a stored run in place of the present one. Raises `SalonError`."""

    @abstractmethod
    async def close_session(self) -> None:
        """End the run, which is kept, and show what could be started next."""

    async def set_metadata(self, title: str | None, pinned: bool | None) -> None:
        """Rename or pin the open session. Raises `SalonError`."""
        from core.engine.commands import Pin, Rename

        if title is not None:
            await self.tell(Rename(title))
        if pinned is not None:
            await self.tell(Pin(pinned))

    async def navigate(self, request: Wish) -> None:
        """Do what another pane asked for. Raises `SalonError`."""

    def show_event(self, event: Event) -> None:
        """Show what the engine announced."""

    # Commands

    @cached_property
    def handlers(self) -> Mapping[str, Handler]:
        """The handlers of commands by name."""
        return collect(self.topics())

    async def do(self, name: str, *arguments: object) -> None:
        """Carry out a command by name; what goes wrong is said in place."""
        row = next((each for each in self.TABLE.rows if each.name == name), None)
        await self.carry_out(ParsedCommand(row or Command(name=name), arguments))

    async def carry_out(self, command: ParsedCommand[Any]) -> None:
        """Carry out a command of a key; what goes wrong is said in place."""
        self.status.problem = self.status.hint = ""
        try:
            await self._run(command)
        except SalonError as error:
            self.report(error)
        self.refresh()

    async def tell(self, command: Any) -> None:
        """Pass a command to the engine. Raises `SalonError`."""
        await self.session.send(command)

    async def _run(self, command: ParsedCommand[Any]) -> None:
        row, arguments = command.row, command.arguments
        if row.sends is not None and (arguments or row.name not in self.handlers):
            await self.tell(row.sends(*arguments))
        else:
            await self.handlers[row.name](*arguments)

    async def may_end(self, yes: str = "End it") -> bool:
        """Ask before something that is under way is ended; whether it may be."""
        from tui.screens.sure import SureScreen

        if not self.session.busy:
            return True
        return await self.screen.app.push_screen_wait(SureScreen(*self.ENDING, yes=yes))

    # The prompt

    async def typed(self, text: str, *, speech: str = "") -> None:
        """Carry out what was typed into the prompt; what cannot be done is given back.

        Args:
            text: What was typed.
            speech: The handler of words that are no command, in place of the table's.
        """
        self.status.problem = self.status.hint = ""
        try:
            command = self.TABLE.parse(text)
        except SalonError as error:
            self.give_back(text, error)
            return
        if command.row.name == self.TABLE.speech:
            if not self.may_say(text):
                return
            row: Command[Any] = Command(name=speech or self.TABLE.speech)
            command = ParsedCommand(row, command.arguments)
        if command.asks:
            # The prompt does not wait for the answer.
            self.put_prompt_away()
            self.screen.run_worker(self._carry_out_typed(command, text), group="ask")
        elif await self._carry_out_typed(command, text):
            self.put_prompt_away()

    async def _carry_out_typed(self, command: ParsedCommand[Any], text: str) -> bool:
        try:
            await self._run(command)
        except SalonError as error:
            self.give_back(text, error)
            return False
        finally:
            self.refresh()
        await self.accepted(text)
        return True

    def may_say(self, text: str) -> bool:
        """Return whether words are to go out; where not, the pane has put them back."""
        return True

    async def accepted(self, text: str) -> None:
        """Take note of a text from the prompt that was carried out."""

    def typing(self, text: str) -> None:
        """Say what a line can become that is being typed."""
        if text == self._given_back:
            return
        self._given_back = None
        if text.startswith("/") and "\n" not in text:
            self.status.problem = ""
            self.status.hint = self.TABLE.suggestions(text)
        elif self.status.hint.startswith("/"):
            self.status.hint = ""

    def offer(self, texts: Sequence[str]) -> None:
        """Say what a line can become that can become several things."""
        self.status.hint = "  ".join(each.rpartition(" ")[2] or each for each in texts)

    def give_back(self, text: str, error: SalonError) -> None:
        """Put a text back into the prompt that could not be dealt with, and say why."""
        self.put_back(text)
        self.report(error)

    def put_back(self, text: str) -> None:
        """Put a text back into the prompt."""
        self._given_back = text
        self.prompt_row.display = True
        self.screen.set_focus(self.prompt)
        self.prompt.give_back(text)

    def open_prompt(self) -> None:
        """Let a command be typed, or words where the pane takes them."""
        self.prompt_row.display = True
        self.screen.set_focus(self.prompt)
        if not self.TABLE.speech and not self.prompt.text:
            self.prompt.insert("/")

    def leave_prompt(self) -> None:
        """Go from the prompt to what the pane shows."""
        self.status.hint = ""
        if self.TABLE.speech:
            self.screen.set_focus(self.main_focus)
        else:
            self.put_prompt_away()

    def put_prompt_away(self) -> None:
        """Hide a prompt for commands; what is typed there is kept unless it is nothing."""
        if self.TABLE.speech:
            return
        if self.prompt.text.strip() in {"", "/"}:
            self.prompt.clear()
        self.prompt_row.display = False
        self.screen.set_focus(self.main_focus)

    async def _complete(self, text: str) -> Sequence[str]:
        return await asyncio.to_thread(self.TABLE.completions, self, text)

    # Following the run

    def follow(self) -> None:
        """Let the engine run, and show what it says until it ends."""
        self.session.run()
        self.watch()

    def watch(self) -> None:
        """Show what the engine says until it ends."""
        self.screen.run_worker(self._follow(), group="run", exclusive=True)

    async def _follow(self) -> None:
        engine = self.session.engine
        try:
            async for event in self.screen.app.engine_events(self.session.events()):
                if self.session.engine is not engine:
                    return
                self.show_event(event)
        except SalonError as error:
            self.report(error)
        if self.session.engine is engine:
            self.show_state()
            self.refresh()

    def show_state(self) -> None:
        """Show how the run stands."""

    def report(self, error: SalonError) -> None:
        """Say what went wrong, where the user is looking."""
        self.status.problem = str(error)

    def refresh(self) -> None:
        """Have the key bar tell what can be done now."""
        # Each look at the bindings checks every key of the app: only where an answer differs.
        offered = tuple(row.possible(self) for row in self.TABLE.rows)
        if offered != self._offered:
            self._offered = offered
            self.screen.refresh_bindings()

    async def shutdown(self) -> None:
        """Close the run: the app is about to end."""
        try:
            await self.session.close()
        except SalonError as error:
            self.report(error)
