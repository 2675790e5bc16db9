"""Shows prompts, searches, scrolls, offers what can be done with a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import CommandError
from core.text import clean_line
from tui.chat.session import ChatSession
from tui.chat.table import TABLE
from tui.conversation.requests import show_request
from tui.dialogs.page import PageScreen
from tui.dialogs.pick import Choice, PickScreen
from tui.pane.handlers import Handlers
from tui.pane.table import ParsedCommand
from tui.widgets.transcript import Entry

if TYPE_CHECKING:
    from tui.chat.controller import ChatController

_TITLE = 60
"""Characters of a message that the title of its menu shows."""
_MENU = (
    "regenerate",
    "continue",
    "edit",
    "swipe 1",
    "swipe -1",
    "fork",
    "exclude",
    "copy",
    "copy code",
    "sent",
)
"""The commands, by their ids, that the menu of a message offers."""


class PageHandlers(Handlers["ChatController"]):
    """Shows prompts, searches, scrolls, offers what can be done with a message."""

    def __init__(self, controller: ChatController) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._screen = controller.screen

    async def menu(self) -> None:
        """Offer what can be done with a message."""
        record = self._controller.selection.message()
        offered = [TABLE.by_id[each] for each in _MENU]
        rows = [
            Choice(row, row.help, row.shown_key or row.key.partition(",")[0]) for row in offered
        ]
        title = clean_line(f"{record.author.name}: {record.text[:_TITLE]}")
        row = await self._screen.app.push_screen_wait(PickScreen(title, rows))
        if row is not None:
            await self._controller.carry_out(ParsedCommand(row, row.arguments))

    async def sent(self) -> None:
        """Show the prompt sent for a message."""
        record, tree = self._controller.selection.with_request(), self._session.tree
        if tree is None:
            raise CommandError(*ChatSession.NOT_STARTED)
        await show_request(self._screen, tree, record)

    async def system(self) -> None:
        """Show the system prompt."""
        engine, setup = self._session.engine, self._session.setup
        if engine is not None:
            name, text = engine.state.seat.name, engine.roleplay.system
        elif setup is not None and not self._session.opened:
            name, text = setup.spec.seat.name, setup.system
        else:
            raise CommandError("That is not known here.", "w shows the prompt sent for a reply.")
        page = PageScreen(f"System prompt of {name}", [Entry("system", text)])
        await self._screen.app.push_screen_wait(page)

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
        self._controller.focus_prompt()

    async def scroll(self, pages: int) -> None:
        """Scroll the transcript by a page."""
        if pages < 0:
            self._controller.talk.action_page_up()
        else:
            self._controller.talk.action_page_down()
