"""Chooses personas, models and settings; shows prompts, searches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import UsageError
from core.meetup.commands import SetSeat
from core.meetup.spec import SIDES, Side
from tui.conversation.dialogs import ask_model, ask_persona
from tui.conversation.requests import SELECT_FIRST, show_request
from tui.dialogs.edit import WriteScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.meetup.settings_screen import SettingsScreen
from tui.meetup.setup import MeetupSetup, ParticipantSetup
from tui.pane.handlers import Handlers

if TYPE_CHECKING:
    from tui.meetup.controller import MeetupController

PLACES = {"a": "left", "b": "right"}
_STARTED = ("This meetup has started.", "ctrl+n sets up a new one.")


class SetupHandlers(Handlers["MeetupController"]):
    """Chooses personas, models and settings."""

    def __init__(self, controller: MeetupController) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._screen = controller.screen

    async def persona(self, side: Side) -> None:
        """Choose the persona of a side of the next meetup."""
        setup = self._setup()
        title = f"{PLACES[side].capitalize()} persona"
        persona = await ask_persona(self._screen, self._controller.runtime, title)
        if persona is not None:
            participant = ParticipantSetup.of(persona, self._controller.runtime.settings)
            self._controller.set_up(setup.with_participant(side, participant))

    async def model(self, side: Side | None = None) -> None:
        """Choose the model of a side: of the next meetup, or from here on."""
        side = side or await self._ask_side()
        if side is None:
            return
        title = f"Model of the {PLACES[side]} persona"
        model = await ask_model(self._screen, self._controller.runtime, title)
        if model is not None:
            await self._controller.tell(SetSeat(side, model=model))

    async def _ask_side(self) -> Side | None:
        views = self._controller.view.participants()
        rows = [
            Choice(side, view.name, f"{PLACES[side]} · {view.model}")
            for side, view in zip(SIDES, views, strict=False)
        ]
        return await self._screen.app.push_screen_wait(PickScreen("Model of whom?", rows))

    async def opening(self) -> None:
        """Edit the opening message."""
        setup = self._setup()
        hint = "An e-mail, a question, a provocation …"
        title = "Opening message, of the persona that does not start"
        screen = WriteScreen(title, setup.opening, hint=hint)
        text = await self._screen.app.push_screen_wait(screen)
        if text is not None:
            self._controller.set_up(replace(setup, opening=text))

    async def settings(self) -> None:
        """Change turns, who starts, reading speed."""
        changed = await self._screen.app.push_screen_wait(SettingsScreen(self._setup()))
        if changed is not None:
            self._controller.set_up(changed)

    def _setup(self) -> MeetupSetup:
        if self._session.started:
            raise UsageError(*_STARTED)
        return self._session.required_setup()


class PageHandlers(Handlers["MeetupController"]):
    """Shows prompts, searches, scrolls, goes to the prompt."""

    async def sent(self) -> None:
        """Show the prompt sent for the selected turn."""
        controller = self._controller
        tree, selected = controller.session.tree, controller.talk.cursor_id
        if tree is None or selected is None or selected not in tree:
            raise UsageError(*SELECT_FIRST)
        await show_request(controller.screen, tree, tree.get(selected))

    async def find(self, text: str = "") -> None:
        """Search in the transcript."""
        if text:
            self._controller.finder.find(text)
        else:
            await self._controller.finder.ask()

    async def found(self, step: int) -> None:
        """Go to the next match, or to the previous one for -1."""
        self._controller.finder.step(step)

    async def write(self) -> None:
        """Go to the prompt."""
        self._controller.screen.set_focus(self._controller.prompt)

    async def scroll(self, pages: int) -> None:
        """Scroll the transcript by a page."""
        if pages < 0:
            self._controller.talk.action_page_up()
        else:
            self._controller.talk.action_page_down()
