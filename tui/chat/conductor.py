"""Holds the chat pane together: makes it ready, follows the engine, passes wishes on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Label

from core.errors import SalonError
from core.events import Failed, TextDelta, TurnFinished
from tui.chat.attaching import Attached
from tui.chat.board import Board
from tui.chat.completing import Completing
from tui.chat.keeping import Keeper
from tui.chat.slash import Deed, read, suggestions, words
from tui.pane.key_bar import KeyBar
from tui.widgets.prompt import Prompt, PromptRow
from tui.widgets.seat_header import SeatHeader
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tui.chat.actions import Actions
    from tui.chat.stage import ChatStage
    from tui.screens.chat import ChatScreen

_NOBODY = """\
There is nobody to talk to yet.

    ctrl+n  begins a chat with somebody
    ctrl+r  goes on with an earlier one
    F2      shows everybody
"""
_MEASURE = 110
"""Cells of a line of text that can be read with ease."""
_REST = 1.0
"""Seconds after which what is being typed is kept."""


class Conductor:
    """Stands between the screen, the stage and the board."""

    def __init__(self, screen: ChatScreen, stage: ChatStage) -> None:
        self.screen = screen
        self.stage = stage
        runtime = screen.app.runtime
        self.talk = Transcript(id="talk", placeholder=_NOBODY, measure=_MEASURE)
        self.status = StatusLine(id="status")
        self.attached = Attached(id="attached")
        self.prompt = Prompt(id="prompt", placeholder="write, or / for commands")
        self.prompt.completions = words()
        self.prompt.completer = Completing(runtime)
        self.keeper = Keeper(runtime, self.prompt, self.attached)
        header = screen.query_one("#who", SeatHeader)
        self.board = Board(runtime, stage, self.talk, header, self.status)
        self._given_back: str | None = None
        """What stands in the prompt again because it could not be done."""
        self._keeping: Timer | None = None

    @cached_property
    def actions(self) -> Actions:
        """What can be done here."""
        from tui.chat.actions import Actions

        return Actions(self)

    def furniture(self) -> list[Widget]:
        """Return what stands below the header."""
        typing = PromptRow(Label("▸ ", id="prompt-label"), self.prompt)
        return [self.talk, self.status, self.attached, typing, KeyBar()]

    async def make_ready(self, problem: SalonError | None) -> None:
        """Show what was read, and let one type."""
        self.prompt.screen.set_focus(self.prompt)
        first = self.rejoin if self.stage.begun else self.show_draft
        for step in (first, self.keeper.recall):
            try:
                await step()
            except SalonError as error:
                problem = problem or error
        if problem is not None:
            self.report(problem)

    async def rejoin(self) -> None:
        """Show the chat that the pane had open before it was reloaded, and follow it on."""
        await self.board.show_all()
        if self.stage.running:
            self.follow()
        self.refresh()
        await self.keeper.bring(self.stage.key)

    async def show_draft(self) -> None:
        """Show the chat that has not begun, with what was typed for it before."""
        if self.stage.draft is not None:
            self.board.show_draft(self.stage.draft)
            self.screen.run_worker(self.warm_up(), group="warm-up")
        else:
            self.talk.clear()
        self.refresh()
        await self.keeper.bring(self.stage.key)

    async def warm_up(self) -> None:
        """Start the embedded model while the user is still typing."""
        state, draft = self.stage.state, self.stage.draft
        seat = state.seat if state is not None else draft.spec.seat if draft is not None else None
        if seat is None or seat.model.partition(":")[0] != "local":
            return
        try:
            await self.screen.app.warm_up()
        except SalonError as error:
            self.report(error)

    async def do(self, verb: str, *arguments: object) -> None:
        """Do something; what goes wrong is said in place."""
        self.status.problem = self.status.hint = ""
        try:
            await self.actions.do(verb, *arguments)
        except SalonError as error:
            self.report(error)
        self.refresh()

    async def typed(self, text: str) -> None:
        """Do what was typed into the prompt; what cannot be done is given back."""
        self.status.problem = self.status.hint = ""
        try:
            deed = read(text)
        except SalonError as error:
            self._refuse(text, error)
            return
        if self.actions.asks(deed.verb, deed.arguments):
            self.screen.run_worker(self._carry_out(deed, text), group="ask")
        else:
            await self._carry_out(deed, text)

    async def _carry_out(self, deed: Deed, text: str) -> None:
        try:
            await self.actions.do(deed.verb, *deed.arguments)
        except SalonError as error:
            self._refuse(text, error)
        else:
            await self._remember(text)
        self.refresh()

    async def _remember(self, text: str) -> None:
        """Let Up recall a text; that it cannot be remembered is said, and it was sent."""
        try:
            await self.keeper.sent(text)
        except SalonError as error:
            self.report(error)

    def _refuse(self, text: str, error: SalonError) -> None:
        self._given_back = text
        self.prompt.give_back(text)
        self.report(error)

    def typing(self, text: str) -> None:
        """Say what a line that begins with a slash can become; keep what is typed."""
        if self._keeping is None:
            self._keeping = self.screen.set_timer(_REST, self._keep)
        if text == self._given_back:
            return
        self._given_back = None
        if text.startswith("/") and "\n" not in text:
            self.status.problem = ""
            self.status.hint = suggestions(text)
        elif self.status.hint.startswith("/"):
            self.status.hint = ""

    async def _keep(self) -> None:
        self._keeping = None
        await self.keep()

    async def keep(self) -> None:
        """Keep what is typed; that it cannot be kept is said and stops nothing."""
        try:
            await self.keeper.keep()
        except SalonError as error:
            self.report(error)

    def offer(self, texts: Sequence[str]) -> None:
        """Say what a beginning can become."""
        endings = [each.rpartition(" ")[2] or each for each in texts]
        self.status.hint = "  ".join(endings)

    def can_swipe(self, step: object) -> bool:
        """Whether there is another alternative in that direction."""
        return isinstance(step, int) and self.actions.can_swipe(step)

    def report(self, error: SalonError) -> None:
        """Say what went wrong, where one is looking."""
        self.status.problem = str(error)

    def refresh(self) -> None:
        """Update the key bar and the prompt."""
        self.prompt.stoppable = self.stage.replying
        self.screen.refresh_bindings()

    def follow(self) -> None:
        """Let the engine run, and show what it says until it ends."""
        self.stage.run()
        self.screen.run_worker(self._follow(), group="run")

    async def _follow(self) -> None:
        engine = self.stage.engine
        try:
            async for event in self.screen.app.engine_events(self.stage.events()):
                if self.stage.engine is not engine:
                    return
                self.board.show(event)
                if not isinstance(event, TextDelta):
                    self.refresh()
                if isinstance(event, TurnFinished | Failed):
                    self.screen.run_worker(self._settle(), group="settle")
        except SalonError as error:
            self.report(error)
        self.board.show_state()
        self.refresh()

    async def _settle(self) -> None:
        """Show that nothing is being written any more."""
        engine = self.stage.engine
        if engine is not None:
            await engine.idle()
            self.stage.comparing = False
            self.board.show_state()
            self.refresh()

    async def wind_down(self) -> None:
        """End what runs; what was said and typed is kept."""
        await self.keep()
        try:
            await self.stage.close()
        except SalonError as error:
            self.report(error)
