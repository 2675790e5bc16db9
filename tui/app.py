"""The app: one shell for all panes, and global keys."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from tui.background import DaemonThreads
from tui.palette import ScreenActions
from tui.pane.shell import PaneScreen, Shell
from tui.panes import PANES, pane, pane_for
from tui.type_ahead import TypeAhead

if TYPE_CHECKING:
    from core.runtime import Runtime
    from tui.memory import Memory
    from tui.navigation import NavigationRequest


class SalonApp(Shell):
    """Salon in the terminal. Each pane is a mode of its own, opened when first gone to."""

    TITLE = "Salon"
    CSS_PATH = Path(__file__).parent / "meetup" / "screen.tcss"
    """Of the screen that is painted first; loaded later, it has all styles parsed again."""
    DEFAULT_MODE = "meetup"
    COMMANDS = Shell.COMMANDS | {ScreenActions}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS = [
        Binding("ctrl+q", "quit", "Quit", id="quit", priority=True, show=False),
        Binding("f1,question_mark", "help", "Help", id="help", show=False, key_display="F1"),
        *[
            Binding(
                f"{each.key},{number}",
                f"pane('{each.name}')",
                each.title,
                id=each.name,
                show=False,
                tooltip=f"Go to {each.title}",
            )
            for number, each in enumerate(PANES, start=1)
        ],
        Binding(
            "f8",
            "pending",
            "Pending",
            id="pending",
            show=False,
            tooltip="To what of a team has waited longest",
        ),
    ]

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        runtime.attended = True
        self._preferences_applied = False
        """Whether a change of theme is somebody's choice."""
        self._type_ahead = TypeAhead(self._deliver)
        for each in PANES:
            if each.name != self.DEFAULT_MODE:
                self.add_mode(each.name, each.open)

    def get_default_screen(self) -> PaneScreen:
        """Return the first pane; as one of `MODES` it would have all styles parsed again."""
        return pane(self.DEFAULT_MODE).open()

    def on_load(self) -> None:
        asyncio.get_running_loop().set_default_executor(DaemonThreads())

    def on_mount(self) -> None:
        self.add_mode(self.DEFAULT_MODE, pane(self.DEFAULT_MODE).open)
        first = self.opened(self.DEFAULT_MODE)
        if first is not None:
            # What is typed from the start on is for the first pane.
            self.run_worker(self._fill(first), group="fill")

    async def navigate(self, request: NavigationRequest) -> None:
        asked = pane_for(request)
        with self._type_ahead.opened_meanwhile():
            screen = await self.show(asked.name)
            if self.has_fault(asked.name):
                from core.errors import UsageError

                what = f"The {asked.title} pane has stopped."
                raise UsageError(what, "Press r there to reload it.")
            await screen.run_worker(screen.navigate(request), group="navigate").wait()

    async def show(self, name: str) -> PaneScreen:
        """Bring a pane forward as it was left, or open it."""
        with self._type_ahead.opened_meanwhile():
            await asyncio.to_thread(pane(name).load)
            await self.switch_mode(name)
            screen = self.opened(name)
            if screen is None:
                raise RuntimeError(f"{name} has no screen of a pane.")
            # Its keys wait until it is filled; the caller does not.
            self.run_worker(self._fill(screen), group="fill")
        return screen

    async def _fill(self, screen: PaneScreen) -> None:
        with self._type_ahead.opened_meanwhile():
            await screen.filled()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if isinstance(event, events.Key) and await self._goes_ahead(event):
                return
            if self._type_ahead.opening and isinstance(self.screen, PaneScreen):
                self._type_ahead.hold(event)
                return
        await super().on_event(event)

    async def _goes_ahead(self, event: events.Key) -> bool:
        """Quit, or go to a pane, by a key at once: the next key is not for the present pane."""
        if event.is_printable:
            return False
        for node, bindings in self.screen._modal_binding_chain:
            for binding in bindings.key_to_bindings.get(event.key, ()):
                if self._check_action_state(binding.action, node) is False:
                    continue
                pane_key = binding.action.startswith("pane(") and not self._type_ahead.waiting
                if pane_key or (binding.action == "quit" and self._type_ahead.opening):
                    return await self.run_action(binding.action, node)
                return False
        return False

    def _deliver(self, event: events.InputEvent | events.Paste) -> None:
        """Put a key back into the queue that was held back, unless the app is closing."""
        if not self._exit:
            self.post_message(event)

    def opened(self, name: str) -> PaneScreen | None:
        with suppress(KeyError, IndexError):
            screen = self.get_screen_stack(name)[0]
            return screen if isinstance(screen, PaneScreen) else None
        return None

    def held(self) -> dict[str, str]:
        held = {}
        for each in PANES:
            screen = self.opened(each.name)
            if screen is not None and screen.session_id is not None:
                held[screen.session_id] = each.name
        return held

    async def apply_preferences(self) -> None:
        from tui.memory import Memory

        settings = self.runtime.settings
        memory = await asyncio.to_thread(Memory.load, self.runtime.directories.data)
        chosen = memory.theme if memory.instead_of == settings.theme else ""
        self.theme = chosen if self.get_theme(chosen) else settings.theme
        self.set_keymap(dict(settings.keymap))
        self._preferences_applied = True

    def watch_theme(self, theme: str) -> None:
        """Remember a theme that was chosen in the app."""
        from tui.memory import Memory

        if self._preferences_applied:
            memory = Memory(theme, instead_of=self.runtime.settings.theme)
            self.run_worker(self._remember(memory), group="remember", exclusive=True)

    async def _remember(self, memory: Memory) -> None:
        from core.errors import StoreError

        try:
            await asyncio.to_thread(memory.save, self.runtime.directories.data)
        except StoreError as error:
            self.notify(str(error), title="Theme", severity="warning", markup=False)

    async def warm_up(self) -> None:
        from core.errors import SalonError
        from core.providers.local import LocalModel

        provider = self.runtime.providers.adapter("local")
        if not isinstance(provider, LocalModel):
            return
        self.ready = "embedded model: starting …"
        try:
            await provider.warm_up()
        except SalonError:
            self.ready = "embedded model: not there"
            raise
        self.ready = "embedded model: ready"

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer Textual's own actions that make sense here."""
        for command in super().get_system_commands(screen):
            if command.title not in {"Keys", "Maximize", "Minimize"}:
                yield command
        yield SystemCommand(
            "Your profile",
            "What Salon knows of you: read it, decide on edits, pause it, forget it",
            self.action_own_profile,
        )

    async def action_own_profile(self) -> None:
        from tui.profile.screen import ProfileScreen

        if not isinstance(self.screen, ProfileScreen):
            await self.push_screen(ProfileScreen())

    def deliver_screenshot(
        self,
        filename: str | None = None,
        path: str | None = None,
        time_format: str | None = None,
    ) -> str | None:
        """Write a picture into the working directory, where all that is exported goes.

        Textual's own place for it, a folder for downloads, is not there in every home.
        """
        return super().deliver_screenshot(filename, path or str(Path.cwd()), time_format)

    async def action_pane(self, name: str) -> None:
        await self.show(name)

    def action_pending(self) -> None:
        """Go to what of a team has waited longest for a human."""
        from tui.navigation import ShowPending

        self.run_worker(self.navigate(ShowPending()), group="pending", exclusive=True)

    def action_help(self) -> None:
        """Show what the keys and commands of the present pane do."""
        from tui.dialogs.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    async def action_quit(self) -> None:
        """Leave; whatever runs ends first and keeps what was said."""
        await self.shutdown()
        if self.crash is None:
            self.exit(0)

    def title_of(self, mode: str) -> str:
        return next((each.title for each in PANES if each.name == mode), mode)

    async def shutdown(self) -> None:
        """End what runs in any pane, and release what was opened for them.

        What one of them cannot do keeps none of the others from it.
        """
        panes = [screen for each in PANES if (screen := self.opened(each.name)) is not None]
        closing = [each.shutdown for each in panes] + [each.close_handed_over for each in panes]
        for each in [*closing, self.runtime.aclose]:
            try:
                await each()
            except Exception as error:
                if not self.contains_faults:
                    raise
                self.end_with(error)
