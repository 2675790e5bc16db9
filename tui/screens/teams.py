"""The teams pane: a tree of personas, and a word of yours at any level of it.

The screen is what can be painted at once: the shell, the keys. What needs the engine is
furnished after the first paint; `tui.teams.conductor` then does what the keys ask for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from tui.panes import PaneScreen
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
_ON_PROPOSAL = frozenset({"apply", "edit", "redirect", "refuse", "skip"})
_ON_TEAM = frozenset({
    "autonomy",
    "autopilot",
    "budget",
    "find",
    "found",
    "model",
    "new",
    "pending",
    "write",
})
_ON_RUN = frozenset({"compare", "copy", "export", "fork", "rename", "replay", "saw"})
"""What needs a session."""
_AT_ONCE = frozenset({
    "apply",
    "autonomy",
    "autopilot",
    "copy",
    "found",
    "go",
    "other",
    "pending",
    "skip",
    "stop",
})
"""What asks nothing back, and is done in the order in which keys are pressed."""
_OTHERS = Binding.Group("Others", compact=True)

_HELP = """\
A team is a tree of personas. Whatever one of them says is a proposal first: to somebody it \
asks, or its answer to whoever asked it. You let it through (**a**), change it (**e**), send it \
elsewhere (**>**), refuse it (**x**), reply yourself (**t**) or leave it out (**s**); or you \
let the autopilot do that (**space**), for all of them or, with **u**, for one.

Whoever is selected in the tree is whom you speak to, at any time. **p** goes to what has waited \
longest, wherever that is; **F8** does so from any pane and from the middle of a text.

Everything is on record: **l** shows when what happened; **f** goes back to any moment, **r** does \
and says something different there, **c** shows the branches that came of it side by side.

Teams are YAML files in a folder `teams` beside your personas, and personas with `delegates`."""


class TeamsScreen(PaneScreen):
    """A tree, the page of one node, its proposal, the timeline."""

    CSS_PATH = "teams.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("enter", "do('start')", "Start", tooltip="Start the team in the list"),
        Binding("a", "do('apply')", "Apply", show=False, tooltip="Let the proposal through"),
        Binding("e", "do('edit')", "Edit", show=False, tooltip="Let it through in other words"),
        Binding(
            "greater_than_sign",
            "do('redirect')",
            "Redirect",
            show=False,
            key_display=">",
            tooltip="Let it through to somebody else",
        ),
        Binding("x", "do('refuse')", "Refuse", show=False, tooltip="Have something else proposed"),
        Binding("t", "do('takeover')", "Take over", show=False, tooltip="Reply in its place"),
        Binding("s", "do('skip')", "Skip", show=False, tooltip="Go on without it"),
        Binding(
            "left_square_bracket",
            "do('other', -1)",
            "Before",
            show=False,
            key_display="[",
            group=_OTHERS,
            tooltip="The node's proposal before",
        ),
        Binding(
            "right_square_bracket",
            "do('other', 1)",
            "Next",
            show=False,
            key_display="]",
            group=_OTHERS,
            tooltip="The node's next proposal",
        ),
        Binding("escape", "do('stop')", "Stop", tooltip="Stop everything, keep what was said"),
        Binding("escape", "to_tree", "To the tree", show=False),
        Binding("space", "do('autopilot')", "Autopilot", tooltip="Let everything through, or not"),
        Binding("A", "do('budget')", "Autopilot for", show=False, tooltip="Autopilot on a budget"),
        Binding("n", "do('go')", "Go on", tooltip="Have whoever is due think, or try again"),
        Binding("p", "do('pending')", "Pending", tooltip="To what has waited longest"),
        Binding("i", "write", "Write", tooltip="Speak to the selected node, or to the team"),
        Binding("enter", "enter", show=False, tooltip="Speak to it; in the timeline: go there"),
        Binding("ctrl+enter", "send_now", show=False, tooltip="Stop its reply, take this in"),
        Binding("u", "do('autonomy')", "Autonomy", tooltip="Hold this node's proposals, or not"),
        Binding("m", "do('model')", "Model", show=False, tooltip="Another model for this node"),
        Binding("l", "timeline", "Timeline", tooltip="Show or hide what happened when"),
        Binding("h", "tree", "Tree", show=False, tooltip="Show or hide the tree"),
        Binding("f", "do('fork')", "Fork", tooltip="Go back to the selected moment"),
        Binding("r", "do('replay')", "Replay", tooltip="Go back, say something, run on"),
        Binding("c", "do('compare')", "Compare", tooltip="Branches side by side"),
        Binding("w", "do('saw')", "Sent", show=False, tooltip="What exactly was sent for a reply"),
        Binding("y", "do('copy')", "Copy", show=False, tooltip="Copy the selected message"),
        Binding("E", "do('export')", "Export", show=False, tooltip="Write a transcript"),
        Binding("R", "do('rename')", "Title", show=False, tooltip="Give the run a title"),
        Binding("ctrl+n", "do('new')", "Teams", tooltip="Choose another team"),
        Binding("ctrl+r", "do('resume')", "Earlier", tooltip="Go on with an earlier run"),
        Binding("ctrl+f", "do('find')", "Find", show=False, tooltip="Search on the page"),
        Binding("full_stop", "do('found', 1)", show=False, tooltip="Next place found"),
        Binding("comma", "do('found', -1)", show=False, tooltip="Previous place found"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.conductor: Conductor | None = None
        """Who does what the keys ask for; there from shortly after the first paint."""
        self._furnished = asyncio.Event()
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
        stage = await asyncio.to_thread(_new_stage, self.app.runtime)
        conductor = await asyncio.to_thread(_new_conductor, self, stage)
        await self.query_one("#teams-left").mount(conductor.teams, conductor.nodes)
        await self.query_one("#teams-middle").mount(*conductor.middle())
        await self.query_one("#teams-right").mount(conductor.timeline)
        await self.query_one("#teams-foot").mount(conductor.status, Footer(compact=True))
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
        """Offer only what can be done now, so that the footer stays short and true."""
        conductor = self.conductor
        verb = parameters[0] if action == "do" and parameters else action
        if conductor is None:
            return verb not in _ON_PROPOSAL | _ON_TEAM | _ON_RUN | {"stop"}
        if verb == "stop":
            return conductor.stage.at_work
        if verb == "start":
            return not conductor.chosen
        if verb in _ON_PROPOSAL:
            view = conductor.card.view
            return conductor.chosen and view is not None and view.tone == "pending"
        if verb == "go":
            return conductor.stage.stands_still
        if verb == "takeover":
            return conductor.can_reply
        if verb in _ON_TEAM or verb in {"timeline", "tree", "enter", "send_now"}:
            return conductor.chosen
        if verb in _ON_RUN:
            return conductor.stage.tree is not None
        return True

    async def action_do(self, verb: str, *arguments: object) -> None:
        """Have the conductor do something; a key that comes too early waits its turn."""
        await self._furnished.wait()
        assert self.conductor is not None
        doing = self.conductor.do(verb, *arguments)
        if verb in _AT_ONCE:
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
            if self.timeline_shown and self.has_class("-narrow"):
                self.action_timeline()
            lists = self.conductor
            self.set_focus(lists.nodes if lists.chosen else lists.teams)

    def action_enter(self) -> None:
        """Speak to the selected node; in the timeline, go to what is selected there."""
        assert self.conductor is not None
        row = self.conductor.timeline.current
        if self.focused is self.conductor.timeline and row is not None:
            if self.has_class("-narrow"):
                self.action_timeline()
            self.conductor.show_record(row.record.id)
        else:
            self.conductor.focus_prompt()

    async def action_send_now(self) -> None:
        """Send what is typed, and stop the reply of the selected node for it."""
        assert self.conductor is not None
        text = self.conductor.prompt.text
        if text.strip():
            self.conductor.prompt.clear()
            await self.conductor.typed(text, now=True)

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

        return f"{_HELP}\n\n{help_table()}"

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
        await self.conductor.typed(event.text_sent)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if self.conductor is not None:
            self.conductor.typing(event.text_area.text)

    def on_prompt_left(self) -> None:
        self.action_to_tree()

    def on_prompt_ambiguous(self, event: Prompt.Ambiguous) -> None:
        assert self.conductor is not None
        self.conductor.offer(event.texts)

    def on_transcript_copy_requested(self, event: Transcript.CopyRequested) -> None:
        assert self.conductor is not None
        self.app.copy_to_clipboard(event.text)
        self.conductor.status.hint = f"{event.what} sent to the terminal's clipboard"

    def on_transcript_message_activated(self) -> None:
        if self.conductor is not None and self.conductor.chosen:
            self.conductor.focus_prompt()


def _new_stage(runtime: Runtime) -> TeamsStage:
    """Import what runs a team, away from the event loop."""
    from tui.teams.stage import TeamsStage

    return TeamsStage(runtime)


def _new_conductor(screen: TeamsScreen, stage: TeamsStage) -> Conductor:
    """Import what shows one."""
    from tui.teams.conductor import Conductor

    return Conductor(screen, stage)
