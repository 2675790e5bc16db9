"""The meetup pane: two personas talk, side by side, and one can have a say at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Footer, Label

from core.errors import SalonError
from core.meetup import commands
from core.meetup.spec import SIDES, Side
from tui.meetup.board import Board
from tui.meetup.desk import Desk
from tui.meetup.slash import SLASHES, Act, read
from tui.meetup.stage import MeetupStage
from tui.widgets.prompt import Prompt
from tui.widgets.seat_header import SeatHeader
from tui.widgets.status_line import StatusLine
from tui.widgets.top_bar import TopBar
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tui.app import SalonApp

_BEFORE = frozenset({"seat", "opening", "rules"})
_DURING = frozenset({"undo", "again", "fork", "saw", "export", "new", "copy", "find"})
_NARROW = 100
"""Columns below which both sides share one column."""

_EMPTY = """\
Two personas are about to talk, each on a model of its own.

    space   lets them talk
    a  b    who sits on the left, on the right
    A  B    the model of the left, of the right
    o       a first word to begin with
    s       turns, pace and the like
    ctrl+r  go on with an earlier talk

Everything that is said is kept.
"""


class MeetupScreen(Screen[None]):
    """Two seats, one transcript, one prompt."""

    CSS_PATH = "meetup.tcss"
    HELP = "\n".join([
        "Two personas talk; you watch, steer, and speak to both or to one of them.",
        "",
        "| in the prompt | does |",
        "|---|---|",
        "| any text | you speak to both |",
        "| `/start` `/bye` `/end` | goes into the conversation |",
        *(f"| `{each.usage}` | {each.help} |" for each in SLASHES.values()),
        "| `//…` | sends the rest as it stands |",
    ])
    BINDINGS = [
        Binding("space", "play", "Talk/pause", tooltip="Let them talk, or pause after this turn"),
        Binding("n", "step", "Step", tooltip="Take one turn"),
        Binding("i", "interject", "Interject", tooltip="Speak to both, or to one of them"),
        Binding("escape", "halt", "Halt", show=False, tooltip="Stop in mid-sentence, keep it"),
        Binding("u", "undo", "Undo", tooltip="Take back the last message"),
        Binding("r", "again", "Again", tooltip="Take the last turn again"),
        Binding("f", "fork", "Fork", tooltip="Go on from the selected message"),
        Binding("w", "saw", "Who saw what", show=False, tooltip="What exactly was sent for it"),
        Binding("a", "seat('a')", "Left", tooltip="Choose who sits on the left"),
        Binding("b", "seat('b')", "Right", tooltip="Choose who sits on the right"),
        Binding("s", "rules", "Rules", tooltip="Turns, who starts, pace, rate, pass for human"),
        Binding("A", "model('a')", "Model left", show=False, tooltip="Choose the left model"),
        Binding("B", "model('b')", "Model right", show=False, tooltip="Choose the right model"),
        Binding("o", "opening", "Opening", tooltip="Write the first word"),
        Binding("y", "copy", "Copy", show=False, tooltip="Copy the selected message"),
        Binding("e", "export", "Export", tooltip="Write a transcript"),
        Binding("ctrl+n", "new", "New", tooltip="Set up a new meetup"),
        Binding("ctrl+r", "resume", "Earlier", tooltip="Go on with a stored meetup"),
        Binding(
            "greater_than_sign", "found(1)", "Next found", show=False, tooltip="Next place found"
        ),
        Binding(
            "less_than_sign",
            "found(-1)",
            "Previous found",
            show=False,
            tooltip="Previous place found",
        ),
        Binding("ctrl+f", "find", "Find", show=False, tooltip="Search in the conversation"),
    ]

    if TYPE_CHECKING:
        app: SalonApp

    def __init__(self) -> None:
        super().__init__()
        self.stage = MeetupStage(self.app.runtime)
        self._board: Board | None = None
        self._desk = Desk(self)

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        with Horizontal(id="seats"):
            yield SeatHeader(id="seat-a", classes="seat")
            yield SeatHeader(id="seat-b", classes="seat")
        yield Transcript(id="talk", placeholder=_EMPTY)
        yield StatusLine(id="status")
        with Horizontal(id="prompt-row"):
            yield Label("you, to both ▸ ", id="prompt-label", markup=False)
            yield Prompt(id="prompt", placeholder="i to speak, /help for commands")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(TopBar).pane = "Meetup"
        self.query_one(Prompt).completions = [*SLASHES, "/start", "/bye", "/end"]
        self.query_one(Transcript).focus()
        headers = {side: self.query_one(f"#seat-{side}", SeatHeader) for side in SIDES}
        self._board = Board(self.stage, self.talk, headers, self.status)
        self.call_after_refresh(self.make_ready)

    @property
    def talk(self) -> Transcript:
        """The conversation."""
        return self.query_one("#talk", Transcript)

    @property
    def status(self) -> StatusLine:
        """The line below it."""
        return self.query_one("#status", StatusLine)

    @property
    def board(self) -> Board:
        """What shows the engine's events."""
        assert self._board is not None
        return self._board

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now, so that the footer stays short and true."""
        begun = self.stage.engine is not None
        if action in _BEFORE:
            return not begun
        if action in _DURING:
            return begun
        return True

    def on_resize(self) -> None:
        self.talk.columns = 1 if self.size.width < _NARROW else 2

    @work(group="ready", exit_on_error=False)
    async def make_ready(self) -> None:
        """Read settings and personas after the first paint, and start the model server."""
        try:
            draft = await asyncio.to_thread(self.stage.load_ready_pair)
        except SalonError as error:
            self.status.problem = str(error)
            return
        self.app.theme = self.app.runtime.settings.theme
        self.app.set_keymap(dict(self.app.runtime.settings.keymap))
        self.board.show_draft(draft)
        await self._warm_up()

    async def _warm_up(self) -> None:
        """Start the embedded model while the user is still choosing."""
        from core.providers.local import LocalModel

        draft = self.stage.draft
        if draft is None or not any(
            seat.model.startswith("local") for seat in draft.seats.values()
        ):
            return
        provider = self.app.runtime.providers.provider("local")
        assert isinstance(provider, LocalModel)
        top = self.query_one(TopBar)
        top.ready = "local model: starting …"
        try:
            await provider.warm_up()
        except SalonError as error:
            top.ready = "local model: not available"
            self.status.problem = str(error)
        else:
            top.ready = "local model: ready"

    async def wind_down(self) -> None:
        """End what runs; what was said is kept."""
        await self.stage.close()

    def report(self, error: SalonError) -> None:
        """Say what went wrong, where one is looking."""
        self.status.problem = str(error)

    @work(group="run", exclusive=True, exit_on_error=False)
    async def follow(self) -> None:
        """Run the engine and show what it says until it ends."""
        try:
            async for event in self.stage.events():
                self.board.show(event)
        except SalonError as error:
            self.report(error)
        self.board.show_state()

    async def _start(self, *, playing: bool) -> None:
        """Have an engine that runs: begin the draft, or go on with what has ended."""
        if self.stage.draft is None and self.stage.engine is None:
            return
        if self.stage.engine is None:
            await self.stage.begin(playing=playing)
        else:
            await self.stage.go_on(playing=playing)
        self.follow()

    async def tell(self, command: commands.Command) -> None:
        """Pass a command to the engine, which is started for it if need be."""
        self.status.problem = ""
        try:
            if not self.stage.running:
                await self._start(playing=False)
                await asyncio.sleep(0)
            await self.stage.send(command)
            self.board.show_state()
        except SalonError as error:
            self.report(error)

    async def action_play(self) -> None:
        """Let them talk, or pause after the present turn."""
        self.status.problem = ""
        try:
            if self.stage.running:
                await self.stage.toggle()
                self.board.show_state()
            else:
                await self._start(playing=True)
        except SalonError as error:
            self.report(error)

    async def action_step(self) -> None:
        """Take one turn."""
        await self.tell(commands.Step())

    async def action_halt(self) -> None:
        """Stop in mid-sentence; what was said is kept."""
        if self.stage.running:
            await self.tell(commands.Pause(now=True))

    async def action_undo(self) -> None:
        """Take back the last message, and wait."""
        if self.stage.playing:
            await self.tell(commands.Pause())
        await self.tell(commands.Undo())

    async def action_again(self) -> None:
        """Take the last turn again."""
        await self.tell(commands.Regenerate())

    async def action_fork(self) -> None:
        """Go on from the selected message, on a branch of its own."""
        selected = self.talk.cursor_id
        if selected is None:
            self.status.problem = "Select a message first: j and k move from one to the next."
            return
        if self.stage.playing:
            await self.tell(commands.Pause(now=True))
        await self.tell(commands.Fork(record=selected))

    def action_interject(self) -> None:
        """Put the cursor into the prompt."""
        self.query_one(Prompt).focus()

    @on(Prompt.Left)
    def _leave_prompt(self) -> None:
        self.talk.focus()

    @on(Prompt.Submitted)
    async def _typed(self, event: Prompt.Submitted) -> None:
        try:
            typed = read(event.text_sent)
        except SalonError as error:
            self.report(error)
            event.prompt.text = event.text_sent
            return
        if isinstance(typed, Act):
            await self.run_action(typed.action)
        else:
            await self.tell(typed)

    @on(SeatHeader.Pressed)
    async def _seat_pressed(self, event: SeatHeader.Pressed) -> None:
        await self.run_action(f"seat('{(event.header.id or '')[-1]}')")

    @work(group="ask")
    async def action_seat(self, side: Side) -> None:
        """Choose who sits on a side of the next meetup."""
        await self._asking(self._desk.seat(side))

    @work(group="ask")
    async def action_model(self, side: Side) -> None:
        """Choose a side's model, now or in mid-conversation."""
        await self._asking(self._desk.model(side))

    @work(group="ask")
    async def action_opening(self) -> None:
        """Write the first word of the one who does not start."""
        await self._asking(self._desk.opening())

    @work(group="ask")
    async def action_rules(self) -> None:
        """Set turns, starter, pace and the like."""
        await self._asking(self._desk.rules())

    @work(group="ask")
    async def action_find(self) -> None:
        """Search in the conversation."""
        await self._asking(self._desk.find())

    @work(group="ask")
    async def action_export(self) -> None:
        """Write a transcript of the current path."""
        await self._asking(self._desk.export())

    @work(group="ask")
    async def action_saw(self) -> None:
        """Show the exact request that the selected message answers."""
        await self._asking(self._desk.saw(self.talk.cursor_id))

    @work(group="ask")
    async def action_resume(self) -> None:
        """Open a stored meetup."""
        await self._asking(self._desk.resume())

    def action_found(self, step: int) -> None:
        """Go to the next or previous place that the search found."""
        self.talk.search_next(step)

    async def action_new(self) -> None:
        """Set up a new meetup with the same two; the present one is kept."""
        await self.stage.close()
        self.talk.load([])
        if self.stage.draft is not None:
            self.board.show_draft(self.stage.draft)

    def action_where(self) -> None:
        """Say where the session is kept."""
        session = self.stage.session
        kept = f"Session {session.id} is saved as it goes." if session else "Nothing was said yet."
        self.status.hint = kept

    def action_copy(self) -> None:
        """Copy the selected message."""
        self.talk.action_copy_message()

    @on(Transcript.CopyRequested)
    def _copy(self, event: Transcript.CopyRequested) -> None:
        self.app.copy_to_clipboard(event.text)
        self.status.hint = f"{len(event.text):,} characters sent to the terminal's clipboard"

    async def _asking(self, question: Awaitable[None]) -> None:
        self.status.problem = ""
        try:
            await question
        except SalonError as error:
            self.report(error)
