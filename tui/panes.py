"""The panes of the app in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.navigation import NavigationRequest
    from tui.pane.shell import PaneScreen


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
    Pane("meetup", "Meetup", "f4", "tui.meetup.screen:MeetupScreen", engine="meetup"),
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
