"""The teams pane: a tree of personas, and a word of yours at any level of it.

The screen is what can be painted at once: the shell, the keys. What needs the engine is
furnished after the first paint; `tui.teams.conductor` then does what the keys ask for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.pane.key_bar import KeyBar
from tui.panes import PaneScreen
from tui.teams.keys import AT_ONCE, HELP, KEYS, possible
from tui.widgets.row_list import RowList
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from core.runtime import Runtime
    from tui.teams.conductor import Conductor
    from tui.teams.stage import TeamsStage
    from tui.widgets.prompt import Prompt
    from tui.widgets.transcript import Transcript
    from tui.wishes import Wish

_NARROW = 100
"""Columns below which everything stands in one column."""
_WIDE = 140
"""Columns from which the timeline is there without being asked for."""


class TeamsScreen(PaneScreen):
    """A tree, the page of one node, its proposal, the timeline."""

    CSS_PATH = "teams.tcss"
    AUTO_FOCUS = ""
    BINDINGS = KEYS

    def __init__(self) -> None:
        super().__init__()
        self.conductor: Conductor | None = None
        """Who does what the keys ask for; there from shortly after the first paint."""
        self._timeline: bool | None = None
        """Whether the timeline was asked for; `None`: where there is room."""

    def compose(self) -> ComposeResult:
        yield TopBar(id="top")
        with Horizontal(id="teams-floor"):
            yield Vertical(id="teams-left")
            yield Vertical(id="teams-middle")
            yield Vertical(id="teams-right")
        yield Vertical(id="teams-foot")

    def on_mount(self) -> None:
        self.set_class(True, "-choosing")
        self._furnish()

    @work(group="furnish")
    async def _furnish(self) -> None:
        stage, _ = await self.take_over(_new_stage)
        conductor = await asyncio.to_thread(_new_conductor, self, stage)
        await self.query_one("#teams-left").mount(conductor.teams, conductor.nodes)
        await self.query_one("#teams-middle").mount(*conductor.middle())
        await self.query_one("#teams-right").mount(conductor.timeline)
        await self.query_one("#teams-foot").mount(conductor.status, KeyBar())
        self.conductor = conductor
        self.on_resize()
        await conductor.make_ready()
        self._furnished.set()

    @property
    def ready(self) -> bool:
        """Whether everything is there."""
        return self._furnished.is_set()

    # Look

    @property
    def timeline_shown(self) -> bool:
        """Whether the timeline is on screen."""
        wanted = self.size.width >= _WIDE if self._timeline is None else self._timeline
        return wanted and not self.has_class("-choosing")

    def make_room(self, *, choosing: bool) -> None:
        """Make room for the list of teams, or for one of them."""
        self.set_class(choosing, "-choosing")
        self.on_resize()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= _WIDE, "-wide")
        self.set_class(self.size.width < _NARROW, "-narrow")
        self.set_class(self.timeline_shown, "-timeline")
        if self.conductor is not None:
            self.conductor.board.compact = self.size.width < _NARROW
            self.conductor.card.fit(self.size.height)
            self.conductor.prompt.styles.max_height = max(1, min(8, self.size.height // 4))
            self.call_after_refresh(self.conductor.board.show_state)

    def action_timeline(self) -> None:
        """Show or hide the timeline; where there is room for one thing only, in its place."""
        assert self.conductor is not None
        self._timeline = not self.timeline_shown
        self.on_resize()
        if self.timeline_shown:
            self.set_focus(self.conductor.timeline)
        elif self.focused is self.conductor.timeline:
            self.set_focus(self.conductor.nodes)
        self.conductor.refresh()

    def show_page(self) -> None:
        """Show the page of the selected node, where the timeline stands in its place."""
        if self.timeline_shown and self.has_class("-narrow"):
            self.action_timeline()

    def action_tree(self) -> None:
        """Show or hide the tree."""
        assert self.conductor is not None
        self.toggle_class("-no-tree")
        if self.has_class("-no-tree") and self.focused is self.conductor.nodes:
            self.set_focus(self.conductor.talk)

    def on_descendant_focus(self) -> None:
        """Say on the card whether its keys work now."""
        if self.conductor is not None:
            self.conductor.card.keys_away = self.conductor.prompt.has_focus

    # Doing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        verb = parameters[0] if action == "do" and parameters else action
        return possible(verb, self.conductor)

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
        """Go to the prompt."""
        assert self.conductor is not None
        self.conductor.focus_prompt()

    def action_to_tree(self) -> None:
        """Go to the tree, or to the list of teams."""
        if self.conductor is not None:
            self.show_page()
            lists = self.conductor
            self.set_focus(lists.nodes if lists.chosen else lists.teams)

    def action_enter(self) -> None:
        """Speak to the selected node; in the timeline, go to what is selected there."""
        assert self.conductor is not None
        row = self.conductor.timeline.current
        if self.focused is self.conductor.timeline and row is not None:
            self.show_page()
            self.conductor.show_record(row.record.id)
        else:
            self.conductor.focus_prompt()

    async def action_send_now(self) -> None:
        """Send what is typed, and stop the reply of the selected node for it."""
        assert self.conductor is not None
        text = self.conductor.prompt.text
        if text.strip():
            self.conductor.prompt.clear()
            await self.conductor.speaking.typed(text, now=True)

    # What the shell asks for

    async def grant(self, wish: Wish) -> None:
        await self._furnished.wait()
        assert self.conductor is not None
        await self.conductor.do("grant", wish)

    def hand_over(self) -> object:
        return super().hand_over() if self.conductor is None else self.conductor.stage

    @property
    def session_id(self) -> str | None:
        session = None if self.conductor is None else self.conductor.stage.session
        return None if session is None else session.id

    @property
    def busy(self) -> str:
        at_work = self.conductor is not None and self.conductor.stage.at_work
        return "the team is at work" if at_work else ""

    async def describe(self, *, title: str | None = None, pinned: bool | None = None) -> None:
        assert self.conductor is not None
        await self.conductor.actions.describe(title, pinned)

    async def let_go(self) -> None:
        await self._furnished.wait()
        assert self.conductor is not None
        await self.conductor.stage.close()
        await self.conductor.show_list()

    async def wind_down(self) -> None:
        if self.conductor is not None:
            await self.conductor.wind_down()

    @property
    def help_text(self) -> str:
        from tui.teams.slash import help_table

        return f"{HELP}\n\n{help_table()}"

    # What its widgets tell

    @on(RowList.Moved, "#nodes")
    def _node_moved(self) -> None:
        if self.conductor is not None:
            self.conductor.looked()

    @on(RowList.Chosen, "#nodes")
    def _node_chosen(self) -> None:
        self.action_write()

    @on(RowList.Moved, "#team-list")
    def _team_moved(self) -> None:
        if self.conductor is not None and self.ready:
            self._preview()

    @work(group="preview", exclusive=True)
    async def _preview(self) -> None:
        assert self.conductor is not None
        await self.conductor.preview()

    @work(group="settle", exclusive=True)
    async def settle(self) -> None:
        """Wait until nobody thinks any more, and show that."""
        assert self.conductor is not None
        await self.conductor.settle()

    @on(RowList.Chosen, "#team-list")
    async def _team_chosen(self) -> None:
        await self.action_do("start")

    @on(RowList.Chosen, "#timeline")
    def _moment_chosen(self) -> None:
        self.action_enter()

    async def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        assert self.conductor is not None
        await self.conductor.speaking.typed(event.text_sent)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if self.conductor is not None:
            self.conductor.speaking.typing(event.text_area.text)

    def on_prompt_left(self) -> None:
        self.action_to_tree()

    def on_prompt_ambiguous(self, event: Prompt.Ambiguous) -> None:
        assert self.conductor is not None
        self.conductor.speaking.offer(event.texts)

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        assert self.conductor is not None
        self.app.copy_to_clipboard(event.text)
        self.conductor.status.hint = f"{event.what} sent to the terminal's clipboard"

    def on_transcript_message_activated(self) -> None:
        if self.conductor is not None and self.conductor.chosen:
            self.conductor.focus_prompt()


def _new_stage(runtime: Runtime) -> tuple[TeamsStage, None]:
    """Import what runs a team, away from the event loop."""
    from tui.teams.stage import TeamsStage

    return TeamsStage(runtime), None


def _new_conductor(screen: TeamsScreen, stage: TeamsStage) -> Conductor:
    """Import what shows one."""
    from tui.teams.conductor import Conductor

    return Conductor(screen, stage)
