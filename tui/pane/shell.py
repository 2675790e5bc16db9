"""What the panes and the app ask of each other."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from textual.reactive import reactive
from textual.screen import Screen

from tui.faults import ContainingApp, Guarded

if TYPE_CHECKING:
    from core.errors import SalonError
    from core.runtime import Runtime
    from tui.navigation import NavigationRequest

_Kept = TypeVar("_Kept")


class Shell(ContainingApp):
    """What a pane may ask of the app."""

    ready: reactive[str] = reactive("")
    """What the top bar of every pane says on the right: the model that is ready."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self.runtime = runtime
        self.not_learnt = ""
        """Why the last chat that was left could not be learnt from, as it was said."""

    @abstractmethod
    async def navigate(self, request: NavigationRequest) -> None:
        """Bring the pane forward that a request is for, and wait until it has been done.

        What goes wrong there is said there. It may ask something back: a message handler
        that must stay responsive meanwhile calls this in a worker.

        Raises:
            UsageError: no pane can do it, or that pane has to be reloaded.
        """

    @abstractmethod
    def opened(self, name: str) -> PaneScreen | None:
        """Return the screen of a pane that was opened before."""

    @abstractmethod
    def held(self) -> dict[str, str]:
        """Return the sessions that are open for writing, each with the name of its pane."""

    def holder(self, session_id: str) -> PaneScreen | None:
        """Return the pane that has a session open for writing."""
        name = self.held().get(session_id)
        return None if name is None else self.opened(name)

    @abstractmethod
    async def warm_up(self) -> None:
        """Start the embedded model, for whichever pane will talk on it. Raises `SalonError`."""

    @abstractmethod
    async def apply_preferences(self) -> None:
        """Put the theme and the keys in force that settings and memory ask for."""

    @abstractmethod
    async def action_pane(self, name: str) -> None:
        """Bring a pane forward."""

    @abstractmethod
    async def action_own_profile(self) -> None:
        """Show what Salon knows of the person at the keyboard, over the present pane."""


class PaneScreen(Guarded, Screen[None]):
    """What the shell asks of the screen of a pane.

    A pane that opens sessions for writing says which one it holds (`session_id`), has that
    one renamed or pinned by whoever writes to it (`set_metadata`), and can close it
    (`close_session`). The shell and the Sessions pane go through these instead of opening a
    session twice.
    """

    if TYPE_CHECKING:
        app: Shell

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
