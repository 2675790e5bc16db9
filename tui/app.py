"""The app: one shell for all panes, global keys, and what happens when all else fails."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from tui.palette import ScreenActions
from tui.screens.meetup import MeetupScreen

if TYPE_CHECKING:
    from core.runtime import Runtime


class SalonApp(App[int]):
    """Salon in the terminal."""

    TITLE = "Salon"
    CSS_PATH = Path(__file__).parent / "screens" / "meetup.tcss"
    """Of the screen that is painted first; loaded later, it has all styles parsed again."""
    DEFAULT_MODE = "meetup"
    COMMANDS = App.COMMANDS | {ScreenActions}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS = [
        Binding("ctrl+q", "quit", "Quit", id="quit", priority=True, show=False),
        Binding("f1,question_mark", "help", "Help", id="help", show=False, key_display="F1"),
    ]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self.runtime = runtime
        self.crash: Exception | None = None
        """What ended the app, where nobody foresaw it."""

    def get_default_screen(self) -> MeetupScreen:
        """Return the first pane; as one of `MODES` it would have all styles parsed again."""
        return MeetupScreen()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer Textual's own actions that make sense here."""
        for command in super().get_system_commands(screen):
            if command.title != "Keys":
                yield command

    def action_help(self) -> None:
        """Show what the keys and commands of the present pane do."""
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    async def action_quit(self) -> None:
        """Leave; whatever runs winds down first and keeps what was said."""
        for screen in self.screen_stack:
            if isinstance(screen, MeetupScreen):
                await screen.wind_down()
        await self.runtime.aclose()
        self.exit(0)

    def _handle_exception(self, error: Exception) -> None:
        """Leave the screen first: a traceback across it helps nobody."""
        if self.is_headless:
            super()._handle_exception(error)
        elif self.crash is None:
            self.crash = error
            self.exit(1)
