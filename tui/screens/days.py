"""The days pane: an agent looks after customers day by day, and one watches it learn.

The screen is what can be painted at once: the shell, the keys. What needs the engine is
furnished after the first paint; `tui.days.conductor` then does what the keys ask for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from tui.days.keys import AT_ONCE, possible
from tui.panes import PaneScreen
from tui.widgets.row_list import RowList
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from core.errors import SalonError
    from core.runtime import Runtime
    from tui.days.conductor import Conductor
    from tui.days.stage import DaysStage
    from tui.days.stories import StoryList
    from tui.widgets.prompt import Prompt
    from tui.widgets.start_card import StartForm
    from tui.wishes import Wish

_NARROW, _WIDE, _TALL = 110, 160, 46
"""Columns below which one thing is shown at a time, columns for three, rows for a chart."""
_HELP = (
    "An agent looks after customers, one day at a time: it observes, decides, acts, sees what "
    "came of it, and learns. Each customer's day is a card; beside the cards stands what the "
    "agent has learnt, the latest changes marked with ←."
)


class DaysScreen(PaneScreen):
    """A start card, then the cards of a day, what was learnt, and the customers."""

    CSS_PATH = "days.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("enter", "do('begin')", "Start", tooltip="Start this run"),
        Binding("space", "do('run')", "Run", tooltip="Run to the end"),
        Binding("space", "do('pause')", "Pause", tooltip="Pause after this customer"),
        Binding("n", "do('next')", "Next day", tooltip="Live the next day"),
        Binding("w", "do('week')", "Week", tooltip="Live a week"),
        Binding("s", "do('step')", "One", show=False, tooltip="Look after one more customer"),
        Binding("escape", "do('stop')", "Stop", tooltip="Stop at once, keep what was decided"),
        Binding("enter", "do('customer')", "Customer", tooltip="Open the selected customer"),
        Binding("P", "do('policy')", "Policy", tooltip="Choose who decides from here on"),
        Binding("m", "do('model')", "Model", show=False, tooltip="Choose the model that decides"),
        Binding("c", "do('compare')", "Compare", tooltip="The same days with another policy"),
        Binding("v", "do('charts')", "Charts", tooltip="Engagement, money, regret, calibration"),
        Binding(
            "i", "do('sent')", "Sent", show=False, tooltip="What exactly was sent for the card"
        ),
        Binding("l", "ledger", "Learnt", tooltip="Show what was learnt in place of the cards"),
        Binding("f", "do('fork')", "Fork", tooltip="Go back to the end of a day"),
        Binding("r", "do('reset')", "Reset", tooltip="Begin again, with this seed or another"),
        Binding("x", "do('export')", "Export", tooltip="Write the run into files"),
        Binding("left", "do('look', -1)", "Earlier", show=False, tooltip="The cards of a day ago"),
        Binding("right", "do('look', 1)", "Later", show=False, tooltip="The cards of a day later"),
        Binding("y", "do('copy')", "Copy", show=False, tooltip="Copy the selected card"),
        Binding("R", "do('rename')", "Title", show=False, tooltip="Give the run a title"),
        Binding("slash", "write", "Command", show=False, tooltip="Type a command"),
        Binding("ctrl+n", "do('new')", "New", show=False, tooltip="Set up another run"),
        Binding(
            "ctrl+r", "do('resume')", "Earlier", show=False, tooltip="Go on with an earlier run"
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.conductor: Conductor | None = None
        """Who does what the keys ask for; there from shortly after the first paint."""
        self._furnished = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        yield Vertical(id="days-top")
        with Horizontal(id="days-floor"):
            yield Vertical(id="days-main")
            with Vertical(id="days-side"):
                yield Vertical(id="days-learnt")
                yield Vertical(id="days-people")
        yield Vertical(id="days-bottom")

    def on_mount(self) -> None:
        self.set_class(True, "-choosing")
        self._furnish()

    @work(group="furnish")
    async def _furnish(self) -> None:
        stage, problem = await asyncio.to_thread(_new_stage, self.app.runtime)
        conductor = await asyncio.to_thread(_new_conductor, self, stage)
        learnt, people = conductor.sides()
        await self.query_one("#days-top").mount(conductor.header)
        await self.query_one("#days-main").mount(*conductor.main())
        await self.query_one("#days-learnt").mount(*learnt)
        await self.query_one("#days-people").mount(*people)
        await self.query_one("#days-bottom").mount(conductor.foot())
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
        """Make room for the start card, a cast or a population."""
        conductor = self.conductor
        self.set_class(self.choosing, "-choosing")
        self.set_class(conductor is not None and conductor.bulk, "-bulk")
        self.on_resize()
        self.refresh_bindings()

    def on_resize(self) -> None:
        size = self.size
        self.set_class(size.width < _NARROW, "-narrow")
        self.set_class(size.width >= _WIDE, "-wide")
        self.set_class(size.height >= _TALL, "-tall")
        if self.conductor is not None:
            self.conductor.prompt.styles.max_height = max(1, min(4, size.height // 4))

    def action_ledger(self) -> None:
        """Show what was learnt in place of the cards, or go to it where there is room for both."""
        assert self.conductor is not None
        conductor = self.conductor
        if self.has_class("-narrow"):
            self.toggle_class("-ledger")
            there = self.has_class("-ledger")
        else:
            there = self.focused is not conductor.learnt
        self.set_focus(conductor.learnt if there else conductor.main_focus)

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

    @work(group="settle", exclusive=True)
    async def settle(self) -> None:
        """Wait until nothing is done any more, and show that."""
        assert self.conductor is not None
        await self.conductor.settle()

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
        return "days are passing" if working else ""

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
        from tui.days.slash import help_table

        return f"{_HELP}\n\n{help_table()}"

    # What its widgets tell

    def on_start_form_changed(self, event: StartForm.Changed) -> None:
        assert self.conductor is not None
        self.conductor.stage.draft = event.draft

    async def on_story_list_chosen(self) -> None:
        await self.action_do("customer")

    async def on_story_list_newest(self, event: StoryList.Newest) -> None:
        if event.stories.pinned:
            await self.action_do("newest")

    @on(RowList.Chosen)
    async def _row_chosen(self) -> None:
        await self.action_do("customer")

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


def _new_stage(runtime: Runtime) -> tuple[DaysStage, SalonError | None]:
    """Import what runs days, away from the event loop, and read what is offered at first."""
    from core.errors import SalonError
    from tui.days.stage import DaysStage

    stage = DaysStage(runtime)
    try:
        stage.load()
    except SalonError as error:
        return stage, error
    return stage, None


def _new_conductor(screen: DaysScreen, stage: DaysStage) -> Conductor:
    """Import what shows them."""
    from tui.days.conductor import Conductor

    return Conductor(screen, stage)
