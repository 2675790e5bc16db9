"""What Tab completes after a command of the lab pane's prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.lifelong.spec import GOLDEN, NONE, RETRIEVAL
from tui.chat.attaching import completed_paths
from tui.conversation.dialogs import model_providers
from tui.lab.draft import LANGUAGES

if TYPE_CHECKING:
    from tui.lab.conductor import Conductor

_SETTINGS = (NONE, GOLDEN, RETRIEVAL, "learnt-1", "learnt-3", "learnt-5")
_OF_PATHS = frozenset({"/people", "/open"})


class Completing:
    """Completes what follows a command."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._choices: Mapping[str, Callable[[], Sequence[str]]] = {
            "/settings": lambda: _SETTINGS,
            "/language": lambda: LANGUAGES,
            "/model": self._models,
            "/judge": self._models,
        }

    async def __call__(self, text: str) -> Sequence[str]:
        """Return the lines that a line can become."""
        command, _, rest = text.partition(" ")
        if command.lower() in _OF_PATHS:
            found = await asyncio.to_thread(completed_paths, rest.lstrip())
            return [f"{command} {each}" for each in found]
        choices = self._choices.get(command.lower())
        if choices is None:
            return []
        before, _, typed = rest.rpartition(" ")
        head = f"{command} {before} " if before else f"{command} "
        return [head + each for each in choices() if each.startswith(typed.casefold())]

    def _models(self) -> Sequence[str]:
        runtime = self._conductor.screen.app.runtime
        return [f"{name}:" for name in model_providers(runtime)]
