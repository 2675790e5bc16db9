"""The screen of a pane: painted at once, filled when the engine's modules are imported."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from textual import work

from tui.pane.handlers import Handlers
from tui.pane.shell import PaneScreen
from tui.pane.table import CommandTable, ParsedCommand

if TYPE_CHECKING:
    from core.errors import SalonError
    from tui.navigation import NavigationRequest
    from tui.widgets.transcript import Transcript


class ScreenController(Protocol):
    """What a screen needs of its controller."""

    async def show(self) -> None:
        """Show what the pane opens with. Raises `SalonError`."""

    async def warm_up(self) -> None:
        """Prepare what is needed next, while the user is still choosing."""

    async def navigate(self, request: NavigationRequest) -> None:
        """Do what another pane asked for. Raises `SalonError`."""

    async def carry_out(self, command: ParsedCommand[Any]) -> None:
        """Carry out a command of a key; what goes wrong is said in place."""

    def copy_text(self, text: str, what: str) -> None:
        """Send a text to the clipboard of the terminal."""

    def report(self, error: SalonError) -> None:
        """Say what went wrong."""

    def refresh(self) -> None:
        """Have the key bar tell what can be done now."""

    async def shutdown(self) -> None:
        """End what runs: the app is about to close."""


C = TypeVar("C", bound=ScreenController)


class CommandScreen(PaneScreen, Generic[C]):
    """A pane whose keys are led by a `CommandTable`.

    The screen paints its layout and its keys; the controller and its widgets follow once
    their modules are imported in a thread. Keys that are pressed meanwhile wait.
    """

    AUTO_FOCUS = ""
    TABLE: ClassVar[CommandTable[Any]]
    ABOUT: ClassVar[str] = ""
    """What the help page says first, as Markdown."""
    MOUNT_AFTER: ClassVar[float] = 0.0
    """Seconds before its content is imported: time for the first frame of the app."""

    def __init__(self) -> None:
        super().__init__()
        self._controller: C | None = None

    # What a pane provides

    @abstractmethod
    def make_controller(self) -> C:
        """Import what runs and shows the pane and return its controller; called in a thread."""

    @abstractmethod
    def topics(self, controller: C) -> Sequence[Handlers[Any]]:
        """Return what handles the commands, by topic; imported with the first command."""

    @abstractmethod
    async def mount_widgets(self, controller: C) -> None:
        """Mount the widgets of the controller into the painted layout."""

    def load(self, controller: C) -> None:
        """Read what is shown first; called in a thread. Raises `SalonError`."""

    async def show(self, controller: C) -> None:
        """Show what the pane opens with. Raises `SalonError`."""
        await controller.show()

    def update_layout(self) -> None:
        """Fit what is shown to the size of the screen and to the state of the pane."""

    # Filling

    def on_mount(self) -> None:
        if self.MOUNT_AFTER:
            self.set_timer(self.MOUNT_AFTER, self.mount_content)
        else:
            self.mount_content()

    @work(group="mount")
    async def mount_content(self) -> None:
        """Import, read and mount what the pane shows."""
        from core.errors import SalonError

        problem: SalonError | None = None
        controller = await asyncio.to_thread(self.make_controller)
        if not self.children:
            # It could not be composed, and was covered or closed for that.
            return
        try:
            await asyncio.to_thread(self.load, controller)
        except SalonError as error:
            problem = error
        self._controller = controller
        await self.mount_widgets(controller)
        self.update_layout()
        try:
            await self.show(controller)
        except SalonError as error:
            problem = problem or error
        self._content.set()
        self.refresh_bindings()
        if problem is not None:
            controller.report(problem)
        await controller.warm_up()

    @property
    def ready(self) -> bool:
        """Whether everything is there."""
        return self._content.is_set()

    @property
    def controller(self) -> C:
        """What carries out commands. Raises `RuntimeError` before the pane is filled."""
        if self._controller is None:
            raise RuntimeError(f"{type(self).__name__} is not filled yet.")
        return self._controller

    def on_resize(self) -> None:
        if self._controller is not None:
            self.update_layout()

    # Commands

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now, so that the key bar stays short and true."""
        if action != "command" or not parameters:
            return True
        row = self.TABLE.by_id[str(parameters[0])]
        if not self.ready:
            # A key of several commands waits for the pane to say which of them it is.
            return self.TABLE.same_key(row)[0] is row
        return row.possible(self.controller)

    async def action_command(self, row_id: str) -> None:
        """Carry out the command of a key; a key that comes too early waits its turn."""
        row = self.TABLE.by_id[row_id]
        if not self.ready:
            await self._content.wait()
            possible = (each for each in self.TABLE.same_key(row) if each.possible(self.controller))
            found = next(possible, None)
            if found is None:
                return
            row = found
        command = ParsedCommand(row, row.arguments)
        doing = self.controller.carry_out(command)
        if command.asks:
            self.run_worker(doing, group="ask")
        else:
            await doing

    # What the shell asks for

    async def navigate(self, request: NavigationRequest) -> None:
        from core.errors import SalonError

        await self._content.wait()
        try:
            await self.controller.navigate(request)
        except SalonError as error:
            self.controller.report(error)
        self.controller.refresh()

    async def filled(self) -> None:
        await self._content.wait()

    async def shutdown(self) -> None:
        if self._controller is not None:
            await self._controller.shutdown()

    @property
    def help_text(self) -> str:
        return f"{self.ABOUT}\n\n{self.TABLE.help_table()}"

    # What its widgets tell

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        self.controller.copy_text(event.text, event.what)
