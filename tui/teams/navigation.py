"""Goes to nodes and records of a team, by itself too where what was asked for arrives."""

from __future__ import annotations

from typing import Any, Protocol

from textual.screen import Screen

from core.events import Event
from core.teams import commands
from core.teams.records import Concluded
from tui.teams.layout import Layout
from tui.teams.session import TeamsSession
from tui.teams.view import View, ViewWidgets
from tui.teams.wording import NOTHING_WAITS, place_of
from tui.widgets.prompt import Prompt

_AWAITED = (
    commands.Say,
    commands.Apply,
    commands.Edit,
    commands.Redirect,
    commands.Refuse,
    commands.Skip,
    commands.TakeOver,
    commands.Replay,
    commands.Autopilot,
    commands.Go,
)
"""Commands after which the user waits for what comes of them, wherever in the tree that is."""


class NavigationWidgets(ViewWidgets, Protocol):
    """Between what the cursor moves."""

    session: TeamsSession
    view: View
    layout: Layout
    prompt: Prompt

    @property
    def screen(self) -> Screen[Any]:
        """The screen of the pane."""
        ...


class Navigation:
    """Moves the cursor of the tree and of the page."""

    def __init__(self, controller: NavigationWidgets) -> None:
        self._controller = controller
        self._session = controller.session
        self._following = False
        """Whether to go to what waits next, since what waited was decided or asked for."""

    def select(self, path: str) -> None:
        """Go to a node of the team."""
        nodes = self._controller.nodes
        places = [each.path for each in nodes.rows]
        if path in places:
            nodes.cursor = places.index(path)
            self._controller.view.select()

    def go_to_waiting(self) -> bool:
        """Go to what has waited longest for a human; whether anything has."""
        state = self._session.state
        if state is None or not state.inbox:
            return False
        self.select(state.inbox[0].node or state.team.root.path)
        self._controller.layout.show_page()
        return True

    def show_record(self, record_id: str) -> bool:
        """Go to where a record can be read; whether there is such a place on this branch."""
        tree, talk = self._session.tree, self._controller.talk
        if tree is None or not tree.on_path(record_id):
            return False
        record = tree.get(record_id)
        self.select(place_of(record) or tree.root.data["root"]["path"])
        for entry_id in (record.id, str(record.data.get("source")), f"{record.id} own"):
            if entry_id in talk:
                talk.move_cursor(entry_id)
                break
        talk.screen.set_focus(talk)
        return True

    def moment(self) -> str | None:
        """Return the record that the timeline, or else the page, stands on."""
        controller = self._controller
        selected = controller.talk.cursor_id
        if selected is not None and controller.talk.has_focus:
            return selected.removesuffix(" own")
        row = controller.timeline.current
        return row.record.id if row is not None and controller.layout.timeline_shown else None

    def arrive(self, where: str) -> None:
        """Go to what waits on the branch that is shown now, and say how to continue."""
        status = self._controller.status
        if self.go_to_waiting():
            status.hint = f"{where} · this waits for you"
        elif self._session.stands_still:
            status.hint = f"{where} · n continues"
        else:
            status.hint = where

    # Going along

    def await_outcome(self, command: commands.Command) -> None:
        """Go to what comes of a command, if the user waits for that."""
        self._following = isinstance(command, _AWAITED)

    def stay(self) -> None:
        """Go nowhere by itself: the user chose another place."""
        self._following = False

    def go_along(self, event: Event) -> None:
        """Go to what waits now or to the answer, unless the user writes or has gone elsewhere."""
        state, controller = self._session.state, self._controller
        if state is None:
            return
        if state.inbox and controller.status.hint == NOTHING_WAITS:
            controller.status.hint = ""
        if not self._following or controller.prompt.text.strip():
            return
        if isinstance(event, Concluded):
            self._following = False
            self.select(state.team.root.path)
            return
        # What the autopilot is about to apply waits for no decision.
        if not state.inbox or (state.autopilot is not None and self._session.at_work):
            return
        self._following = False
        self.select(state.inbox[0].node or state.team.root.path)
        if controller.prompt.has_focus:
            controller.screen.set_focus(controller.nodes)
