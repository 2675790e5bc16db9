"""Runs the Chat pane: makes its widgets, passes commands on, shows the replies."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from core.chat import commands
from core.errors import SalonError, SessionBusy, StoreError
from core.events import Event, Failed, TextDelta, TurnFinished
from tui.background import Abandoned, waited_for
from tui.chat.drafts import ChatPrompt
from tui.chat.selection import Selection
from tui.chat.session import ChatSession
from tui.chat.view import View
from tui.conversation.finder import Finder
from tui.navigation import ChatWith, NavigationRequest, OpenSession
from tui.pane.controller import PaneController
from tui.pane.key_bar import KeyBar
from tui.profile.after_chat import learn_after
from tui.widgets.seat_header import SeatHeader
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from core.chat.setup import ChatChoice
    from core.engine.commands import EngineCommand
    from tui.pane.screen import CommandScreen

_NO_CHAT = """\
No persona is chosen yet.

    ctrl+n  starts a chat with a persona
    ctrl+r  resumes a chat
    F2      shows all personas
"""
_MEASURE = 110
"""Cells of a line of text that is still easy to read."""
_TAIL = 64
"""Records that are shown of a stored chat while the rest is still being read."""


class ChatController(PaneController[ChatSession]):
    """Stands between the screen, the chat and its view."""

    ENDING = ("A reply is being written. End that?", "What was written is kept; ctrl+r resumes it.")
    OPENING = "Opening the chat"
    PROMPT = ChatPrompt
    input: ChatPrompt

    def __init__(self, screen: CommandScreen[Any], session: ChatSession) -> None:
        super().__init__(screen, session)
        self.talk = Transcript(id="talk", placeholder=_NO_CHAT, measure=_MEASURE)
        self.attached, self.drafts = self.input.attached, self.input.drafts
        header = screen.query_one("#who", SeatHeader)
        self.view = View(self.runtime, session, self.talk, header, self.status)
        self.selection = Selection(session, self.talk)
        self.has_alternative = self.selection.has_alternative
        self.finder = Finder(screen, self.talk, self.status)

    def widgets(self) -> list[Widget]:
        """Return what stands below the header."""
        return [self.talk, self.status, self.attached, self.input.row, KeyBar()]

    @property
    def main_focus(self) -> Widget:
        return self.talk

    # What is shown

    async def show(self) -> None:
        self.screen.set_focus(self.prompt)
        problem: SalonError | None = None
        present = self._show_opened if self.session.opened else self.show_setup
        for step in (present, self.drafts.load_history):
            try:
                await step()
            except SalonError as error:
                problem = problem or error
        if problem is not None:
            raise problem

    async def show_setup(self) -> None:
        """Show the chat that has not started, with what was typed for it before."""
        if self.session.setup is not None:
            self.view.show_setup(self.session.setup)
        else:
            self.talk.clear()
        self.refresh()
        await self.drafts.restore(self.session.key)

    async def _show_opened(self) -> None:
        """Show the whole chat that is open, with what was typed there before."""
        await self.view.show_all()
        self.refresh()
        await self.drafts.restore(self.session.key)

    @property
    def next_model(self) -> str:
        participant = self.session.participant
        return "" if participant is None else participant.model

    def warm_up_soon(self) -> None:
        """Start the embedded model, if it is the one, without waiting for it."""
        self.screen.run_worker(self.warm_up(), group="warm-up")

    def focus_prompt(self) -> None:
        """Have keys typed into the prompt."""
        self.screen.set_focus(self.prompt)

    # Opening and closing

    async def set_up(self, choice: ChatChoice) -> None:
        """Show a chat that could be started; the present one is kept. Raises `SalonError`."""
        from tui.chat.setup import ChatSetup

        setup = await asyncio.to_thread(ChatSetup.of, self.runtime, choice)
        hint = await self.leave()
        self.session.setup = setup
        await self.show_setup()
        self.status.hint = hint
        self.focus_prompt()
        self.warm_up_soon()

    async def start(self) -> None:
        """Start the chat that is set up, unless there is one. Raises `SalonError`."""
        if self.session.opened:
            return
        await self.session.start()
        self.follow()
        await self.drafts.move_to(self.session.key)

    async def open(self, session_id: str) -> None:
        """Show a stored chat: its end at once, then the rest. Nothing is sent."""
        store = self.runtime.store
        tail = await store.tail(session_id, _TAIL)
        await self.leave()
        self.view.show_tail(tail)
        try:
            try:
                await self.session.open(await self.stored(session_id))
            except SessionBusy:
                reading = waited_for(self.screen.app, self.OPENING, store.read(session_id))
                await self.session.show_stored(await reading)
        except (StoreError, Abandoned):
            # What is shown must be what the keys act on.
            await self.show_setup()
            raise
        await self._show_opened()
        if self.session.started:
            self.follow()
        self.focus_prompt()
        self.warm_up_soon()

    async def leave(self, *, learn: bool = True) -> str:
        """Close the present chat; return what is to be said about that.

        Args:
            learn: Whether the profile may be updated from it; not where another pane closes
                the session to do something with its file.
        """
        stopped, stored = self.session.replying, self.session.stored
        await self.input.save()
        await self.session.close()
        if stored is None:
            return ""
        if learn:
            learn_after(self.screen.app, stored.id)
        if stopped:
            return "the reply was stopped, what was written is kept · ctrl+r resumes the chat"
        return "the last chat is kept · ctrl+r resumes it"

    async def close_session(self) -> None:
        await self.leave(learn=False)
        await self.show_setup()

    async def set_metadata(self, title: str | None, pinned: bool | None) -> None:
        await super().set_metadata(title, pinned)
        self.show_state()

    async def navigate(self, request: NavigationRequest) -> None:
        if isinstance(request, ChatWith):
            from core.chat.setup import ChatChoice

            cast = self.runtime.cast
            persona, model = await asyncio.to_thread(cast, request.persona, request.model)
            if await self.may_end():
                await self.set_up(ChatChoice(persona, model))
        else:
            await super().navigate(request)

    def show_place(self, request: OpenSession) -> None:
        """Go to the record and mark the text that were asked for."""
        if request.record is None and not request.find:
            self.focus_prompt()
            return
        self.screen.set_focus(self.talk)
        if request.find:
            self.finder.find(request.find)
        if request.record is None:
            return
        if request.record in self.talk:
            self.talk.move_cursor(request.record)
        else:
            self.session.elsewhere = request.record
            self.status.hint = "that is on another branch · b shows it"

    # Commands and events

    async def tell(self, command: EngineCommand) -> None:
        """Pass a command to the engine and show at once what it has changed.

        The model of a chat that has not started is changed in its set-up.
        """
        setting = isinstance(command, commands.SetModel)
        if isinstance(command, commands.SetModel) and not self.session.opened:
            await self.session.change_setup(command.model, command.params)
            self.view.show_setup(self.session.required_setup())
        else:
            await self.session.send(command)
            self.view.show_path()
        if setting:
            self.warm_up_soon()
        if isinstance(command, commands.Continue | commands.Regenerate):
            self.talk.follow()
        self.refresh()

    def show_event(self, event: Event) -> None:
        self.view.show(event)
        if not isinstance(event, TextDelta):
            self.refresh()
        if isinstance(event, TurnFinished | Failed):
            self.settle()

    def settled(self) -> None:
        self.session.comparing = False
        super().settled()

    def show_state(self) -> None:
        self.view.show_state()

    def refresh(self) -> None:
        self.prompt.stoppable = self.session.replying
        super().refresh()

    async def shutdown(self) -> None:
        await self.input.save()
        await super().shutdown()
