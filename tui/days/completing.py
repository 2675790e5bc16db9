"""What Tab completes after a command of the days pane's prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.clm.run.spec import POLICY_NAMES
from core.config.params import PARAMETERS
from core.text import clean_line
from tui.chat.attaching import completed_paths
from tui.conversation.dialogs import model_providers

if TYPE_CHECKING:
    from tui.days.conductor import Conductor


class Completing:
    """Completes what follows a command."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._choices: Mapping[str, Callable[[], Sequence[str]]] = {
            "/policy": lambda: POLICY_NAMES,
            "/compare": lambda: POLICY_NAMES,
            "/model": self._models,
            "/set": lambda: [f"{name}=" for name in PARAMETERS],
            "/customer": self._customers,
            "/fork": self._days,
        }

    async def __call__(self, text: str) -> Sequence[str]:
        """Return the lines that a line can become."""
        command, _, rest = text.partition(" ")
        if command.lower() == "/customers":
            found = await asyncio.to_thread(completed_paths, rest)
            return [f"{command} {each}" for each in found]
        choices = self._choices.get(command.lower())
        if choices is None:
            return []
        typed = rest.casefold()
        return [f"{command} {each}" for each in choices() if each.casefold().startswith(typed)]

    def _models(self) -> Sequence[str]:
        runtime = self._conductor.screen.app.runtime
        return [f"{name}:" for name in model_providers(runtime)]

    def _customers(self) -> Sequence[str]:
        state = self._conductor.stage.state
        people = () if state is None else state.customers.values()
        return sorted(clean_line(each.name) for each in people)

    def _days(self) -> Sequence[str]:
        state = self._conductor.stage.state
        return [] if state is None else [str(day) for day in range(state.over + 1)]
