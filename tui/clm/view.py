"""Routes what happens in a run to the widgets of its pane: the passive half, it never asks."""

from __future__ import annotations

from typing import Protocol

from core.clm.records import ActionChosen, DayStarted
from core.clm.simulation.state import SimulationState
from core.events import (
    Event,
    Failed,
    HeadMoved,
    Renamed,
    TextDelta,
    TurnFinished,
    TurnStarted,
)
from core.sessions.record import Record
from tui.clm.aggregates import Aggregates
from tui.clm.header import ClmHeader, ClmView
from tui.clm.ledger_rows import LedgerRow, LedgerView
from tui.clm.people import Row, people_rows
from tui.clm.plots import engagement_plot
from tui.clm.session import ClmSession
from tui.clm.stories import StoryList
from tui.clm.telling import stories_of
from tui.widgets.chart import Chart
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine


class ViewWidgets(Protocol):
    """The widgets that a board writes to."""

    header: ClmHeader
    stories: StoryList
    aggregates: Aggregates
    learnt: RowList[LedgerRow]
    people: RowList[Row]
    chart: Chart
    status: StatusLine


class View:
    """Shows where a run stands."""

    def __init__(self, session: ClmSession, shown: ViewWidgets) -> None:
        self._session = session
        self._shown = shown
        self._live: dict[str, str] = {}
        """Thoughts that are being written, by customer, as far as the events have told."""
        self._viewed: int | None = None
        """The day whose cards are shown; `None`: the newest."""
        self._ledger = LedgerView()
        self._stale = False
        self._told = (-1, -1, "")

    @property
    def day(self) -> int:
        """The day that is shown."""
        state = self._session.state
        newest = 0 if state is None else state.day
        if self._viewed is None or self._viewed >= newest:
            return newest
        return self._viewed

    @property
    def stale(self) -> bool:
        """Whether something happened that is not shown yet."""
        state = self._session.state
        return self._stale or (state is not None and self._told != self._place(state))

    def show_run(self) -> None:
        """Show another run, or another branch of it, from its state."""
        self._live.clear()
        self._viewed = None
        self._told = (-1, -1, "")
        self._shown.stories.following = True
        self.refresh()

    def show(self, event: Event) -> None:
        """Take note of an event; `refresh` shows it."""
        match event:
            case TurnStarted():
                self._live[event.node] = ""
            case TextDelta():
                if event.node in self._live:
                    text = self._live[event.node]
                    self._live[event.node] = text[: event.start] + event.text
            case TurnFinished():
                if event.record.status != "complete":
                    self._live.pop(event.node, None)
            case ActionChosen():
                self._live.pop(event.customer, None)
            case DayStarted():
                self._begin(event.day)
            case Failed() | HeadMoved():
                self._live.clear()
            case Renamed():
                return
        self._stale = True

    def settle(self) -> None:
        """Forget thoughts that nobody goes on with."""
        self._live.clear()
        self._stale = True

    def look_at(self, day: int) -> None:
        """Show the cards of a day; the newest one is followed."""
        state = self._session.state
        if state is None:
            return
        day = max(1, min(day, state.day))
        self._viewed = None if day >= state.day else day
        stories = self._shown.stories
        stories.following = self._viewed is None
        stories.cursor = 0
        self.refresh()
        if self._viewed is not None:
            stories.scroll_home(animate=False)

    def refresh(self) -> None:
        """Show how things stand now."""
        self._stale = False
        state = self._session.state
        if state is None:
            self._shown.header.view = None
            return
        self._show_day(state)
        self._shown.header.view = ClmView.of(state, self.day, self._doing())
        self._show_tables(state)
        self._shown.status.state = self._standing(state)

    def _begin(self, day: int) -> None:
        """Let a new day come into view, unless somebody is reading the one before."""
        self._live.clear()
        # The records may be ahead of what is told of them: then that day is in view already.
        shown, _, _ = self._told
        if self._viewed is None and not self._shown.stories.following and shown < day:
            self._viewed = day - 1

    def _show_day(self, state: SimulationState) -> None:
        day = self.day
        if state.spec.is_population:
            aggregates = self._shown.aggregates
            aggregates.placeholder = _FIRST if self._session.busy else _EMPTY_POPULATION
            aggregates.show(state, day)
            return
        stories = self._shown.stories
        stories.pinned = day < state.day
        stories.placeholder = _EMPTY if not state.day else "Nobody was looked after yet."
        told = stories_of(state, day, self._live, self._last())
        stories.show(told, follow=self._viewed is None)

    def _last(self) -> Record | None:
        """Return the record where the path ends."""
        session = self._session.stored
        head = None if session is None else session.tree.head
        return None if session is None or head is None else session.tree.get(head)

    def _show_tables(self, state: SimulationState) -> None:
        """Show what changes only with a record, and not while a thought is written."""
        told = self._place(state)
        if told == self._told:
            return
        self._told = told
        rows, learnt = self._ledger.rows(state), self._shown.learnt
        # Changes come at the top: they are to be seen, unless somebody reads further down.
        top = rows[0].key if rows and not learnt.has_focus else None
        learnt.show(rows, go_to=top)
        self._shown.people.show(list(people_rows(state)))
        self._shown.chart.plot = engagement_plot(state)

    def _place(self, state: SimulationState) -> tuple[int, int, str]:
        """Return what tells how far a run has come from how far it has been shown."""
        session = self._session.stored
        return state.day, state.over, "" if session is None else str(session.tree.head)

    def _doing(self) -> str:
        if not self._session.running:
            return ""
        if self._session.going:
            return "running"
        return "one more" if self._session.busy else ""

    def _standing(self, state: SimulationState) -> str:
        if state.failed is not None:
            return "waiting: the model could not be asked"
        if state.spec.is_population and self._session.busy:
            return f"day {state.over + 1} is running …"
        if not state.day:
            return "not started · n the first day, space all of them"
        if state.under_way:
            done, all_ = len(state.cards), len(state.cards) + len(state.waiting)
            then = "" if self._session.busy else " · n finishes it, o the next one"
            return f"day {state.day} under way: {done} of {all_} customers{then}"
        if state.days and state.over >= state.days:
            return f"all {state.days} days are over · W a week more, c compare, r start again"
        return f"day {state.day} is over · n the next, W a week, space to the end"


_EMPTY = """
Nothing has happened yet.

    n        runs the first day
    W        a week
    space    runs to the end, and pauses
    P  m     who decides, on which model
    c        compares with another policy
    /        commands

Each customer's day becomes a card here: what the agent
thought, what it did, and what came of it. What it has
learnt stands beside the cards, or behind the key l.
"""
_FIRST = "The first day is running …"
_EMPTY_POPULATION = """
Nothing has happened yet.

    n        runs the first day
    W        a week
    space    runs to the end, and pauses
    P        who decides
    c        compares with another policy
    /        commands

So many customers are told of in sums, and in a few of them.
"""
