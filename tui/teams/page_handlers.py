"""Carries out what is about the screen: going somewhere, searching, prompts sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import UsageError
from core.teams.records import TeamKind
from core.text import clean_line
from tui.conversation.finder import Finder
from tui.conversation.requests import show_request
from tui.teams.handlers import TeamHandlers
from tui.teams.wording import NOTHING_WAITS

if TYPE_CHECKING:
    from tui.teams.controller import TeamsController


class PageHandlers(TeamHandlers):
    """Shows other nodes, other parts of the pane, and what stands behind a reply."""

    def __init__(self, controller: TeamsController) -> None:
        super().__init__(controller)
        self._finder = Finder(controller.screen, controller.talk, controller.status)

    async def pending(self) -> None:
        """Go to what has waited longest; once there, to what has waited next."""
        state = self._session.state
        inbox = [] if state is None else state.inbox
        if state is None or not inbox:
            self._controller.status.hint = NOTHING_WAITS
            return
        root = state.team.root.path
        paths = list(dict.fromkeys(record.node or root for record in inbox))
        here = self._controller.view.selected
        at = paths.index(here) + 1 if here in paths else 0
        self._controller.navigation.select(paths[at % len(paths)])
        self._controller.layout.show_page()

    async def leave(self) -> None:
        """Go to the tree, or to the list of teams."""
        self._controller.input.leave()

    async def write(self) -> None:
        """Go to the prompt."""
        self._controller.input.open()

    async def speak(self) -> None:
        """Speak to the selected node; in the timeline, go to what is selected there."""
        timeline = self._controller.timeline
        if self._screen.focused is timeline and timeline.current is not None:
            self._controller.layout.show_page()
            self._controller.navigation.show_record(timeline.current.record.id)
        else:
            self._controller.input.open()

    async def slash(self) -> None:
        """Let a command be typed."""
        self._controller.input.open()
        if not self._controller.prompt.text:
            self._controller.prompt.insert("/")

    async def show(self, part: str = "timeline") -> None:
        """Show or hide the tree or the timeline."""
        if part == "tree":
            self._controller.layout.toggle_tree()
        else:
            self._controller.layout.toggle_timeline()

    async def sent(self) -> None:
        """Show the prompt sent for the selected reply, or for the node's last one."""
        tree, node = self._tree, self._node.node
        selected = self._controller.talk.cursor_id
        record = tree.get(selected) if selected is not None and selected in tree else None
        if record is not None and record.kind == TeamKind.PROPOSAL:
            record = tree.get(str(record.data.get("source", record.id)))
        if record is None:
            replies = (each for each in reversed(tree.path) if each.node == node.path)
            record = next((each for each in replies if each.request is not None), None)
        if record is None:
            raise UsageError(f"No model was asked for {clean_line(node.name)} yet.")
        await show_request(self._screen, tree, record)

    async def find(self, text: str = "") -> None:
        """Search on the page."""
        if text:
            self._finder.find(text)
        else:
            await self._finder.ask()

    async def found(self, step: int) -> None:
        """Go to the next match, or to the previous one for -1."""
        self._finder.step(step)

    async def copy(self) -> None:
        """Copy the selected message."""
        self._controller.talk.action_copy_message()
