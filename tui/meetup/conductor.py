"""Holds the meetup pane together: makes it ready, follows the engine, passes wishes on.

What only a wish needs (commands, dialogs) is imported with the first one, so that the pane
is ready soon after its first paint.
"""

from __future__ import annotations

import gc
from functools import cached_property
from typing import TYPE_CHECKING

from textual.widget import Widget
from textual.widgets import Label

from core.errors import SalonError
from core.events import TextDelta
from core.meetup.spec import Side
from tui.meetup.board import Board
from tui.pane.key_bar import KeyBar
from tui.widgets.prompt import Prompt, PromptRow
from tui.widgets.seat_header import SeatHeader
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tui.meetup.actions import Actions
    from tui.meetup.stage import MeetupStage
    from tui.screens.meetup import MeetupScreen

_COLLECT_AT = (20_000, 20, 20)
_EMPTY = """\
Two personas are about to talk, each on a model of its own.

    space   lets them talk
    a  b    who sits on the left, on the right
    A  B    the model of the left, of the right
    o       a first word to begin with
    s       turns, who starts, pace
    ctrl+r  an earlier talk to go on with
    F1      help

Everything that is said is kept.
"""


class Conductor:
    """Stands between the screen, the stage and the board."""

    def __init__(self, screen: MeetupScreen, stage: MeetupStage) -> None:
        self.screen = screen
        self.stage = stage
        self.talk = Transcript(id="talk", placeholder=_EMPTY)
        self.status = StatusLine(id="status")
        self.prompt = Prompt(id="prompt", placeholder="i to speak, /help for commands")
        self._given_back: str | None = None
        """What stands in the prompt again because it could not be done."""
        headers: dict[Side, SeatHeader] = {
            "a": screen.query_one("#seat-a", SeatHeader),
            "b": screen.query_one("#seat-b", SeatHeader),
        }
        self.board = Board(self.stage, self.talk, headers, self.status)

    @property
    def begun(self) -> bool:
        """Whether there is a conversation."""
        return self.stage.engine is not None

    @cached_property
    def actions(self) -> Actions:
        """What can be done here."""
        from tui.meetup.actions import Actions

        return Actions(self)

    def furniture(self) -> list[Widget]:
        """Return what stands below the seats."""
        label = Label("you, to both ▸ ", id="prompt-label", markup=False)
        typing = PromptRow(label, self.prompt)
        return [self.talk, self.status, typing, KeyBar()]

    async def make_ready(self, problem: SalonError | None) -> None:
        """Show what was read, and start the model server."""
        app = self.screen.app
        self.talk.screen.set_focus(self.talk)
        if problem is not None:
            self.report(problem)
        if self.stage.draft is not None:
            await app.apply_preferences()
            if self.begun:
                self.rejoin()
            else:
                self.board.show_draft(self.stage.draft)
            # What is there now stays: to walk it again in every full collection would
            # hold keys up for 50 to 100 ms. Lists of thousands are no reason for one either.
            gc.freeze()
            gc.set_threshold(*_COLLECT_AT)
            await self.warm_up()

    def rejoin(self) -> None:
        """Show the talk that the pane had open before it was reloaded, and follow it on."""
        self.board.show_path()
        if self.stage.running:
            self.follow()

    async def warm_up(self) -> None:
        """Start the embedded model while the user is still choosing."""
        draft = self.stage.draft
        seats = () if draft is None else draft.seats.values()
        if not any(seat.model.partition(":")[0] == "local" for seat in seats):
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
        self.screen.refresh_bindings()

    async def typed(self, text: str) -> None:
        """Do what was typed into the prompt; what cannot be done is given back."""
        self.status.problem = self.status.hint = ""
        try:
            await self.actions.typed(text)
        except SalonError as error:
            self._given_back = text
            self.prompt.give_back(text)
            self.report(error)
        self.screen.refresh_bindings()

    def typing(self, text: str) -> None:
        """Say what a line that begins with a slash can become."""
        if text == self._given_back:
            return
        self._given_back = None
        if text.startswith("/") and "\n" not in text:
            self.status.problem = ""
            self.status.hint = self.actions.suggest(text)
        elif self.status.hint.startswith("/"):
            self.status.hint = ""

    def report(self, error: SalonError) -> None:
        """Say what went wrong, where one is looking."""
        self.status.problem = str(error)

    def follow(self) -> None:
        """Let the engine run, and show what it says until it ends."""
        self.stage.run()
        self.screen.run_worker(self._follow(), group="run", exclusive=True)

    async def _follow(self) -> None:
        try:
            async for event in self.screen.app.engine_events(self.stage.events()):
                self.board.show(event)
                if not isinstance(event, TextDelta):
                    self.screen.refresh_bindings()
        except SalonError as error:
            self.report(error)
        self.board.show_state()
        self.screen.refresh_bindings()
