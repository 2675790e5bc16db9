"""Holds the teams pane together: makes it ready, follows the engine, passes wishes on."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from textual.widget import Widget

from core.errors import CommandError, PersonaError, SalonError, StoreError
from core.events import Concluded, Event, Failed, TextDelta, TurnFinished
from tui.teams.board import Board
from tui.teams.card import Card
from tui.teams.choosing import TeamRow, preview_of, problem_of
from tui.teams.moments import Moment
from tui.teams.node_header import NodeHeader
from tui.teams.node_rows import NodeRow
from tui.teams.speaking import Speaking
from tui.teams.stage import TeamsStage
from tui.teams.wording import NOTHING_WAITS, place_of
from tui.widgets.prompt import Prompt, PromptRow
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tui.screens.teams import TeamsScreen
    from tui.teams.actions import Actions

_MEASURE = 110
"""Cells of a line of text that can be read with ease."""
_REST = 0.05
"""Seconds on one team after which its file is read."""
_NO_TEAMS = """\
No teams yet.

A team is a YAML file in a folder
teams beside your personas, or a
persona with delegates."""
_ABOUT = """\
A team of personas: one that leads, others that it asks, and whatever any of
them says is a proposal, until you let it through or leave that to the autopilot.

    enter   starts the team in the list
    ctrl+r  goes on with an earlier run
    F1      help
"""


class Conductor:
    """Stands between the screen, the stage and the board."""

    def __init__(self, screen: TeamsScreen, stage: TeamsStage) -> None:
        self.screen = screen
        self.stage = stage
        runtime = screen.app.runtime
        self.teams: RowList[TeamRow] = RowList(id="team-list")
        self.nodes: RowList[NodeRow] = RowList(id="nodes")
        self.header = NodeHeader(id="node-header")
        self.talk = Transcript(id="talk", placeholder=_ABOUT, measure=_MEASURE)
        self.card = Card(id="card")
        self.timeline: RowList[Moment] = RowList(id="timeline")
        self.timeline.placeholder = "Nothing has happened yet."
        self.status = StatusLine(id="status")
        self.prompt = Prompt(id="prompt", placeholder="write, or / for commands")
        self.board = Board(stage, self, lambda: runtime.settings.prices)
        self.speaking = Speaking(self)
        self.following = False
        """Whether to go to what waits next, since what waited was decided or asked for."""
        self._beginning = asyncio.Lock()
        self._offered: tuple[object, ...] = ()

    @cached_property
    def actions(self) -> Actions:
        """What can be done here."""
        from tui.teams.actions import Actions

        return Actions(self)

    def middle(self) -> list[Widget]:
        """Return what stands in the middle, from top to bottom."""
        return [self.header, self.talk, self.card, PromptRow(self.speaking.label, self.prompt)]

    @property
    def chosen(self) -> bool:
        """Whether a team is set up or runs."""
        return self.stage.state is not None

    # The list of teams

    async def make_ready(self) -> None:
        """Show the list of teams, or what the pane had open before it was reloaded."""
        if not self.chosen:
            await self.show_list()
            return
        self.show_team()
        if self.stage.running:
            self.follow()

    async def show_list(self) -> None:
        """Show the teams there are, in place of a run."""
        self.board.pages.leave()
        self.screen.make_room(choosing=True)
        self.status.state = "reading …"
        self.talk.placeholder = _ABOUT
        self.talk.clear()
        self.talk.screen.set_focus(self.teams)
        try:
            headers = await asyncio.to_thread(self.screen.app.runtime.teams.headers)
        except SalonError as error:
            self.report(error)
            headers = []
        self.teams.placeholder = _NO_TEAMS
        self.teams.show([TeamRow(each) for each in headers], height=2)
        self.status.state = f"{len(headers)} teams · enter starts one" if headers else "no teams"
        self.refresh()
        await self.preview()

    async def preview(self) -> None:
        """Show how the team reads that the list stands on."""
        row = self.teams.current
        if row is None or self.chosen:
            return
        await asyncio.sleep(_REST)
        try:
            draft = await asyncio.to_thread(self.screen.app.runtime.teams.read, row.header.path)
            entries = await asyncio.to_thread(lambda: list(preview_of(draft)))
        except PersonaError as error:
            entries = [problem_of(error)]
        if not self.chosen:
            self.talk.load(entries)
            self.screen.call_after_refresh(self.talk.action_scroll_home)

    # A team

    def show_team(self) -> None:
        """Show the team that is set up or was opened."""
        self.screen.make_room(choosing=False)
        self.board.show_team()
        self.board.select()
        self.talk.screen.set_focus(self.nodes)
        self.refresh()

    def select(self, path: str) -> None:
        """Go to a node of the team."""
        places = [each.path for each in self.nodes.rows]
        if path in places:
            self.nodes.cursor = places.index(path)
            self.board.select()

    def go_to_waiting(self) -> bool:
        """Go to what has waited longest for a human; whether anything has."""
        state = self.stage.state
        if state is None or not state.inbox:
            return False
        self.select(state.inbox[0].node or state.team.root.path)
        self.screen.show_page()
        return True

    def show_record(self, record_id: str) -> bool:
        """Go to where a record can be read; whether there is such a place on this branch."""
        tree = self.stage.tree
        if tree is None or not tree.on_path(record_id):
            return False
        record = tree.get(record_id)
        self.select(place_of(record) or tree.root.data["root"]["path"])
        for entry_id in (record.id, str(record.data.get("source")), f"{record.id} own"):
            if entry_id in self.talk:
                self.talk.move_cursor(entry_id)
                break
        self.talk.screen.set_focus(self.talk)
        return True

    def moment(self) -> str | None:
        """Return the record that the timeline, or else the page, stands on."""
        selected = self.talk.cursor_id
        if selected is not None and self.talk.has_focus:
            return selected.removesuffix(" own")
        row = self.timeline.current
        return row.record.id if row is not None and self.screen.timeline_shown else None

    def looked(self) -> None:
        """Take in that the cursor of the tree has moved."""
        if self.board.selected != self.board.pages.shown:
            self.following = False
            self.speaking.aim_anew()
        self.board.select()
        self.refresh()

    @property
    def can_reply(self) -> bool:
        """Whether the selected node has something to reply to."""
        state, path = self.stage.state, self.board.selected
        return state is not None and path is not None and state.nodes[path].task is not None

    def focus_prompt(self) -> None:
        """Let one type."""
        self.talk.screen.set_focus(self.prompt)

    async def ready_to_run(self) -> None:
        """Have an engine that runs: begin with what is set up.

        Raises:
            SalonError: it cannot begin, or the run is over.
        """
        async with self._beginning:
            if self.stage.engine is None:
                await self.stage.begin()
                self.follow()
        if not self.stage.running:
            raise CommandError("The run is over.", "ctrl+n, then ctrl+r: open it again.")

    # Doing

    async def do(self, verb: str, *arguments: object) -> None:
        """Do something; what goes wrong is said in place."""
        self.status.problem = self.status.hint = ""
        try:
            await self.actions.do(verb, *arguments)
        except SalonError as error:
            self.report(error)
        self.refresh()

    def report(self, error: SalonError) -> None:
        """Say what went wrong, where one is looking."""
        self.status.problem = str(error)

    # Following

    def refresh(self) -> None:
        """Update the key bar and the prompt."""
        self.speaking.show()
        self.prompt.stoppable = self.stage.at_work
        view = self.card.view
        offered = (
            self.chosen,
            self.stage.at_work,
            None if view is None else (view.tone, view.place),
            self.stage.tree is not None,
            self.screen.timeline_shown,
            self.stage.stands_still,
            self.can_reply,
        )
        if offered != self._offered:
            self._offered = offered
            self.screen.refresh_bindings()

    def follow(self) -> None:
        """Let the engine run, and show what it says until it ends."""
        self.stage.run()
        self.screen.run_worker(self._follow(), group="run")

    async def _follow(self) -> None:
        engine = self.stage.engine
        try:
            async for event in self.screen.app.engine_events(self.stage.events()):
                if self.stage.engine is not engine:
                    return
                self.board.show(event)
                if not isinstance(event, TextDelta):
                    self._go_along(event)
                    self.refresh()
                if isinstance(event, TurnFinished | Failed):
                    self.screen.settle()
        except SalonError as error:
            self.report(error)
        if self.stage.engine is engine:
            self.board.show_state()
            self.refresh()

    def _go_along(self, event: Event) -> None:
        """Go to what waits now or to the answer, unless one writes or has gone elsewhere."""
        state = self.stage.state
        if state is None:
            return
        if state.inbox and self.status.hint == NOTHING_WAITS:
            self.status.hint = ""
        if not self.following or self.prompt.text.strip():
            return
        if isinstance(event, Concluded):
            self.following = False
            self.select(state.team.root.path)
            return
        # What the autopilot is about to let through waits for nobody.
        if not state.inbox or (state.autopilot is not None and self.stage.at_work):
            return
        self.following = False
        first = state.inbox[0]
        self.select(first.node or state.team.root.path)
        if self.prompt.has_focus:
            self.talk.screen.set_focus(self.nodes)

    async def settle(self) -> None:
        """Show that nobody thinks any more."""
        engine = self.stage.engine
        if engine is not None:
            await engine.idle()
            self.board.show_state()
            self.refresh()

    async def wind_down(self) -> None:
        """End what runs; what was said is kept."""
        try:
            await self.stage.close()
        except StoreError as error:
            self.report(error)
