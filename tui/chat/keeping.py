"""Keeps what is typed and not sent, and what was sent before, from one run to the next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.chat.commands import Attachment
from core.sessions.drafts import DRAFTS, HISTORY, Drafts, PromptHistory, Unsent

if TYPE_CHECKING:
    from core.runtime import Runtime
    from tui.chat.attaching import Attached
    from tui.widgets.prompt import Prompt


class Keeper:
    """The memory of one prompt. Every method may raise `StoreError`."""

    def __init__(self, runtime: Runtime, prompt: Prompt, attached: Attached) -> None:
        self._runtime = runtime
        self._prompt = prompt
        self._attached = attached
        self._key: str | None = None
        """The chat that the words in the prompt are for, which the stage may be ahead of."""
        self._kept: tuple[str | None, Unsent] = (None, Unsent())
        self._lock = asyncio.Lock()

    async def recall(self) -> None:
        """Let Up recall what earlier runs sent."""
        history = self._history()
        self._prompt.remember(await asyncio.to_thread(history.load))

    async def sent(self, text: str) -> None:
        """Remember a text that was sent."""
        async with self._lock:
            await asyncio.to_thread(self._history().add, text)

    async def bring(self, key: str | None) -> None:
        """Put into the prompt what was typed in a chat and not sent; it is kept for that one."""
        async with self._lock:
            self._key = key
            self._prompt.clear()
            self._attached.files = ()
            if key is None:
                return
            unsent = await asyncio.to_thread(self._drafts().load, key)
            self._kept = (key, unsent)
            if unsent:
                self._prompt.give_back(unsent.text)
                self._attached.files = tuple(Attachment(*each) for each in unsent.files)

    async def keep(self) -> None:
        """Keep what stands in the prompt now as its chat's unsent text."""
        async with self._lock:
            key, unsent = self._key, self._unsent()
            if key is not None and self._kept != (key, unsent):
                await asyncio.to_thread(self._drafts().save, key, unsent)
                self._kept = (key, unsent)

    async def begin(self, key: str | None) -> None:
        """Forget what was typed for a drafted chat, and keep for the one that it has become."""
        async with self._lock:
            drafted, self._key = self._key, key
            if drafted is not None:
                await asyncio.to_thread(self._drafts().save, drafted, Unsent())

    def _unsent(self) -> Unsent:
        files = tuple((each.name, each.text) for each in self._attached.files)
        return Unsent(self._prompt.text, files)

    def _drafts(self) -> Drafts:
        return Drafts(self._runtime.places.data / DRAFTS)

    def _history(self) -> PromptHistory:
        return PromptHistory(self._runtime.places.data / HISTORY)
