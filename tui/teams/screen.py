"""The Teams pane: a tree of personas, and a word of yours at any level of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.pane.session_screen import SessionScreen
from tui.teams.table import TABLE
from tui.widgets.row_list import RowList
from tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.pane.handlers import Handlers
    from tui.teams.controller import TeamsController


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

    def topics(self, controller: TeamsController) -> Sequence[Handlers[Any]]:
        from core.teams.setup import ENGINE
        from tui.pane.common import SessionHandlers, TranscriptExport
        from tui.teams.page_handlers import PageHandlers
        from tui.teams.proposal_handlers import ProposalHandlers
        from tui.teams.run_handlers import BranchHandlers, RunHandlers
        from tui.teams.setup_handlers import SetupHandlers

        return (
            SetupHandlers(controller),
            ProposalHandlers(controller),
            RunHandlers(controller),
            BranchHandlers(controller),
            PageHandlers(controller),
            SessionHandlers(controller, "run", ENGINE),
            TranscriptExport(controller, "team"),
        )

    async def mount_widgets(self, controller: TeamsController) -> None:
        await self.query_one("#teams-left").mount(controller.teams, controller.nodes)
        await self.query_one("#teams-middle").mount(*controller.middle())
        await self.query_one("#teams-right").mount(controller.timeline)
        await self.query_one("#teams-bottom").mount(controller.foot())

    def update_layout(self) -> None:
        size, controller = self.size, self.controller
        chosen = controller.session.chosen
        controller.layout.update(chosen=chosen)
        controller.input.row.display = chosen
        controller.view.compact = controller.layout.narrow
        controller.card.fit(size.height)
        controller.prompt.styles.max_height = max(1, min(8, size.height // 4))
        self.call_after_refresh(controller.view.show_state)

    def on_descendant_focus(self) -> None:
        """Say on the card whether its keys work now."""
        if self.ready:
            self.controller.card.keys_away = self.controller.prompt.has_focus

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

    async def on_transcript_message_activated(self) -> None:
        if self.controller.session.chosen:
            await self.action_command("write")
