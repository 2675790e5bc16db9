"""The panes of the app in their order, and what each of them owes the shell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self, TypeVar

from textual.screen import Screen

from tui.faults import Guarded

if TYPE_CHECKING:
    from core.errors import SalonError
    from core.runtime import Runtime
    from tui.app import SalonApp
    from tui.navigation import NavigationRequest

_Kept = TypeVar("_Kept")


class PaneScreen(Guarded, Screen[None]):
    """What the shell asks of the screen of a pane.

    A pane that opens sessions for writing says which one it holds (`session_id`), has that
    one renamed or pinned by whoever writes to it (`set_metadata`), and can close it
    (`close_session`). The shell and the Sessions pane go through these instead of opening a
    session twice.
    """

    if TYPE_CHECKING:
        app: SalonApp

    def __init__(self) -> None:
        super().__init__()
        # It is opened with the styles in force: nothing is to be parsed again for it.
        self._css_update_count = self.app._css_update_count
        self._content = asyncio.Event()
        self._handed_over: Any = None
        """What the screen had open that this one takes the place of."""

    @property
    def help_text(self) -> str:
        """What the help page says before the keys, as Markdown."""
        return ""

    async def navigate(self, request: NavigationRequest) -> None:
        """Do what another pane asked for; what goes wrong is said in this pane.

        The pane is in front, but may still be mounting its content: wait for that first.
        """

    async def filled(self) -> None:
        """Wait until keys that are typed reach what they are for."""

    async def shutdown(self) -> None:
        """End what runs and keep everything: the app is about to close."""

    @property
    def session_id(self) -> str | None:
        """The session that is open for writing here."""
        return None

    @property
    def busy(self) -> str:
        """What is under way and would be ended by `close_session`, such as "they are talking"."""
        return ""

    async def set_metadata(self, *, title: str | None = None, pinned: bool | None = None) -> None:
        """Rename or pin the session that is open here. Raises `SalonError`."""

    async def close_session(self) -> None:
        """End what runs, close the session that is open here, and show none."""

    # Reloading, after an error

    def release(self) -> None:
        """Let go on whatever waits for the pane to be ready: it has failed, and never will be."""
        self._content.set()

    def hand_over(self) -> Any:
        """Return what the screen that takes the place of this one goes on with."""
        return self._handed_over

    async def close_handed_over(self) -> None:
        """Close what was handed over and nothing shows: this screen has failed as well."""
        if self._handed_over is not None and self.hand_over() is self._handed_over:
            await self._handed_over.close()

    def renewed(self) -> Self:
        """Return a screen that takes the place of this one, with what this one has open."""
        screen = type(self)()
        screen._handed_over = self.hand_over()
        return screen

    async def take_over(
        self, make: Callable[[Runtime], tuple[_Kept, SalonError | None]]
    ) -> tuple[_Kept, SalonError | None]:
        """Return what the screen before this one had open, or make it, in a thread."""
        if self._handed_over is not None:
            return self._handed_over, None
        return await asyncio.to_thread(make, self.app.runtime)


@dataclass(frozen=True, slots=True)
class Pane:
    """One pane: how it is called and reached."""

    name: str
    """Of its mode, in actions and tests."""
    title: str
    key: str
    screen: str
    """Where its class is: `module:Class`, imported when the pane is first opened."""
    engine: str = ""
    """The engine whose sessions it opens."""

    def load(self) -> type[PaneScreen]:
        """Import its class; call it in a thread first, since that takes a while."""
        module, _, name = self.screen.partition(":")
        found: type[PaneScreen] = getattr(import_module(module), name)
        return found

    def open(self) -> PaneScreen:
        """Make its screen."""
        return self.load()()


PANES: Sequence[Pane] = (
    Pane("personas", "Personas", "f2", "tui.personas.screen:PersonasScreen"),
    Pane("chat", "Chat", "f3", "tui.chat.screen:ChatScreen", engine="chat"),
    Pane("meetup", "Meetup", "f4", "tui.screens.meetup:MeetupScreen", engine="meetup"),
    Pane("sessions", "Sessions", "f5", "tui.sessions.screen:SessionsScreen"),
    Pane("teams", "Teams", "f6", "tui.teams.screen:TeamsScreen", engine="hierarchy"),
    Pane("clm", "CLM", "f7", "tui.clm.screen:ClmScreen", engine="clm"),
    Pane("lab", "Lab", "f9", "tui.lab.screen:LabScreen", engine="lab"),
)


def pane(name: str) -> Pane:
    """Return a pane by name."""
    return next(each for each in PANES if each.name == name)


def pane_for(request: NavigationRequest) -> Pane:
    """Return the pane that a request is for.

    Raises:
        UsageError: no pane opens sessions of that engine.
    """
    from tui.navigation import ChatWith, OpenSession, SeatAt, ShowPending

    if isinstance(request, OpenSession):
        return _pane_of_engine(request.engine)
    if isinstance(request, ShowPending):
        return pane("teams")
    if isinstance(request, ChatWith):
        return pane("chat")
    return pane("meetup" if isinstance(request, SeatAt) else "personas")


def _pane_of_engine(engine: str) -> Pane:
    for each in PANES:
        if engine and each.engine == engine:
            return each
    from core.errors import UsageError
    from core.text import clean_line

    what = f"a session of {clean_line(engine)!r}" if engine else "a session that cannot be read"
    raise UsageError(f"No pane opens {what}.", "It can be looked at and exported in Sessions.")
