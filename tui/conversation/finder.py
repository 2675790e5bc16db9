"""Search in the conversation on screen."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from tui.dialogs.ask import AskScreen
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Transcript


class Finder:
    """Asks what to look for, and says which match of how many is shown."""

    def __init__(
        self,
        screen: Screen[Any],
        talk: Transcript,
        status: StatusLine,
        *,
        keys: str = "> and < go on",
    ) -> None:
        self._screen = screen
        self._talk = talk
        self._status = status
        self._keys = keys
        """Which keys go to other matches, for the status line."""
        self._sought = ""
        self._count = 0

    async def ask(self) -> None:
        """Ask for a text and go to it. Call it in a worker."""
        wanted = await self._screen.app.push_screen_wait(AskScreen("Find", self._sought))
        if wanted is not None:
            self.find(wanted)

    def find(self, text: str) -> None:
        """Mark a text wherever it occurs, and go to the first match from here on."""
        self._sought = text
        self._count = self._talk.search(text)
        if text:
            self._talk.screen.set_focus(self._talk)
        self._tell()

    def step(self, step: int) -> None:
        """Go to the next match, or the one before for -1."""
        self._talk.search_next(step)
        self._tell()

    def _tell(self) -> None:
        if not self._sought:
            self._status.hint = ""
        elif not self._count:
            self._status.hint = f"{self._sought!r} was not found"
        else:
            number = self._talk.match_number
            self._status.hint = f"match {number} of {self._count} · {self._keys}"
