"""What Tab completes after a command of the teams pane's prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.config.params import PARAMETERS
from core.sessions.transcripts import FORMATS
from core.teams.team import AUTONOMY
from tui.conversation.dialogs import model_providers
from tui.teams.slash import ALL

if TYPE_CHECKING:
    from core.runtime import Runtime
    from tui.teams.stage import TeamsStage

_LEVELS = [each.replace("_", "-") for each in AUTONOMY]


class Completing:
    """Completes the last word of a line."""

    def __init__(
        self, runtime: Runtime, stage: TeamsStage, selected: Callable[[], str | None]
    ) -> None:
        self._runtime = runtime
        self._stage = stage
        self._selected = selected
        self._words: Mapping[str, Callable[[], Sequence[str]]] = {
            "/answer": self._nodes,
            "/redirect": self._delegates,
            "/autonomy": lambda: [*_LEVELS, ALL, *self._nodes()],
            "/autopilot": lambda: ["off", "steps", "tokens"],
            "/model": lambda: [f"{each}:" for each in model_providers(self._runtime)],
            "/set": lambda: [f"{name}=" for name in PARAMETERS],
            "/export": lambda: FORMATS,
            "/show": lambda: ["tree", "timeline"],
        }

    async def __call__(self, text: str) -> Sequence[str]:
        """Return the lines that a line can become."""
        words = self._words.get(text.partition(" ")[0].lower())
        if words is None:
            return []
        before, space, last = text.rpartition(" ")
        found = await asyncio.to_thread(words)
        return [f"{before}{space}{each}" for each in found if each.startswith(last)]

    def _nodes(self) -> list[str]:
        state = self._stage.state
        return [] if state is None else list(state.nodes)

    def _delegates(self) -> list[str]:
        state, path = self._stage.state, self._selected()
        if state is None or path is None:
            return []
        return [each.name for each in state.nodes[path].node.delegates]
