"""Does what the meetup pane's keys and commands ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Label

from core.errors import SalonError, UsageError
from core.meetup import commands
from core.meetup.spec import SIDES
from tui.meetup.board import Board
from tui.meetup.desk import Desk
from tui.meetup.slash import Act, read, words
from tui.meetup.stage import MeetupStage
from tui.widgets.prompt import Prompt
from tui.widgets.seat_header import SeatHeader
from tui.widgets.status_line import StatusLine
from tui.widgets.top_bar import TopBar
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tui.screens.meetup import MeetupScreen

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
    """Passes the user's wishes to the stage, and the stage's events to the board."""

    def __init__(self, screen: MeetupScreen) -> None:
        self._screen = screen
        self.stage = MeetupStage(screen.app.runtime)
        self.talk = Transcript(id="talk", placeholder=_EMPTY)
        self.status = StatusLine(id="status")
        self.prompt = Prompt(id="prompt", placeholder="i to speak, /help for commands")
        self.prompt.completions = words()
        headers = {side: screen.query_one(f"#seat-{side}", SeatHeader) for side in SIDES}
        self.board = Board(self.stage, self.talk, headers, self.status)
        desk = Desk(self, screen)
        self._verbs: Mapping[str, Callable[..., Awaitable[None]]] = {
            "play": self._play,
            "step": self._step,
            "halt": self._halt,
            "undo": self._undo,
            "again": self._again,
            "fork": self._fork,
            "interject": self._interject,
            "copy": self._copy,
            "found": self._found,
            "new": self._new,
            "where": self._where,
            "seat": desk.seat,
            "model": desk.model,
            "opening": desk.opening,
            "rules": desk.rules,
            "saw": desk.saw,
            "find": desk.find,
            "export": desk.export,
            "resume": desk.resume,
        }

    @property
    def begun(self) -> bool:
        """Whether there is a conversation."""
        return self.stage.engine is not None

    def furniture(self) -> list[Widget]:
        """Return what stands below the seats."""
        label = Label("you, to both ▸ ", id="prompt-label", markup=False)
        return [self.talk, self.status, Horizontal(label, self.prompt, id="prompt-row")]

    async def do(self, verb: str, *arguments: object) -> None:
        """Do something; what goes wrong is said in place."""
        self.status.problem = ""
        try:
            await self._verbs[verb](*arguments)
        except SalonError as error:
            self.report(error)
        self._screen.refresh_bindings()

    def report(self, error: SalonError) -> None:
        """Say what went wrong, where one is looking."""
        self.status.problem = str(error)

    async def make_ready(self) -> None:
        """Read settings and personas, and start the model server."""
        app = self._screen.app
        self.talk.focus()
        try:
            draft = await asyncio.to_thread(self.stage.load_ready_pair)
        except SalonError as error:
            self.report(error)
            return
        app.theme = app.runtime.settings.theme
        app.set_keymap(dict(app.runtime.settings.keymap))
        self.board.show_draft(draft)
        await self.warm_up()

    async def warm_up(self) -> None:
        """Start the embedded model while the user is still choosing."""
        from core.providers.local import LocalModel

        draft = self.stage.draft
        seats = () if draft is None else draft.seats.values()
        if not any(seat.model.partition(":")[0] == "local" for seat in seats):
            return
        provider = self._screen.app.runtime.providers.provider("local")
        assert isinstance(provider, LocalModel)
        top = self._screen.query_one(TopBar)
        top.ready = "embedded model: starting …"
        try:
            await provider.warm_up()
        except SalonError as error:
            top.ready = "embedded model: not there"
            self.report(error)
        else:
            top.ready = "embedded model: ready"

    async def tell(self, command: commands.Command) -> None:
        """Pass a command to the engine, which is started for it if need be.

        Raises:
            SalonError: it could not be started, or refuses.
        """
        if not self.stage.running:
            await self._start(playing=False)
        await self.stage.send(command)
        self.board.show_state()

    async def typed(self, text: str) -> None:
        """Do what was typed into the prompt; what cannot be done is given back."""
        self.status.problem = ""
        try:
            wish = read(text)
            if isinstance(wish, Act):
                await self._screen.run_action(wish.action)
            else:
                await self.tell(wish)
        except SalonError as error:
            self.prompt.text = text
            self.report(error)
        self._screen.refresh_bindings()

    async def _start(self, *, playing: bool) -> None:
        """Have an engine that runs: begin the draft, or go on with what has ended."""
        if self.begun:
            await self.stage.go_on(playing=playing)
        elif self.stage.draft is not None:
            await self.stage.begin(playing=playing)
        else:
            raise UsageError("There is nobody to talk yet.", "Mend the settings, then start again.")
        self.stage.run()
        self._screen.run_worker(self._follow(), group="run", exclusive=True)

    async def _follow(self) -> None:
        """Show what the engine says until it ends."""
        try:
            async for event in self.stage.events():
                self.board.show(event)
        except SalonError as error:
            self.report(error)
        self.board.show_state()
        self._screen.refresh_bindings()

    async def _play(self) -> None:
        if self.stage.running:
            await self.stage.toggle()
            self.board.show_state()
        else:
            await self._start(playing=True)

    async def _step(self) -> None:
        await self.tell(commands.Step())

    async def _halt(self) -> None:
        if self.stage.running:
            await self.tell(commands.Pause(now=True))

    async def _undo(self) -> None:
        if self.stage.playing:
            await self.tell(commands.Pause())
        await self.tell(commands.Undo())

    async def _again(self) -> None:
        await self.tell(commands.Regenerate())

    async def _fork(self) -> None:
        selected = self.talk.cursor_id
        if selected is None:
            raise UsageError("Select a message first:", "j and k move from one to the next.")
        if self.stage.playing:
            await self.tell(commands.Pause(now=True))
        await self.tell(commands.Fork(record=selected))

    async def _interject(self) -> None:
        self.prompt.focus()

    async def _copy(self) -> None:
        self.talk.action_copy_message()

    async def _found(self, step: int) -> None:
        self.talk.search_next(step)

    async def _where(self) -> None:
        session = self.stage.session
        kept = f"Session {session.id} is saved as it goes." if session else "Nothing was said yet."
        self.status.hint = kept

    async def _new(self) -> None:
        """Set up a new meetup with the same two; the present one is kept."""
        await self.stage.close()
        self.talk.clear()
        if self.stage.draft is not None:
            self.board.show_draft(self.stage.draft)
