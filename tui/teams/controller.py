"""Runs the Teams pane: makes its widgets, passes commands on, shows how a team works."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.containers import Vertical
from textual.widget import Widget

from core.errors import CommandError, PersonaError, SalonError, UsageError
from core.events import Event, Failed, TextDelta, TurnFinished
from tui.navigation import NavigationRequest, OpenSession, ShowPending
from tui.pane.controller import PaneController
from tui.pane.key_bar import KeyBar
from tui.teams.card import Card
from tui.teams.layout import Layout
from tui.teams.moments import Moment
from tui.teams.navigation import Navigation
from tui.teams.node_header import NodeHeader
from tui.teams.node_rows import NodeRow
from tui.teams.prompt import TeamsPrompt
from tui.teams.session import TeamsSession
from tui.teams.team_list import TeamRow, preview_of, problem_of
from tui.teams.view import View
from tui.widgets.row_list import RowList
from tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from core.teams.engine import TeamEngine
    from tui.pane.screen import CommandScreen

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
them says is a proposal, until you apply it or leave that to the autopilot.

    enter   starts the team in the list
    ctrl+r  resumes an earlier run
    F1      help
"""


class TeamsController(PaneController[TeamsSession]):
    """Stands between the screen, the run and its view."""

    ENDING = ("The team is still at work. End that?", "What was said is kept; ctrl+r resumes it.")
    PROMPT = TeamsPrompt
    input: TeamsPrompt

    def __init__(self, screen: CommandScreen[Any], session: TeamsSession) -> None:
        super().__init__(screen, session)
        self.teams: RowList[TeamRow] = RowList(id="team-list")
        self.teams.placeholder = _NO_TEAMS
        self.nodes: RowList[NodeRow] = RowList(id="nodes")
        self.header = NodeHeader(id="node-header")
        self.talk = Transcript(id="talk", placeholder=_ABOUT, measure=_MEASURE)
        self.card = Card(self.table, id="card")
        self.timeline: RowList[Moment] = RowList(id="timeline")
        self.timeline.placeholder = "Nothing has happened yet."
        self.layout = Layout(screen, self)
        self.view = View(session, self, lambda: self.runtime.settings.prices)
        self.navigation = Navigation(self)
        self._beginning = asyncio.Lock()

    # Widgets

    def middle(self) -> list[Widget]:
        """Return what stands in the middle, from top to bottom."""
        return [self.header, self.talk, self.card, self.input.row]

    def foot(self) -> Widget:
        """Return what stands at the bottom."""
        return Vertical(self.status, KeyBar(), id="teams-foot")

    @property
    def main_focus(self) -> Widget:
        return self.nodes if self.session.chosen else self.teams

    # The list of teams

    async def show(self) -> None:
        if self.session.chosen:
            self.show_team()
        else:
            await self.show_list()

    async def show_list(self) -> None:
        """Show the teams there are, in place of a run."""
        self.view.pages.leave()
        self.screen.update_layout()
        self.talk.placeholder = _ABOUT
        self.talk.clear()
        self.screen.set_focus(self.teams)
        headers = self.session.headers
        self.teams.show([TeamRow(each) for each in headers], height=2)
        self.status.state = f"{len(headers)} teams · enter starts one" if headers else "no teams"
        self.refresh()
        await self.preview()

    async def preview(self) -> None:
        """Show how the team reads that the list stands on."""
        row = self.teams.current
        if row is None or self.session.chosen:
            return
        await asyncio.sleep(_REST)
        try:
            draft = await asyncio.to_thread(self.runtime.teams.read, row.header.path)
            entries = await asyncio.to_thread(lambda: list(preview_of(draft)))
        except PersonaError as error:
            entries = [problem_of(error)]
        if not self.session.chosen:
            self.talk.load(entries)
            self.screen.call_after_refresh(self.talk.action_scroll_home)

    async def close_session(self) -> None:
        await self.session.close()
        try:
            await asyncio.to_thread(self.session.load)
        except SalonError as error:
            self.report(error)
        await self.show_list()

    # A team

    def show_team(self) -> None:
        """Show the team that is set up or was opened."""
        self.screen.update_layout()
        self.view.show_team()
        self.view.select()
        self.screen.set_focus(self.nodes)
        self.refresh()

    def looked(self) -> None:
        """Show the node that the cursor of the tree stands on now."""
        if self.view.selected != self.view.pages.shown:
            self.navigation.stay()
            self.input.forget()
        self.view.select()
        self.refresh()

    async def open(self, session_id: str) -> None:
        stored = self.session.stored
        if stored is not None and stored.id == session_id:
            return
        seated_teams = await asyncio.to_thread(lambda: self.runtime.seated_teams)
        seated = seated_teams.engine(session_id)
        if seated is not None:
            await self.visit(seated)
            return
        await super().open(session_id)

    async def show_opened(self) -> None:
        """Show the stored run that was opened; nothing goes on by itself."""
        await super().show_opened()
        self.navigation.arrive("as it was left")

    async def visit(self, engine: TeamEngine) -> None:
        """Show the run of a team at a seat, and in it what waits."""
        await self.session.visit(engine)
        self.show_team()
        self.follow()
        if self.navigation.go_to_waiting():
            self.status.hint = "another pane waits for this"
        else:
            self.status.hint = "at work for another pane · space: decide yourself"

    async def set_metadata(self, title: str | None, pinned: bool | None) -> None:
        if self.session.engine is None:
            raise UsageError(*TeamsSession.NOT_STARTED)
        await super().set_metadata(title, pinned)

    # What other panes ask for

    async def navigate(self, request: NavigationRequest) -> None:
        if isinstance(request, ShowPending):
            await self._show_pending()
        else:
            await super().navigate(request)

    async def _show_pending(self) -> None:
        """Go to what waits in the run that is open, or else in a team at a seat."""
        self.status.problem = self.status.hint = ""
        state = self.session.state
        if (state is None or not state.inbox) and not self.session.at_work:
            running = (await asyncio.to_thread(lambda: self.runtime.seated_teams)).running()
            waiting = next((each for each in running if each.state.inbox), None)
            if waiting is not None:
                await self.visit(waiting)
                return
        await self.handlers["pending"]()

    def show_place(self, request: OpenSession) -> None:
        if request.record is not None and not self.navigation.show_record(request.record):
            self.status.hint = "That was said on another branch of this run."
            return
        if request.find and self.talk.search(request.find):
            self.status.hint = "> and < go to other matches"

    # The run

    async def tell(self, command: Any) -> None:
        """Pass a command to the engine; a team that is set up is started for it."""
        async with self._beginning:
            if not self.session.started:
                await self.session.begin()
                self.follow()
        if not self.session.running:
            raise CommandError("The run is over.", "ctrl+n, then ctrl+r: open it again.")
        # Before: what comes of it may be told while it is being stored.
        self.navigation.await_outcome(command)
        await self.session.send(command)
        self.show_state()

    def show_event(self, event: Event) -> None:
        self.view.show(event)
        if not isinstance(event, TextDelta):
            self.navigation.go_along(event)
            self.refresh()
        if isinstance(event, TurnFinished | Failed):
            self.settle()

    def show_state(self) -> None:
        self.view.show_state()

    def refresh(self) -> None:
        self.input.show_addressee()
        self.prompt.stoppable = self.session.at_work
        super().refresh()
