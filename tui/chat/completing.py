"""What Tab completes after a command of a chat's prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.config.params import PARAMETERS
from core.sessions.transcripts import FORMATS
from tui.chat.attaching import completed_paths
from tui.conversation.dialogs import model_providers

if TYPE_CHECKING:
    from core.runtime import Runtime


class Completing:
    """Completes the last word, or all that follows the command where it may hold spaces."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._wholes: Mapping[str, Callable[[str], Sequence[str]]] = {
            "/attach": completed_paths,
            "/new": self._personas,
        }
        self._words: Mapping[str, Callable[[], Sequence[str]]] = {
            "/model": self._models,
            "/compare": self._models,
            "/set": lambda: [f"{name}=" for name in PARAMETERS],
            "/export": lambda: FORMATS,
            "/copy": lambda: ("code", "all"),
            "/swipe": lambda: ("back", "next"),
        }

    async def __call__(self, text: str) -> Sequence[str]:
        """Return the lines that a line can become."""
        return await asyncio.to_thread(self._complete, text)

    def _complete(self, text: str) -> Sequence[str]:
        command, _, rest = text.partition(" ")
        whole = self._wholes.get(command.lower())
        if whole is not None:
            return [f"{command} {each}" for each in whole(rest)]
        words = self._words.get(command.lower())
        if words is None:
            return []
        before, space, last = text.rpartition(" ")
        return [f"{before}{space}{each}" for each in words() if each.startswith(last)]

    def _personas(self, typed: str) -> Sequence[str]:
        names = {each.name for each in self._runtime.library.headers()}
        return sorted(each for each in names if each.casefold().startswith(typed.casefold()))

    def _models(self) -> Sequence[str]:
        return [f"{name}:" for name in model_providers(self._runtime)]
