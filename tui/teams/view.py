"""Routes the events of a team to the widgets of its pane: the passive half, it never asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from core.config.prices import Prices
from core.events import (
    Event,
    HeadMoved,
    RecordEvent,
    Renamed,
    Started,
    TextDelta,
    TurnFinished,
    TurnStarted,
)
from core.sessions.record import OFF_PATH_KINDS, Record
from core.sessions.tree import SessionTree
from tui.conversation.speed import Speed
from tui.teams.card import Card
from tui.teams.cards import card_of
from tui.teams.moments import Moment, moment_of
from tui.teams.node_header import NodeHeader, NodeView
from tui.teams.node_rows import NodeRow, node_rows, standing_of
from tui.teams.pages import Pages
from tui.teams.session import TeamsSession
from tui.teams.tally import Tally
from tui.teams.telling import Telling
from tui.teams.wording import AUTONOMY
from tui.widgets.row_list import RowList
from tui.widgets.status_line import StatusLine
from tui.widgets.transcript import Transcript

_TWO_LINES = 2


class ViewWidgets(Protocol):
    """The widgets that a view writes to."""

    nodes: RowList[NodeRow]
    talk: Transcript
    card: Card
    header: NodeHeader
    timeline: RowList[Moment]
    status: StatusLine


class View:
    """Shows where a team stands."""

    def __init__(
        self, session: TeamsSession, shown: ViewWidgets, prices: Callable[[], Prices]
    ) -> None:
        self._session = session
        self._shown = shown
        self._prices = prices
        self.pages = Pages(shown.talk)
        self.place = 0
        """Which of several pending proposals of the node the card shows."""
        self._telling: Telling | None = None
        self._tally: Tally | None = None
        self._seen: set[str] = set()
        """Records that are shown; events may be behind the records."""
        self._head: str | None = None
        """Where the path that is shown ends."""
        self._live: dict[str, str] = {}
        """The node of each reply that is being written, as far as the events have told."""
        self._speeds: dict[str, Speed] = {}
        self._doing: dict[str, str] = {}
        """How each node that is thinking does it."""
        self.compact = False
        """Whether there is little room."""

    @property
    def selected(self) -> str | None:
        """The path of the node that is shown."""
        row = self._shown.nodes.current
        return None if row is None else row.path

    # What a run is

    def show_team(self) -> None:
        """Show a team anew: its tree, and the pages of its run."""
        self._live.clear()
        self._doing.clear()
        self.pages.leave()
        self._shown.nodes.show([])
        self.show_path()

    def show_path(self) -> None:
        """Show the current path from its records; replies that are being written stay."""
        state, tree = self._session.state, self._session.tree
        if state is None:
            return
        prices = self._prices()
        self._tally = Tally(prices)
        self._telling = Telling(state.team, self.pages, self._find, prices)
        self._seen.clear()
        path = [] if tree is None else list(tree.path)
        rows: list[Moment] = []
        live = {
            each: self.pages.entry(node, each)
            for each, node in self._live.items()
            if tree is None or each not in tree
        }
        with self.pages.anew():
            for record in path:
                rows += self._take(record)
            for record_id, entry in live.items():
                self.pages.add(self._live[record_id], entry)
        self._live = {each: self._live[each] for each in live}
        self._doing = {node: self._doing[node] for node in self._live.values()}
        self._head = path[-1].id if path else None
        self._shown.timeline.show(rows, go_to=rows[-1].key if rows else None)
        self.show_state()

    def _find(self, record_id: str) -> Record | None:
        tree: SessionTree | None = self._session.tree
        return tree.get(record_id) if tree is not None and record_id in tree else None

    def _take(self, record: Record) -> Sequence[Moment]:
        """Write a record down once; returns its row for the timeline, if it has one."""
        if record.id in self._seen or self._telling is None or self._tally is None:
            return ()
        self._seen.add(record.id)
        self._telling.tell(record)
        self._tally.add(record)
        if record.kind not in OFF_PATH_KINDS:
            self._head = record.id
        moment = moment_of(record, self._telling)
        return () if moment is None else (moment,)

    # What happens

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case TurnStarted():
                self._start(event.node, event.record_id, event.name)
            case TextDelta():
                self._extend(event)
                return
            case TurnFinished():
                self._finish(event)
            case HeadMoved():
                # A reply that came to nothing leaves the path where it was.
                if event.record.data.get("target") != self._head:
                    self.show_path()
            case Renamed():
                return
            case Started():
                pass
            case RecordEvent():
                self._add(event.record)
        self.show_state()

    def _add(self, record: Record) -> None:
        rows = list(self._take(record))
        timeline = self._shown.timeline
        at_end = timeline.cursor >= len(timeline.rows) - 1
        if rows:
            timeline.extend(rows)
            if at_end:
                timeline.cursor = len(timeline.rows) - 1

    def _start(self, node: str, record_id: str, name: str) -> None:
        if record_id in self._seen or self._telling is None:
            return
        self._live[record_id] = node
        self._speeds[node] = Speed()
        self._doing[node] = "thinking …"
        self.pages.add(node, self._telling.starting(node, record_id, name))

    def _extend(self, event: TextDelta) -> None:
        if event.record_id not in self._live:
            self._start_late(event)
        if event.record_id not in self._live:
            return
        self.pages.extend(event.node, event.record_id, event.text)
        speed = self._speeds.get(event.node)
        doing = speed.measure(event.text) if speed is not None else ""
        if doing:
            self._doing[event.node] = doing
            self._show_nodes()
            self._show_header()

    def _start_late(self, event: TextDelta) -> None:
        """Show a reply whose beginning was written before anybody watched."""
        state = self._session.state
        if state is not None and event.node in state.nodes:
            self._start(event.node, event.record_id, state.nodes[event.node].seat.name)
            if event.record_id in self._live:
                self.pages.extend(event.node, event.record_id, "… ")

    def thinks(self, node: str) -> bool:
        """Whether a node is thinking, as far as the events have told."""
        return node in self._doing

    def _finish(self, event: TurnFinished) -> None:
        record, tree = event.record, self._session.tree
        self._doing.pop(event.node, None)
        live = self._live.pop(record.id, None) is not None
        if tree is not None and tree.on_path(record.id):
            self._add(record)
        elif live:
            self.pages.take_out(event.node, record.id)

    # How it stands

    def show_state(self) -> None:
        """Show how everybody stands, and what waits for a human."""
        self._show_nodes()
        self._show_header()
        self.show_card()
        self._show_status()

    def select(self) -> None:
        """Show the node that the cursor stands on."""
        path = self.selected
        if path is not None and path != self.pages.shown:
            self.place = 0
            self._shown.talk.placeholder = _waits(path)
            self.pages.show(path)
            self._show_header()
            self.show_card()

    def _show_nodes(self) -> None:
        if self._tally is None:
            return
        nodes, state = self._shown.nodes, self._session.state
        count = 0 if state is None else len(state.nodes)
        flat = self.compact or nodes.size.height < _TWO_LINES * count
        rows = list(node_rows(state, self._tally, self._doing, flat=flat))
        nodes.show(rows, height=1 if flat else _TWO_LINES)
        if self.compact:
            nodes.styles.height = len(rows)
        else:
            nodes.styles.clear_rule("height")

    def _show_header(self) -> None:
        state, path = self._session.state, self.selected
        if state is None or path is None:
            self._shown.header.view = None
            return
        node = state.nodes[path]
        flow = node.node.flow
        self._shown.header.view = NodeView(
            path,
            node.seat.model if flow is None else f"code: {flow.name}",
            standing_of(node, self._doing.get(path, "")).words,
            AUTONOMY[node.autonomy],
            self.thinks(path),
        )

    def show_card(self) -> None:
        """Show what of the node waits for a human."""
        state, path = self._session.state, self.selected
        there = None if state is None or path is None else state.nodes[path]
        card = None if state is None or there is None else card_of(state, there, self.place)
        self._shown.card.view = card

    def _show_status(self) -> None:
        state, tally = self._session.state, self._tally
        if state is None or tally is None:
            return
        pilot = state.autopilot
        steps = "" if pilot is None or not pilot.steps else f", {pilot.steps} steps"
        parts = [
            f"{len(state.inbox)} pending",
            tally.words,
            f"autopilot {'off' if pilot is None else 'on'}{steps}",
        ]
        if state.request is not None and not self._session.running:
            parts.append("ended")
        self._shown.status.state = " · ".join(parts)


def _waits(path: str) -> str:
    name = path.rpartition("/")[2]
    return f"Nothing was asked of {name} yet."
