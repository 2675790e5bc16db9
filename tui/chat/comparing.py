"""Has several models answer the same message, and keeps one of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.chat import commands
from core.errors import CommandError
from core.messages import ModelName
from tui.conversation.dialogs import offer_models
from tui.screens.compare import CompareScreen
from tui.screens.pick_many import PickManyScreen

if TYPE_CHECKING:
    from tui.chat.actions import Actions
    from tui.chat.conductor import Conductor


class Comparing:
    """Every method may raise `SalonError`."""

    def __init__(self, conductor: Conductor, actions: Actions) -> None:
        self._conductor = conductor
        self._actions = actions
        self._screen = conductor.screen
        self._stage = conductor.stage
        self._runtime = conductor.screen.app.runtime
        self._models: Sequence[str] = ()
        """What was compared last."""

    async def compare(self, typed: str | None = None) -> None:
        """Compare what several models say: to a new message, or else to the last one.

        `typed` is what followed the command; without it the text in the prompt is taken.
        """
        self._stage.check_writable()
        self._actions.check_free()
        models, text = ((), self._prompted()) if typed is None else self._read(typed)
        files = self._conductor.attached.files
        if not text and not files and not self._stage.begun:
            raise CommandError("There is nothing to answer yet.", "Write something, then compare.")
        self._actions.check_length(text, *(each.text for each in files))
        chosen = models if len(models) > 1 else await self._ask(models)
        if chosen:
            self._models = self._known(chosen)
            await self._watch(self._models, text, from_prompt=typed is None)
        elif typed:
            self._conductor.prompt.give_back(f"/compare {typed}")

    def _prompted(self) -> str:
        text = self._conductor.prompt.text.strip()
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
        state, draft = self._stage.state, self._stage.draft
        seat = state.seat if state is not None else draft.spec.seat if draft is not None else None
        marked = models or self._models or ([seat.model] if seat is not None else [])
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
        """Have them answer, and show that until one is kept."""
        stage, conductor = self._stage, self._conductor
        await self._actions.begin()
        assert stage.engine is not None
        events = stage.engine.subscribe()
        stage.comparing = True
        try:
            files = conductor.attached.files
            await stage.send(commands.Compare(tuple(models), text, files))
        except BaseException:
            stage.comparing = False
            events.close()
            raise
        if from_prompt and text:
            conductor.prompt.clear()
        await self._actions.sent()
        prices = self._runtime.settings.prices
        asked = stage.engine.state.last
        words = "" if asked is None else asked.text
        screen = CompareScreen(words, models, events, prices, lambda: stage.send(commands.Stop()))
        kept = await self._screen.app.push_screen_wait(screen)
        if kept is not None:
            await self._actions.tell(commands.Jump(kept))
            conductor.talk.follow()
            conductor.status.hint = "the others stay: ← → goes from one to the next"
        else:
            await stage.send(commands.Stop())
            conductor.status.hint = "none was kept: ← → goes from one to the next"
