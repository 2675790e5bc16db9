"""The lab pane: people are made up, assistants learn them, and one sees whether it helped.

The screen is what can be painted at once: the shell, the keys. What needs the engine is
furnished after the first paint; `tui.lab.conductor` then does what the keys ask for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from tui.lab.keys import AT_ONCE, possible
from tui.panes import PaneScreen
from tui.widgets.row_list import RowList
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from core.errors import SalonError
    from core.runtime import Runtime
    from tui.lab.conductor import Conductor
    from tui.lab.stage import LabStage
    from tui.widgets.prompt import Prompt
    from tui.widgets.start_card import StartForm
    from tui.widgets.transcript import Transcript
    from tui.wishes import Wish

_NARROW, _WIDE = 110, 160
"""Columns below which one thing is shown at a time, and from which lists are wide."""
_HELP = (
    "People are made up, each with a profile that no assistant is told. Scene by scene an "
    "assistant helps them, and what it learns from their words stands beside the conversation: "
    "the newest marked ←, what the truth confirms ✓, what it does not ✗. Every setting is a life "
    "of its own: nothing known, everything, what was said before, what was learnt."
)


class LabScreen(PaneScreen):
    """A start card, then people, a conversation, and the profile as it grows."""

    CSS_PATH = "lab.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("enter", "do('begin')", "Start", tooltip="Start this run"),
        Binding("space", "do('run')", "Run", tooltip="Go on"),
        Binding("space", "do('pause')", "Pause", tooltip="Begin no further call"),
        Binding("escape", "do('stop')", "Stop", tooltip="End at once, keep what was answered"),
        Binding("m", "do('model')", "Model", tooltip="Choose the model of every role"),
        Binding("J", "do('judge')", "Judge", tooltip="Choose the model that judges replies"),
        Binding("s", "do('setting')", "Setting", tooltip="The same scene under another setting"),
        Binding("left", "do('look', -1)", "Earlier", show=False, tooltip="An earlier scene"),
        Binding("right", "do('look', 1)", "Later", show=False, tooltip="A later scene"),
        Binding("n", "do('newest')", "Newest", show=False, tooltip="The scene that is going on"),
        Binding("l", "known", "Learnt", tooltip="Go to what was learnt, and back"),
        Binding("e", "do('evidence')", "Evidence", show=False, tooltip="The words it rests on"),
        Binding("t", "do('truth')", "Truth", show=False, tooltip="Who they really are"),
        Binding("v", "do('charts')", "Charts", tooltip="Metrics by scene and setting"),
        Binding("c", "do('compare')", "Compare", tooltip="Figures, differences, another run"),
        Binding("r", "do('again')", "Again", show=False, tooltip="The same people, other settings"),
        Binding("x", "do('export')", "Export", tooltip="Write the run into files"),
        Binding("a", "do('chat')", "Chat", show=False, tooltip="Chat with the selected person"),
        Binding("w", "do('sent')", "Sent", show=False, tooltip="What exactly was sent"),
        Binding("plus", "do('more', 1)", "More", show=False, tooltip="One more call at a time"),
        Binding("minus", "do('more', -1)", "Less", show=False, tooltip="One call less at a time"),
        Binding("u", "do('you')", "You", show=False, tooltip="What Salon knows of you"),
        Binding("R", "do('rename')", "Title", show=False, tooltip="Give the run a title"),
        Binding("slash", "write", "Command", show=False, tooltip="Type a command"),
        Binding("ctrl+n", "do('new')", "New", show=False, tooltip="Set up another run"),
        Binding("ctrl+r", "do('resume')", "Earlier runs", show=False, tooltip="Open a stored run"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.conductor: Conductor | None = None
        """Who does what the keys ask for; there from shortly after the first paint."""
        self._furnished = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        yield Vertical(id="lab-top")
        with Horizontal(id="lab-floor"):
            yield Vertical(id="lab-left")
            yield Vertical(id="lab-middle")
            yield Vertical(id="lab-right")
        yield Vertical(id="lab-bottom")

    def on_mount(self) -> None:
        self.set_class(True, "-choosing")
        self._furnish()

    @work(group="furnish")
    async def _furnish(self) -> None:
        stage, problem = await asyncio.to_thread(_new_stage, self.app.runtime)
        conductor = await asyncio.to_thread(_new_conductor, self, stage)
        await self.query_one("#lab-top").mount(conductor.header)
        await self.query_one("#lab-left").mount(conductor.people)
        await self.query_one("#lab-middle").mount(conductor.start, conductor.talk)
        await self.query_one("#lab-right").mount(conductor.known, conductor.evidence)
        await self.query_one("#lab-bottom").mount(conductor.foot())
        self.conductor = conductor
        self._furnished.set()
        await conductor.make_ready(problem)

    @property
    def ready(self) -> bool:
        """Whether everything is there."""
        return self._furnished.is_set()

    # Look

    @property
    def choosing(self) -> bool:
        """Whether a run is being set up."""
        return self.conductor is None or not self.conductor.begun

    def make_room(self) -> None:
        """Make room for the start card, or for a run."""
        self.set_class(self.choosing, "-choosing")
        self.on_resize()
        self.refresh_bindings()

    def on_resize(self) -> None:
        size = self.size
        self.set_class(size.width < _NARROW, "-narrow")
        self.set_class(size.width >= _WIDE, "-wide")
        if self.conductor is not None:
            self.conductor.prompt.styles.max_height = max(1, min(4, size.height // 4))

    def show_talk(self) -> None:
        """Have the conversation on screen, and the keys with it."""
        assert self.conductor is not None
        self.remove_class("-known")
        self.set_focus(self.conductor.talk)

    def show_known(self) -> None:
        """Have what stands beside the conversation on screen, where there is room for one."""
        assert self.conductor is not None
        if self.has_class("-narrow") and not self.has_class("-known"):
            self.add_class("-known")
            self.set_focus(self.conductor.known)

    def action_known(self) -> None:
        """Go to what was learnt, in place of the conversation where there is little room."""
        assert self.conductor is not None
        conductor = self.conductor
        there = self.focused is not conductor.known
        self.set_class(there, "-known")
        self.set_focus(conductor.known if there else conductor.main_focus)

    # Doing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now, so that the key bar stays short and true."""
        return possible(parameters[0] if action == "do" and parameters else action, self.conductor)

    async def action_do(self, verb: str, *arguments: object) -> None:
        """Have the conductor do something; a key that comes too early waits its turn."""
        await self._furnished.wait()
        assert self.conductor is not None
        doing = self.conductor.do(verb, *arguments)
        if verb in AT_ONCE:
            await doing
        else:
            self.run_worker(doing, group="ask")

    def action_write(self) -> None:
        """Have a command typed."""
        if self.conductor is not None:
            self.conductor.open_prompt()

    # What the shell asks for

    async def grant(self, wish: Wish) -> None:
        await self._furnished.wait()
        assert self.conductor is not None
        await self.conductor.do("grant", wish)

    @property
    def session_id(self) -> str | None:
        session = None if self.conductor is None else self.conductor.stage.session
        return None if session is None else session.id

    @property
    def busy(self) -> str:
        working = self.conductor is not None and self.conductor.stage.working
        return "a run of the lab is going on" if working else ""

    async def describe(self, *, title: str | None = None, pinned: bool | None = None) -> None:
        assert self.conductor is not None
        await self.conductor.actions.do("describe", title, pinned)

    async def let_go(self) -> None:
        await self._furnished.wait()
        assert self.conductor is not None
        await self.conductor.do("new")

    async def wind_down(self) -> None:
        if self.conductor is not None:
            await self.conductor.wind_down()

    @property
    def help_text(self) -> str:
        from tui.lab.slash import help_table

        return f"{_HELP}\n\n{help_table()}"

    # What its widgets tell

    def on_start_form_changed(self, event: StartForm.Changed) -> None:
        assert self.conductor is not None
        self.conductor.stage.draft = event.draft

    @on(RowList.Moved, "#lab-people")
    def _person_moved(self) -> None:
        if self.conductor is not None:
            self.conductor.board.select()

    @on(RowList.Moved, "#lab-known")
    def _value_moved(self) -> None:
        if self.conductor is not None:
            self.conductor.board.beside.show_evidence()

    @on(RowList.Chosen, "#lab-known")
    async def _value_chosen(self) -> None:
        await self.action_do("evidence")

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        assert self.conductor is not None
        self.app.copy_to_clipboard(event.text)
        self.conductor.status.hint = f"{event.what} sent to the terminal's clipboard"

    async def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        assert self.conductor is not None
        await self.conductor.typed(event.text_sent)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if self.conductor is not None and self.conductor.prompt_row.display:
            self.conductor.typing(event.text_area.text)

    def on_prompt_left(self) -> None:
        assert self.conductor is not None
        self.conductor.leave_prompt()

    def on_prompt_ambiguous(self, event: Prompt.Ambiguous) -> None:
        assert self.conductor is not None
        self.conductor.offer(event.texts)


def _new_stage(runtime: Runtime) -> tuple[LabStage, SalonError | None]:
    """Import what runs the lab, away from the event loop, and read what is offered at first."""
    from core.errors import SalonError
    from tui.lab.stage import LabStage

    stage = LabStage(runtime)
    try:
        stage.load()
    except SalonError as error:
        return stage, error
    return stage, None


def _new_conductor(screen: LabScreen, stage: LabStage) -> Conductor:
    """Import what shows it."""
    from tui.lab.conductor import Conductor

    return Conductor(screen, stage)
