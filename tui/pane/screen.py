"""The screen of a pane: painted at once, filled when the engine's modules are imported."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import work

from tui.pane.table import CommandTable, ParsedCommand
from tui.panes import PaneScreen

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from core.errors import SalonError
    from tui.pane.controller import PaneController
    from tui.pane.session import PaneSession
    from tui.widgets.prompt import Prompt
    from tui.wishes import Wish

C = TypeVar("C", bound="PaneController[Any]")
S = TypeVar("S", bound="PaneSession[Any]")


class CommandScreen(PaneScreen, Generic[C]):
    """A pane whose keys and prompt are led by a `CommandTable`.

    The screen paints its layout and its keys; the controller and its widgets follow once
    their modules are imported in a thread. Keys that are pressed meanwhile wait.
    """

    AUTO_FOCUS = ""
    TABLE: ClassVar[CommandTable[Any]]
    ABOUT: ClassVar[str] = ""
    """What the help page says first, as Markdown."""
    BUSY: ClassVar[str] = "something is under way"
    """What is said in other panes while the run is busy."""

    def __init__(self) -> None:
        super().__init__()
        self._controller: C | None = None
        self._content = asyncio.Event()

    # What a pane provides

    @abstractmethod
    def make_controller(self) -> C:
        """Import what runs and shows the pane and return its controller; called in a thread."""

    def pane_session(self, kind: type[S]) -> S:
        """Return the run for the controller: a new one, or that of the screen before a reload."""
        handed_over = self._handed_over
        return handed_over if isinstance(handed_over, kind) else kind(self.app.runtime)

    @abstractmethod
    async def mount_widgets(self, controller: C) -> None:
        """Mount the widgets of the controller into the painted layout."""

    def update_layout(self) -> None:
        """Fit what is shown to the size of the screen and to the state of the pane."""

    # Filling

    def on_mount(self) -> None:
        self.mount_content()

    @work(group="mount")
    async def mount_content(self) -> None:
        """Import, read and mount what the pane shows."""
        from core.errors import SalonError

        problem: SalonError | None = None
        controller = await asyncio.to_thread(self.make_controller)
        if self._handed_over is None:
            try:
                await asyncio.to_thread(controller.session.load)
            except SalonError as error:
                problem = error
        self._controller = controller
        await self.mount_widgets(controller)
        self.update_layout()
        try:
            await controller.show()
        except SalonError as error:
            problem = problem or error
        if self._handed_over is not None and controller.session.running:
            controller.follow()
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

    async def grant(self, wish: Wish) -> None:
        from core.errors import SalonError

        await self._content.wait()
        try:
            await self.controller.navigate(wish)
        except SalonError as error:
            self.controller.report(error)
        self.controller.refresh()

    @property
    def session_id(self) -> str | None:
        stored = None if self._controller is None else self._controller.session.stored
        return None if stored is None else stored.id

    @property
    def busy(self) -> str:
        return self.BUSY if self._controller and self._controller.session.busy else ""

    async def describe(self, *, title: str | None = None, pinned: bool | None = None) -> None:
        await self.controller.set_metadata(title, pinned)

    async def let_go(self) -> None:
        await self._content.wait()
        await self.controller.close_session()

    async def filled(self) -> None:
        await self._content.wait()

    def release(self) -> None:
        self._content.set()

    def hand_over(self) -> Any:
        return super().hand_over() if self._controller is None else self._controller.session

    async def wind_down(self) -> None:
        if self._controller is not None:
            await self._controller.shutdown()

    @property
    def help_text(self) -> str:
        return f"{self.ABOUT}\n\n{self.TABLE.help_table()}"

    # What its widgets tell

    async def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        await self.controller.typed(event.text_sent)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        controller = self.controller
        if event.text_area is controller.prompt and controller.prompt_row.display:
            controller.typing(event.text_area.text)

    def on_prompt_left(self) -> None:
        self.controller.leave_prompt()

    def on_prompt_ambiguous(self, event: Prompt.Ambiguous) -> None:
        self.controller.offer(event.texts)
