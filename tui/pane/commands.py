"""Carries out the commands of a pane's table, with a session or without one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from textual.worker import Worker, WorkType

from core.errors import SalonError
from tui.pane.handlers import Handler, collect
from tui.pane.table import Command, CommandTable, ParsedCommand
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from core.runtime import Runtime
    from tui.navigation import NavigationRequest
    from tui.pane.screen import CommandScreen

_TOO_LONG = 74_000
"""Bytes of which some terminals take no more at once."""


class CommandController:
    """Stands between a screen, which has the table and the handlers, and its widgets."""

    screen: CommandScreen[Any]

    def __init__(self, screen: CommandScreen[Any]) -> None:
        self.screen = screen
        self.table: CommandTable[Any] = screen.TABLE
        self.status = StatusLine(id="status")
        self._offered: tuple[bool, ...] = ()
        """Which commands could be carried out when the key bar was last told."""

    @property
    def runtime(self) -> Runtime:
        """The composition root."""
        return self.screen.app.runtime

    # What a pane says of itself

    async def show(self) -> None:
        """Show what the pane opens with. Raises `SalonError`."""

    async def warm_up(self) -> None:
        """Prepare what is needed next, while the user is still choosing."""

    async def navigate(self, request: NavigationRequest) -> None:
        """Do what another pane asked for. Raises `SalonError`."""

    async def shutdown(self) -> None:
        """End what runs: the app is about to close."""
        self.screen.workers.cancel_node(self.screen)

    # Commands

    @cached_property
    def handlers(self) -> Mapping[str, Handler]:
        """The handlers of commands by name."""
        return collect(self.screen.topics(self))

    async def do(self, name: str, *arguments: object) -> None:
        """Carry out a command by name; what goes wrong is said in place."""
        row = next((each for each in self.table.rows if each.name == name), None)
        await self.carry_out(ParsedCommand(row or Command(name=name), arguments))

    async def carry_out(self, command: ParsedCommand[Any]) -> None:
        """Carry out a command of a key; what goes wrong is said in place."""
        self.status.problem = self.status.hint = ""
        try:
            await self.run(command)
        except SalonError as error:
            self.report(error)
        self.refresh()

    async def run(self, command: ParsedCommand[Any]) -> None:
        """Carry out a command. Raises `SalonError`."""
        said = await self.handlers[command.row.name](*command.arguments)
        if said:
            self.status.hint = said

    def start_worker(
        self, work: WorkType[None], group: str, *, exclusive: bool = False
    ) -> Worker[None]:
        """Begin work that ends with the pane; exclusive work ends what its group did before."""
        # A function, no coroutine: what is cancelled before it began leaves nothing behind.
        return self.screen.run_worker(work, group=group, exclusive=exclusive)

    def copy_text(self, text: str, what: str) -> None:
        """Send a text to the clipboard of the terminal, which may not take all of it."""
        self.screen.app.copy_to_clipboard(text)
        self.status.hint = f"{what} sent to the terminal's clipboard"
        if len(text.encode("utf-8", "replace")) > _TOO_LONG:
            self.status.hint += ", which may be too small for it"

    def report(self, error: SalonError) -> None:
        """Say what went wrong, where the user is looking."""
        self.status.problem = str(error)

    def refresh(self) -> None:
        """Have the key bar tell what can be done now."""
        # Each look at the bindings checks every key of the app: only where an answer differs.
        offered = tuple(row.possible(self) for row in self.table.rows)
        if offered != self._offered:
            self._offered = offered
            self.screen.refresh_bindings()
