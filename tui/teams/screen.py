"""The Teams pane: a tree of personas, and a word of yours at any level of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.pane.session_screen import SessionScreen
from tui.teams.table import TABLE
from tui.widgets.row_list import RowList
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tui.teams.controller import TeamsController
    from tui.widgets.transcript import Transcript

_NARROW = 100
"""Columns below which everything stands in one column."""
_WIDE = 140
"""Columns from which the timeline is shown without being asked for."""


class TeamsScreen(SessionScreen["TeamsController"]):
    """A tree, the page of one node, its proposal, the timeline."""

    CSS_PATH = "screen.tcss"
    TABLE = TABLE
    BINDINGS = TABLE.bindings()
    BUSY = "the team is at work"
    ABOUT = """\
A team is a tree of personas. Whatever one of them says is a proposal first: to one that it \
asks, or its answer to the one that asked it. You apply it (**a**), edit it (**e**), send it to \
another (**o**), refuse it (**r**), reply yourself (**t**) or skip it (**d**); or you let the \
autopilot do that (**space**), for all of them or, with **P**, for one.

The node that is selected in the tree is the one you speak to, at any time. **p** goes to what has \
waited longest, wherever that is; **F8** does so from any pane and from the middle of a text.

Everything is on record: **l** shows when what happened; **f** goes back to any moment, **R** does \
and says something different there, **b** shows the branches that came of it side by side, and \
**enter** there makes one of them the main line.

From the list a team can be chatted with (**c**) or seated at a meetup (**a**, **b**) as if it \
were one persona: it works on autopilot, and **v** shows its run while it does.

Teams are YAML files in a folder `teams` beside your personas, and personas with `delegates`."""

    def __init__(self) -> None:
        super().__init__()
        self._timeline: bool | None = None
        """Whether the timeline was asked for; `None`: where there is room."""

    def compose(self) -> ComposeResult:
        self.set_class(True, "-choosing")
        yield TopBar(id="top")
        with Horizontal(id="teams-floor"):
            yield Vertical(id="teams-left")
            yield Vertical(id="teams-middle")
            yield Vertical(id="teams-right")
        yield Vertical(id="teams-bottom")

    def make_controller(self) -> TeamsController:
        from tui.teams.controller import TeamsController
        from tui.teams.session import TeamsSession

        return TeamsController(self, self.pane_session(TeamsSession))

    async def mount_widgets(self, controller: TeamsController) -> None:
        await self.query_one("#teams-left").mount(controller.teams, controller.nodes)
        await self.query_one("#teams-middle").mount(*controller.middle())
        await self.query_one("#teams-right").mount(controller.timeline)
        await self.query_one("#teams-bottom").mount(controller.foot())

    # Look

    @property
    def timeline_shown(self) -> bool:
        """Whether the timeline is on screen."""
        wanted = self.size.width >= _WIDE if self._timeline is None else self._timeline
        return wanted and not self.has_class("-choosing")

    def update_layout(self) -> None:
        size, controller = self.size, self.controller
        chosen = controller.session.chosen
        self.set_class(not chosen, "-choosing")
        self.set_class(size.width >= _WIDE, "-wide")
        self.set_class(size.width < _NARROW, "-narrow")
        self.set_class(self.timeline_shown, "-timeline")
        controller.input.row.display = chosen
        controller.view.compact = size.width < _NARROW
        controller.card.fit(size.height)
        controller.prompt.styles.max_height = max(1, min(8, size.height // 4))
        self.call_after_refresh(controller.view.show_state)

    def toggle_timeline(self) -> None:
        """Show or hide the timeline; where there is room for one thing only, in its place."""
        controller = self.controller
        self._timeline = not self.timeline_shown
        self.update_layout()
        if self.timeline_shown:
            self.set_focus(controller.timeline)
        elif self.focused is controller.timeline:
            self.set_focus(controller.nodes)

    def show_page(self) -> None:
        """Show the page of the selected node, where the timeline stands in its place."""
        if self.timeline_shown and self.has_class("-narrow"):
            self.toggle_timeline()

    def toggle_tree(self) -> None:
        """Show or hide the tree."""
        self.toggle_class("-no-tree")
        if self.has_class("-no-tree") and self.focused is self.controller.nodes:
            self.set_focus(self.controller.talk)

    def on_descendant_focus(self) -> None:
        """Say on the card whether its keys work now."""
        if self.ready:
            self.controller.card.keys_away = self.controller.prompt.has_focus

    @work(group="settle", exclusive=True)
    async def settle(self) -> None:
        """Wait until no node thinks any more, and show that."""
        await self.controller.settle()

    # What its widgets tell

    @on(RowList.Moved, "#nodes")
    def _node_moved(self) -> None:
        self.controller.looked()

    @on(RowList.Chosen, "#nodes")
    async def _node_chosen(self) -> None:
        await self.action_command("write")

    @on(RowList.Moved, "#team-list")
    def _team_moved(self) -> None:
        if self.ready:
            self._preview()

    @work(group="preview", exclusive=True)
    async def _preview(self) -> None:
        await self.controller.preview()

    @on(RowList.Chosen, "#team-list")
    async def _team_chosen(self) -> None:
        await self.action_command("start")

    @on(RowList.Chosen, "#timeline")
    async def _moment_chosen(self) -> None:
        await self.action_command("speak")

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        self.app.copy_to_clipboard(event.text)
        self.controller.status.hint = f"{event.what} sent to the terminal's clipboard"

    async def on_transcript_message_activated(self) -> None:
        if self.controller.session.chosen:
            await self.action_command("write")
