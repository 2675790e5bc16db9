"""What every topic of handlers of the Teams pane is about: the team, a node, the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import UsageError
from tui.pane.handlers import Handlers
from tui.teams.session import TeamsSession

if TYPE_CHECKING:
    from core.sessions.tree import SessionTree
    from core.teams.node_state import NodeState
    from core.teams.state import TeamState
    from tui.dialogs.edit import WriteScreen
    from tui.teams.controller import TeamsController

_SELECT = ("No node is selected.", "Choose a team first: enter starts the one in the list.")


class TeamHandlers(Handlers["TeamsController"]):
    """Handlers of the Teams pane."""

    def __init__(self, controller: TeamsController) -> None:
        super().__init__(controller)
        self._session = controller.session
        self._screen = controller.screen

    @property
    def _state(self) -> TeamState:
        """Where the team stands. Raises `UsageError` where there is none."""
        state = self._session.state
        if state is None:
            raise UsageError(*_SELECT)
        return state

    @property
    def _node(self) -> NodeState:
        """The selected node. Raises `UsageError` where there is none."""
        path = self._controller.view.selected
        if path is None:
            raise UsageError(*_SELECT)
        return self._state.nodes[path]

    @property
    def _tree(self) -> SessionTree:
        """The records of the run. Raises `UsageError` where there is none."""
        tree = self._session.tree
        if tree is None:
            raise UsageError(*TeamsSession.NOT_STARTED)
        return tree

    async def _written(self, screen: WriteScreen) -> str:
        """Return a text that the user writes; empty where that is cancelled."""
        return await self._screen.app.push_screen_wait(screen) or ""
