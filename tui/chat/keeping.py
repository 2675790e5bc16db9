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
        """Put into the prompt what was typed in a chat and not sent."""
        self._prompt.clear()
        self._attached.files = ()
        if key is None:
            return
        unsent = await asyncio.to_thread(self._drafts().load, key)
        self._kept = (key, unsent)
        if unsent:
            self._prompt.give_back(unsent.text)
            self._attached.files = tuple(Attachment(*each) for each in unsent.files)

    async def keep(self, key: str | None) -> None:
        """Keep what stands in the prompt now as a chat's unsent text."""
        if key is None:
            return
        files = tuple((each.name, each.text) for each in self._attached.files)
        unsent = Unsent(self._prompt.text, files)
        async with self._lock:
            if self._kept != (key, unsent):
                await asyncio.to_thread(self._drafts().save, key, unsent)
                self._kept = (key, unsent)

    async def forget(self, key: str | None) -> None:
        """Forget a chat's unsent text: it was sent."""
        if key is not None:
            async with self._lock:
                await asyncio.to_thread(self._drafts().save, key, Unsent())
                self._kept = (key, Unsent())

    def _drafts(self) -> Drafts:
        return Drafts(self._runtime.places.data / DRAFTS)

    def _history(self) -> PromptHistory:
        return PromptHistory(self._runtime.places.data / HISTORY)
