"""The prompt of the Chat pane: what is typed and what was sent are stored between runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.timer import Timer

from core.chat.commands import Attachment
from core.errors import SalonError
from core.sessions.drafts import DRAFTS, HISTORY, Drafts, PromptHistory, Unsent
from tui.chat.attachments import AttachmentLine
from tui.pane.prompt import PromptController, PromptOwner

if TYPE_CHECKING:
    from core.runtime import Runtime
    from tui.widgets.prompt import Prompt

_REST = 1.0
"""Seconds after which what is being typed is stored."""


class DraftStore:
    """The unsent text and the history of one prompt. Every method may raise `StoreError`."""

    def __init__(self, runtime: Runtime, prompt: Prompt, attached: AttachmentLine) -> None:
        self._runtime = runtime
        self._prompt = prompt
        self._attached = attached
        self._key: str | None = None
        """The chat that the words in the prompt are for, which the session may be ahead of."""
        self._saved: tuple[str | None, Unsent] = (None, Unsent())
        self._lock = asyncio.Lock()

    async def load_history(self) -> None:
        """Let Up recall what earlier runs sent."""
        history = self._history()
        self._prompt.remember(await asyncio.to_thread(history.load))

    async def add_to_history(self, text: str) -> None:
        """Remember a text that was sent."""
        async with self._lock:
            await asyncio.to_thread(self._history().add, text)

    async def restore(self, key: str | None) -> None:
        """Put the unsent text of a chat into the prompt; from now on it is stored for that one."""
        async with self._lock:
            self._key = key
            self._prompt.clear()
            self._attached.files = ()
            if key is None:
                return
            unsent = await asyncio.to_thread(self._drafts().load, key)
            self._saved = (key, unsent)
            if unsent:
                self._prompt.give_back(unsent.text)
                self._attached.files = tuple(Attachment(*each) for each in unsent.files)

    async def save(self) -> None:
        """Store what stands in the prompt as the unsent text of its chat."""
        async with self._lock:
            key, unsent = self._key, self._unsent()
            if key is not None and self._saved != (key, unsent):
                await asyncio.to_thread(self._drafts().save, key, unsent)
                self._saved = (key, unsent)

    async def move_to(self, key: str | None) -> None:
        """Drop the unsent text of a chat that has started, and store under its new key."""
        async with self._lock:
            before, self._key = self._key, key
            if before is not None:
                await asyncio.to_thread(self._drafts().save, before, Unsent())

    def _unsent(self) -> Unsent:
        files = tuple((each.name, each.text) for each in self._attached.files)
        return Unsent(self._prompt.text, files)

    def _drafts(self) -> Drafts:
        return Drafts(self._runtime.directories.data / DRAFTS)

    def _history(self) -> PromptHistory:
        return PromptHistory(self._runtime.directories.data / HISTORY)


class ChatPrompt(PromptController[PromptOwner]):
    """A prompt with attached files, whose text is stored while it is typed."""

    def __init__(self, controller: PromptOwner, placeholder: str) -> None:
        super().__init__(controller, placeholder)
        self.attached = AttachmentLine(id="attached")
        self.drafts = DraftStore(controller.runtime, self.area, self.attached)
        self._saving: Timer | None = None
        """Runs while something was typed that is not stored yet."""

    async def accepted(self, text: str) -> None:
        try:
            await self.drafts.add_to_history(text)
        except SalonError as error:
            # The text was sent all the same.
            self._controller.report(error)

    def typing(self, text: str) -> None:
        if self._saving is None:
            self._saving = self._controller.screen.set_timer(_REST, self._save_soon)
        super().typing(text)

    async def _save_soon(self) -> None:
        self._saving = None
        await self.save()

    async def save(self) -> None:
        """Store what is typed; a failure is said and stops nothing."""
        try:
            await self.drafts.save()
        except SalonError as error:
            self._controller.report(error)
