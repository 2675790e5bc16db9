"""Carries out the commands of a pane and shows how its session goes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.widget import Widget

from core.errors import SalonError
from tui.background import waited_for
from tui.navigation import NavigationRequest, OpenSession
from tui.pane.commands import CommandController
from tui.pane.prompt import PromptController
from tui.pane.table import ParsedCommand

if TYPE_CHECKING:
    from core.events import Event
    from core.sessions.session import Session
    from tui.pane.screen import CommandScreen
    from tui.pane.session import PaneSession

S = TypeVar("S", bound="PaneSession[Any]")
_READING = "reading …"
_LOCAL = "local"


class PaneController(CommandController, ABC, Generic[S]):
    """Opens, follows and closes the session of a pane, and carries out its commands.

    A subclass makes the widgets, and says what is shown of a session, of its events, and
    before there is one. The screen has the table of commands and what handles them.
    """

    PLACEHOLDER: ClassVar[str] = "write, or / for commands"
    """What the empty prompt says."""
    PROMPT: ClassVar[type[PromptController[Any]]] = PromptController
    ENDING: ClassVar[tuple[str, str]]
    """The question before something that is under way is ended, and what is kept."""
    OPENING: ClassVar[str] = "Opening the run"
    """What is said while a stored session is read."""

    def __init__(self, screen: CommandScreen[Any], session: S) -> None:
        super().__init__(screen)
        self.session = session
        self.input = self.PROMPT(self, self.PLACEHOLDER)
        self.prompt = self.input.area

    # What a pane says of itself

    @property
    @abstractmethod
    def main_focus(self) -> Widget:
        """Return what takes the keys when nothing else is chosen."""

    def show_state(self) -> None:
        """Show how the session stands."""

    def show_event(self, event: Event) -> None:
        """Show what the engine announced."""

    def show_place(self, request: OpenSession) -> None:
        """Bring the record and the text into view that another pane asked for."""

    @property
    def next_model(self) -> str:
        """The model that the first reply will come from; empty where none is asked."""
        return ""

    async def warm_up(self) -> None:
        """Start the embedded model, if it is the next one, while the user is still choosing."""
        if self.next_model.partition(":")[0] != _LOCAL:
            return
        try:
            await self.screen.app.warm_up()
        except SalonError as error:
            self.report(error)

    # Opening and closing

    async def navigate(self, request: NavigationRequest) -> None:
        """Do what another pane asked for. Raises `SalonError`."""
        if isinstance(request, OpenSession):
            self.status.problem = self.status.hint = ""
            if self.screen.session_id != request.session:
                if not await self.may_end("End it and open the other"):
                    return
                await self.open(request.session)
            self.show_place(request)

    async def may_end(self, yes: str = "End it") -> bool:
        """Ask before something that is under way is ended; whether it may be."""
        from tui.dialogs.confirm import ConfirmScreen

        if not self.session.busy:
            return True
        return await self.screen.app.push_screen_wait(ConfirmScreen(*self.ENDING, yes=yes))

    async def open(self, session_id: str) -> None:
        """Show a stored session in place of the present one. Raises `SalonError`."""

        async def opening() -> None:
            await self.session.open(await self.stored(session_id))

        await self.open_by(opening)

    async def open_by(self, opening: Callable[[], Awaitable[None]]) -> None:
        """Have a session opened and show it. Raises `SalonError`."""
        self.status.state = _READING
        try:
            await opening()
            await self.show_opened()
        finally:
            if self.status.state == _READING:
                self.status.state = ""
                self.show_state()

    async def stored(self, session_id: str) -> Session:
        """Return a stored session, opened for writing. Raises `SalonError`."""
        opening = self.runtime.store.open(session_id)
        return await waited_for(self.screen.app, self.OPENING, opening)

    async def show_opened(self) -> None:
        """Show the stored session that was opened; nothing goes on by itself."""
        self.follow()
        await self.show()

    async def close_session(self) -> None:
        """End the session, which is kept, and show what could be started next."""
        await self.session.close()
        await self.show()

    async def shutdown(self) -> None:
        """Close the session: the app is about to end."""
        try:
            await self.session.close()
        except SalonError as error:
            self.report(error)

    # The engine

    async def run(self, command: ParsedCommand[Any]) -> None:
        """Carry out a command: by its handler, or by telling the engine. Raises `SalonError`.

        A key or the palette gives no argument: one that is needed is asked for in the prompt.
        """
        row, arguments = command.row, command.arguments
        if row.needs_text and not arguments:
            self.input.begin(row)
        elif row.sends is not None and (arguments or row.name not in self.handlers):
            await self.tell(row.sends(*arguments))
        else:
            await super().run(command)

    async def tell(self, command: Any) -> None:
        """Pass a command to the engine. Raises `SalonError`."""
        await self.session.send(command)

    async def set_metadata(self, title: str | None, pinned: bool | None) -> None:
        """Rename or pin the open session. Raises `SalonError`."""
        from core.engine.commands import Pin, Rename

        if title is not None:
            await self.tell(Rename(title))
        if pinned is not None:
            await self.tell(Pin(pinned))

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

    def settle(self) -> None:
        """Once nothing is done any more, which no event tells, show how the session stands."""
        # Not a coroutine: a worker that another one replaces before it began would leave it.
        work: Callable[[], Any] = self._settle
        self.screen.run_worker(work, group="settle", exclusive=True)

    async def _settle(self) -> None:
        engine = self.session.engine
        if engine is not None:
            await engine.idle()
            if engine is self.session.engine:
                self.settled()

    def settled(self) -> None:
        """Show that nothing is done any more."""
        self.show_state()
        self.refresh()
