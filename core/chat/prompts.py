"""Composes the prompts of a chat from its persona and its records, within the context."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.chat.log import ChatLog
from core.chat.spec import HUMAN, PERSONA
from core.context.budget import fit, prompt_tokens
from core.engine.context_window import ContextWindow, WindowRequest
from core.engine.instructions import ExtraInstructions
from core.engine.prompt import PromptView
from core.messages import Message
from core.participants import Participant
from core.personas.roleplay import Roleplay
from core.sessions.prompts import PromptMessage
from core.sessions.record import Kind, Record

_AT_ONCE = 1_000
"""Messages whose length is worked out in one go."""
_LORE_SHARE = 4
"""One part in so many of a prompt may be lorebook entries."""
ToldNow = Callable[[], Awaitable[ExtraInstructions | None]]
"""Returns what the persona of a chat is told just now beside its instructions."""
_EXAMPLES = "How {name} speaks, in examples of other conversations:"


class ChatPrompts:
    """What a persona is sent for each reply."""

    def __init__(self, log: ChatLog, roleplay: Roleplay, tell_more: ToldNow | None = None) -> None:
        """`tell_more` is asked before each reply what else the persona is told."""
        self._log = log
        self._roleplay = roleplay
        self._tell_more = tell_more
        self._extra: ExtraInstructions | None = None
        self._fitter = ContextWindow(log)

    @property
    def told(self) -> Mapping[str, Any]:
        """What the last prompt's reply has to say of what the persona was told beside it."""
        return {} if self._extra is None else self._extra.data

    async def compose(
        self, participant: Participant, shrink: float, going_on: Record | None = None
    ) -> Sequence[PromptMessage]:
        """Return what is sent now; what does not fit goes, examples before messages.

        Each loss is put on record and announced.

        Raises:
            StoreError: it could not be stored.
        """
        await self._ask_for_more()
        await self._weigh(participant)
        await self._drop_examples(participant, shrink, going_on)
        state = self._log.state
        fitting = WindowRequest(
            node=PERSONA,
            participant=participant,
            view=lambda: self._view(participant, going_on),
            ordinal=state.spoken,
            ratio=state.ratio(str(participant.model_name)),
            overflow=state.spec.overflow,
            summary=self._log.view.exchange.summary,
        )
        return await self._fitter.fit(fitting, shrink)

    async def compose_once(
        self, participant: Participant, shrink: float
    ) -> Sequence[PromptMessage]:
        """Return what a participant is sent that answers beside the path.

        What does not fit is left out for this one request only.
        """
        await self._ask_for_more()
        await self._weigh(participant)
        budget = replace(
            participant.budget, context_length=int(participant.budget.context_length * shrink)
        )
        ratio = self._log.state.ratio(str(participant.model_name))
        full = self._view(participant, None)
        if prompt_tokens(full.prompt, ratio) <= budget.prompt:
            return full.prompt
        bare = self._view(participant, None, examples=0)
        return fit(bare.prompt, budget, opening=bare.opening, ratio=ratio).messages

    async def _ask_for_more(self) -> None:
        self._extra = None if self._tell_more is None else await self._tell_more()

    async def _weigh(self, participant: Participant) -> None:
        """Work out, a bit at a time, what is then known: how long each message is.

        After a move in a long chat that is too much to keep the event loop waiting for.
        """
        await self._log.fold_view()
        texts = self._log.view.texts
        await asyncio.sleep(0)
        if self._roleplay.has_lore:
            # A card's patterns may take their time; what is found is kept for the prompt.
            room = participant.budget.prompt // _LORE_SHARE
            await asyncio.to_thread(self._roleplay.lore, texts, tokens=room)
        exchange = self._log.view.exchange
        for _ in range(0, len(exchange.items), _AT_ONCE):
            if not exchange.settle(_AT_ONCE):
                break
            await asyncio.sleep(0)

    async def _drop_examples(
        self, participant: Participant, shrink: float, going_on: Record | None
    ) -> None:
        log = self._log
        room = participant.budget.prompt * shrink
        have = self._examples()
        kept = have
        while kept and self._size(participant, going_on, kept) > room:
            kept -= 1
        if kept == have:
            return
        text = f"{participant.name}'s context is full: {have - kept} examples of speech left out."
        data = {"code": "examples", "kept": kept}
        await log.tell(log.new_record(Kind.NOTICE, text, node=PERSONA, data=data))

    def _size(self, participant: Participant, going_on: Record | None, examples: int) -> int:
        view = self._view(participant, going_on, examples=examples)
        return prompt_tokens(view.prompt, self._log.state.ratio(str(participant.model_name)))

    def _examples(self) -> int:
        there = len(self._roleplay.examples)
        kept = self._log.state.examples
        return there if kept is None else min(there, kept)

    def _view(
        self, participant: Participant, going_on: Record | None, *, examples: int | None = None
    ) -> PromptView:
        view = self._log.view
        room = participant.budget.prompt // _LORE_SHARE
        return view.render(
            self._system(self._examples() if examples is None else examples),
            lore=self._roleplay.lore(view.texts, tokens=room),
            after=self._roleplay.after_history,
            going_on=going_on,
            extra="" if self._extra is None else self._extra.text,
        )

    def _system(self, examples: int) -> str:
        blocks = self._roleplay.examples[:examples]
        if not blocks:
            return self._roleplay.system
        state = self._log.state
        names = {"assistant": state.seat.name, "user": state.spec.user}
        shown = "\n\n".join(_block(block, names) for block in blocks)
        return f"{self._roleplay.system}\n\n{_EXAMPLES.format(name=state.seat.name)}\n\n{shown}"


def _block(messages: Sequence[Message], names: dict[str, str]) -> str:
    return "\n".join(f"{names.get(each.role, HUMAN)}: {each.content}" for each in messages)
