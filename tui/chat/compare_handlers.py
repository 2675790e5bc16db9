"""Has several models reply to the same message, and keeps one of the replies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.chat import commands
from core.errors import CommandError
from core.messages import ModelName
from tui.chat.compare_screen import CompareScreen
from tui.chat.reply_handlers import check_idle, check_length, show_sent
from tui.chat.session import ChatSession
from tui.conversation.dialogs import offer_models
from tui.dialogs.pick_many import PickManyScreen
from tui.pane.handlers import Handlers

if TYPE_CHECKING:
    from tui.chat.controller import ChatController


class CompareHandlers(Handlers["ChatController"]):
    """Has several models reply to the same message."""

    def __init__(self, controller: ChatController) -> None:
        super().__init__(controller)
        self._screen = controller.screen
        self._session = controller.session
        self._runtime = controller.runtime
        self._models: Sequence[str] = ()
        """What was compared last."""

    async def compare(self, typed: str = "") -> None:
        """Compare the replies of several models: to a new message, or else to the last one.

        Args:
            typed: What followed the command; without it the text in the prompt is taken.
        """
        session = self._session
        session.check_writable()
        check_idle(session)
        models, text = self._read(typed) if typed else ((), self._prompted())
        files = self._controller.attached.files
        if not text and not files and not session.opened:
            raise CommandError("There is nothing to reply to.", "Write something, then compare.")
        check_length(session, text, *(each.text for each in files))
        chosen = models if len(models) > 1 else await self._ask(models)
        if chosen:
            self._models = self._known(chosen)
            await self._watch(self._models, text, from_prompt=not typed)
        elif typed:
            self._controller.prompt.give_back(f"/compare {typed}")

    def _prompted(self) -> str:
        text = self._controller.prompt.text.strip()
        return "" if text.startswith("/") else text

    def _read(self, typed: str) -> tuple[Sequence[str], str]:
        """Split what was typed into the models that it begins with, and a text."""
        known = self._runtime.providers.names()
        models: list[str] = []
        rest = typed
        while rest:
            word, _, after = rest.partition(" ")
            provider, colon, _ = word.partition(":")
            if not colon or provider not in known:
                break
            models.append(word)
            rest = after.lstrip()
        return models, rest

    async def _ask(self, models: Sequence[str]) -> Sequence[str]:
        present = self._session.participant
        marked = models or self._models or ([present.model] if present is not None else [])
        picker = PickManyScreen("Compare which models?", marked)
        finding = asyncio.create_task(offer_models(picker, self._runtime))
        try:
            return await self._screen.app.push_screen_wait(picker) or ()
        finally:
            finding.cancel()

    def _known(self, models: Sequence[str]) -> Sequence[str]:
        """Return the models' full names, before anything is stored.

        Raises:
            SalonError: there is no such model.
        """
        full: list[str] = []
        for each in models:
            name = ModelName.parse(each)
            model = self._runtime.providers.model(name)
            model.check()
            full.append(str(ModelName(name.provider, model.name)))
        return full

    async def _watch(self, models: Sequence[str], text: str, *, from_prompt: bool) -> None:
        """Have them reply, and show that until one reply is kept."""
        session, controller = self._session, self._controller
        await controller.start()
        engine = session.engine
        if engine is None:
            raise CommandError(*ChatSession.NOT_STARTED)
        events = engine.subscribe()
        session.comparing = True
        try:
            files = controller.attached.files
            await session.send(commands.Compare(tuple(models), text, files))
        except BaseException:
            session.comparing = False
            events.close()
            raise
        if from_prompt and text:
            controller.prompt.clear()
        await show_sent(controller)
        prices = self._runtime.settings.prices
        asked = "" if engine.state.last is None else engine.state.last.text
        screen = CompareScreen(asked, models, events, prices, lambda: session.send(commands.Stop()))
        kept = await self._screen.app.push_screen_wait(screen)
        if kept is not None:
            await controller.tell(commands.Jump(kept))
            controller.talk.follow()
            controller.status.hint = "the other replies are kept: ← → goes from one to the next"
        else:
            await session.send(commands.Stop())
            controller.status.hint = "no reply was chosen: ← → goes from one to the next"
