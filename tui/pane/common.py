"""Commands that every pane with a session has: one declaration, one handler each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from textual.binding import Binding

from core.errors import UsageError
from core.text import read_whole
from tui.pane import completion
from tui.pane.handlers import Handlers
from tui.pane.table import Command

if TYPE_CHECKING:
    from core.sessions.session import Session
    from core.sessions.tree import SessionTree
    from tui.pane.controller import PaneController

C = TypeVar("C", bound="PaneController[Any]")
_TRANSCRIPT = "transcript"
_ALTERNATIVES = Binding.Group("Alternatives", compact=True)
_STEPS = {"next": 1, "right": 1, "back": -1, "left": -1, "previous": -1}


def _started(controller: PaneController[Any]) -> bool:
    started: bool = controller.session.started
    return started


def session_rows(
    what: str,
    *,
    leaves: Callable[[Any], bool] = _started,
    without: Collection[str] = (),
) -> Sequence[Command[Any]]:
    """Return the rows of what every session can be asked for.

    Args:
        what: What a session of this pane is called, such as "run".
        leaves: Whether something is shown that `new` puts away, given the controller.
        without: The names of rows that the pane declares itself.
    """
    rows: tuple[Command[Any], ...] = (
        Command(
            name="rename",
            key="T",
            usage="/rename [TITLE]",
            help=f"Change the title of the {what}",
            when=_started,
            asks=True,
        ),
        Command(
            name="new",
            key="ctrl+n",
            usage="/new",
            help=f"Set up another {what}; this one is kept",
            when=leaves,
            asks=True,
        ),
        Command(
            name="resume",
            key="ctrl+r",
            usage="/resume",
            help=f"Resume a stored {what}",
            asks=True,
        ),
        Command(name="save", usage="/save", help="Say where everything is saved as it happens"),
        Command(name="help", usage="/help", help="Keys and commands of this pane", asks=True),
    )
    return [each for each in rows if each.name not in without]


def alternative_rows(
    previous: tuple[str, Callable[[Any], bool]], following: tuple[str, Callable[[Any], bool]]
) -> Sequence[Command[Any]]:
    """Return the rows that go from one alternative of a message to another.

    Args:
        previous: What the key for the previous one does, and when it is possible.
        following: The same of the next one.
    """
    return (
        Command(
            name="swipe",
            key="left,h",
            shown_key="←",
            label="Previous",
            help=previous[0],
            arguments=(-1,),
            when=previous[1],
            group=_ALTERNATIVES,
        ),
        Command(
            name="swipe",
            key="right,l",
            shown_key="→",
            label="Next",
            usage="/swipe [back]",
            help=following[0],
            arguments=(1,),
            reads=_steps,
            when=following[1],
            group=_ALTERNATIVES,
            complete=completion.one_of(("back", "next")),
        ),
    )


def _steps(rest: str) -> tuple[object, ...]:
    steps = _STEPS.get(rest.lower())
    if steps is None:
        backwards = rest.startswith("-")
        count = read_whole(rest.removeprefix("-"))
        if not count:
            raise UsageError("A direction is needed: /swipe, /swipe back, /swipe -2")
        steps = -count if backwards else count
    return (steps,)


class SessionHandlers(Handlers["PaneController[Any]"]):
    """Handles the commands of `session_rows`.

    Args:
        what: What a session of this pane is called, such as "run".
        engine: The engine whose sessions can be resumed.
    """

    def __init__(self, controller: PaneController[Any], what: str, engine: str) -> None:
        super().__init__(controller)
        self._what = what
        self._engine = engine

    async def rename(self, title: str = "") -> None:
        """Change the title of the session."""
        from core.sessions.summary import title_of
        from tui.dialogs.ask import AskScreen

        controller = self._controller
        tree = self._tree()
        controller.session.check_writable()
        if not title:
            asked = AskScreen("Title", title_of(tree))
            answer: str | None = await controller.screen.app.push_screen_wait(asked)
            title = answer or ""
        if title.strip():
            await controller.set_metadata(title.strip(), None)
            controller.show_state()

    async def new(self) -> None:
        """Close the session, which is kept, and show what could be started next."""
        if await self._controller.may_end():
            started = self._controller.session.started
            await self._controller.close_session()
            if started:
                self._controller.status.hint = f"the last {self._what} is kept · ctrl+r resumes it"

    async def resume(self) -> None:
        """Pick a stored session and open it."""
        from tui.conversation.dialogs import ask_session

        controller = self._controller
        chosen = await ask_session(
            controller.screen, controller.runtime, self._engine, f"Resume a {self._what}"
        )
        stored = controller.session.stored
        if chosen is None or (stored is not None and stored.id == chosen):
            return
        if await controller.may_end("End it and open the other"):
            await controller.open(chosen)

    async def save(self) -> None:
        """Say where the session is saved."""
        stored = self._controller.session.stored
        self._controller.status.hint = (
            self._controller.session.NOT_STARTED[0]
            if stored is None
            else f"session {stored.id} is saved as it goes"
        )

    async def help(self) -> None:
        """Show the help page."""
        await self._controller.screen.run_action("app.help")

    def _tree(self) -> SessionTree:
        tree: SessionTree | None = self._controller.session.tree
        if tree is None:
            raise UsageError(*self._controller.session.NOT_STARTED)
        return tree


class StartHandlers(Handlers[C]):
    """Starts the run that is set up on a start card."""

    def __init__(self, controller: C) -> None:
        super().__init__(controller)
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Start the run that is set up."""
        controller = self._controller
        # It may take a moment; a key that comes meanwhile is for the same run.
        async with self._starting:
            if controller.session.started:
                return
            controller.status.state = "setting up …"
            try:
                await controller.session.start()
            finally:
                controller.status.state = "not started"
            await self._show_started()

    async def _show_started(self) -> None:
        """Show the run in place of the start card."""


class TranscriptExport(Handlers["PaneController[Any]"]):
    """Exports a session as a transcript.

    Args:
        unnamed: What a file is called if the title of the session says nothing.
    """

    def __init__(self, controller: PaneController[Any], unnamed: str) -> None:
        super().__init__(controller)
        self._unnamed = unnamed

    async def export(self, wanted: str = "") -> None:
        """Write a transcript: as asked for, or as a format or file name says."""
        from core.sessions.summary import title_of
        from tui.exporting import ask_export, export_to, write_export

        controller = self._controller
        tree: SessionTree | None = controller.session.tree
        if tree is None:
            raise UsageError(*controller.session.NOT_STARTED)
        title = title_of(tree)
        export = (
            await export_to(title, wanted, self._unnamed)
            if wanted
            else await ask_export(controller.screen, title, self._unnamed)
        )
        if export is not None:
            controller.status.hint = await write_export(tree, export)


class TableExport(TranscriptExport):
    """Exports a run as tables or as a transcript.

    Args:
        tables: What the tables of each format hold.
        write: Writes the tables of a format; returns what that made, for a status line.
    """

    def __init__(
        self,
        controller: PaneController[Any],
        tables: Mapping[str, str],
        write: Callable[[Session, str], Awaitable[str]],
    ) -> None:
        super().__init__(controller, "run")
        self._tables = tables
        self._write = write

    async def export(self, wanted: str = "") -> None:
        """Write tables or a transcript: as asked for, or as a format or file name says."""
        controller = self._controller
        stored: Session | None = controller.session.stored
        if stored is None:
            raise UsageError(*controller.session.NOT_STARTED)
        form = wanted or await self._ask()
        if form is None:
            return
        if form in self._tables:
            controller.status.hint = await self._write(stored, form)
        else:
            await super().export("" if form == _TRANSCRIPT else form)

    async def _ask(self) -> str | None:
        from core.sessions.transcripts import FORMATS
        from tui.dialogs.pick import Choice, PickScreen

        rows = [Choice(name, f"{name} tables", does) for name, does in self._tables.items()]
        rows.append(Choice(_TRANSCRIPT, "a transcript", ", ".join(FORMATS)))
        screen = PickScreen("Export as", rows)
        picked: str | None = await self._controller.screen.app.push_screen_wait(screen)
        return picked
