"""What the deeds of the page share: the file, the row under the cursor, and how to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from core.errors import UsageError
from core.profile.store import OwnProfile, ProfileFile

if TYPE_CHECKING:
    from core.runtime import Runtime
    from tui.profile.rows import OwnRow
    from tui.profile.screen import ProfileScreen

T = TypeVar("T")


class Page:
    """Stands between the screen and what its keys do."""

    def __init__(self, screen: ProfileScreen, runtime: Runtime) -> None:
        self.screen = screen
        self.runtime = runtime

    @property
    def file(self) -> ProfileFile:
        """The profile's file."""
        return self.runtime.own_profile

    @property
    def own(self) -> OwnProfile:
        """The profile as it is shown."""
        return self.screen.own

    @property
    def row(self) -> OwnRow:
        """The row under the cursor.

        Raises:
            UsageError: there is none.
        """
        row = self.screen.rows.current
        if row is None:
            raise UsageError("There is nothing here yet.", "n writes a value.")
        return row

    async def ask(self, screen: Screen[T]) -> T | None:
        """Show a screen that asks something, and wait for the answer."""
        return await self.screen.app.push_screen_wait(screen)
