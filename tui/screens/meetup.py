"""The meetup pane: two personas talk, side by side, and one can have a say at any moment.

The screen is what can be painted at once: the shell, the keys. What needs the engine is
mounted after the first paint; `tui.meetup.conductor` then does what the keys ask for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from tui.pane.shell import PaneScreen
from tui.widgets.seat_header import SeatHeader, SeatView
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from core.errors import SalonError
    from core.runtime import Runtime
    from tui.meetup.conductor import Conductor
    from tui.meetup.draft import MeetupDraft
    from tui.meetup.stage import MeetupStage
    from tui.navigation import NavigationRequest
    from tui.widgets.prompt import Prompt
    from tui.widgets.transcript import Transcript

_PAINTED = 0.02
"""Seconds in which the first frame reaches the terminal, before imports compete with it."""
_NARROW = 100
"""Columns below which both sides share one column."""
_BEFORE = frozenset({"seat", "opening", "rules"})
"""What can only be done before the first word."""
_DURING = frozenset({"undo", "again", "fork", "saw", "export", "new", "copy", "find", "found"})
"""What needs a conversation."""
_AT_ONCE = frozenset({
    "play",
    "pause",
    "step",
    "halt",
    "undo",
    "again",
    "fork",
    "interject",
    "found",
})
"""What asks nothing back, and is done in the order in which keys are pressed."""


class MeetupScreen(PaneScreen):
    """Two seats, one transcript, one prompt."""

    BINDINGS = [
        Binding("space", "do('play')", "Talk", tooltip="Let them talk"),
        Binding("space", "do('pause')", "Pause", tooltip="Pause after this turn"),
        Binding("n", "do('step')", "Step", tooltip="Take one turn"),
        Binding("i", "do('interject')", "Say", tooltip="Speak to both, or to one of them"),
        Binding("escape", "do('halt')", "Halt", show=False, tooltip="Stop in mid-sentence"),
        Binding("u", "do('undo')", "Undo", tooltip="Take back the last message"),
        Binding("r", "do('again')", "Again", tooltip="Have the last message said again"),
        Binding("f", "do('fork')", "Fork", tooltip="Go on from the selected message"),
        Binding(
            "w",
            "do('saw')",
            "Sent",
            show=False,
            tooltip="What exactly was sent for the selected message",
        ),
        Binding("a", "do('seat', 'a')", "Left", tooltip="Choose who sits on the left"),
        Binding("b", "do('seat', 'b')", "Right", tooltip="Choose who sits on the right"),
        Binding("A", "do('model', 'a')", "Model left", show=False, tooltip="Choose the left model"),
        Binding(
            "B", "do('model', 'b')", "Model right", show=False, tooltip="Choose the right model"
        ),
        Binding("o", "do('opening')", "Open", tooltip="Write the first word"),
        Binding("s", "do('rules')", "Rules", tooltip="Turns, who starts, pace, rate"),
        Binding("y", "do('copy')", "Copy", show=False, tooltip="Copy the selected message"),
        Binding("e", "do('export')", "Export", tooltip="Write a transcript"),
        Binding("ctrl+n", "do('new')", "New", tooltip="Set up a new meetup"),
        Binding("ctrl+r", "do('resume')", "Earlier", tooltip="Go on with a stored meetup"),
        Binding("ctrl+f", "do('find')", "Find", show=False, tooltip="Search in the conversation"),
        Binding("greater_than_sign", "do('found', 1)", show=False, tooltip="Next place found"),
        Binding("less_than_sign", "do('found', -1)", show=False, tooltip="Previous place found"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.conductor: Conductor | None = None
        """Who does what the keys ask for; there from shortly after the first paint."""

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        with Horizontal(id="seats"):
            yield SeatHeader(id="seat-a", classes="seat")
            yield SeatHeader(id="seat-b", classes="seat")
        yield Vertical(id="floor")

    def on_mount(self) -> None:
        self.set_timer(_PAINTED, self._mount_content)

    @work(group="mount")
    async def _mount_content(self) -> None:
        """Seat the pair first, then bring in what the talk needs."""
        stage, problem = await self.take_over(_new_stage)
        if stage.draft is not None:
            self._seat(stage.draft)
        conductor = await asyncio.to_thread(_new_conductor, self, stage)
        await self.query_one("#floor").mount(*conductor.furniture())
        self.conductor = conductor
        self.on_resize()
        self._content.set()
        await conductor.make_ready(problem)

    def _seat(self, draft: MeetupDraft) -> None:
        for side, seat in draft.seats.items():
            header = self.query_one(f"#seat-{side}", SeatHeader)
            header.view = SeatView(seat.persona.name, seat.model)

    def on_resize(self) -> None:
        if self.conductor is not None:
            self.conductor.talk.columns = 1 if self.size.width < _NARROW else 2

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now, so that the key bar stays short and true."""
        verb = parameters[0] if action == "do" and parameters else None
        begun = self.conductor is not None and self.conductor.begun
        playing = self.conductor is not None and self.conductor.stage.playing
        if verb in {"play", "pause"}:
            return (verb == "pause") == playing
        if verb in _BEFORE:
            return not begun
        return begun if verb in _DURING else True

    async def action_do(self, verb: str, *arguments: object) -> None:
        """Have the conductor do something; a key that comes too early waits its turn."""
        await self._content.wait()
        assert self.conductor is not None
        doing = self.conductor.do(verb, *arguments)
        if verb in _AT_ONCE:
            await doing
        else:
            self.run_worker(doing, group="ask")

    async def shutdown(self) -> None:
        if self.conductor is not None:
            await self.conductor.stage.close()

    async def navigate(self, request: NavigationRequest) -> None:
        await self._content.wait()
        assert self.conductor is not None
        await self.conductor.do("navigate", request)

    def hand_over(self) -> object:
        return super().hand_over() if self.conductor is None else self.conductor.stage

    @property
    def session_id(self) -> str | None:
        session = None if self.conductor is None else self.conductor.stage.session
        return None if session is None else session.id

    @property
    def busy(self) -> str:
        playing = self.conductor is not None and self.conductor.stage.playing
        return "they are talking" if playing else ""

    async def set_metadata(self, *, title: str | None = None, pinned: bool | None = None) -> None:
        assert self.conductor is not None
        await self.conductor.stage.set_metadata(title, pinned)

    async def close_session(self) -> None:
        assert self.conductor is not None
        await self.conductor.do("new")

    @property
    def help_text(self) -> str:
        from tui.meetup.slash import help_table

        return f"Two personas talk; you watch, steer, speak to both or to one.\n\n{help_table()}"

    async def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        assert self.conductor is not None
        await self.conductor.typed(event.text_sent)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if self.conductor is not None:
            self.conductor.typing(event.text_area.text)

    def on_prompt_left(self) -> None:
        assert self.conductor is not None
        self.conductor.talk.screen.set_focus(self.conductor.talk)

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        assert self.conductor is not None
        self.app.copy_to_clipboard(event.text)
        self.conductor.status.hint = f"{event.what} sent to the terminal's clipboard"

    async def on_seat_header_pressed(self, event: SeatHeader.Pressed) -> None:
        side = (event.header.id or "")[-1]
        verb = "model" if self.conductor is not None and self.conductor.begun else "seat"
        await self.action_do(verb, side)


def _new_stage(runtime: Runtime) -> tuple[MeetupStage, SalonError | None]:
    """Read settings and the first pair, away from the event loop."""
    from core.errors import SalonError
    from tui.meetup.stage import MeetupStage

    stage = MeetupStage(runtime)
    try:
        stage.load_ready_pair()
    except SalonError as error:
        return stage, error
    return stage, None


def _new_conductor(screen: MeetupScreen, stage: MeetupStage) -> Conductor:
    """Import what shows a conversation, away from the event loop."""
    from tui.meetup.conductor import Conductor

    return Conductor(screen, stage)
