"""The replies that are being written: one, or several side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from core.aio import unbroken
from core.chat.detours import Detour
from core.chat.log import ChatLog
from core.chat.prompts import ChatPrompts
from core.chat.spec import PERSONA
from core.engine.reply import ReplyRequest, ReplyStrategy, ReplyWriter
from core.participants import Participant
from core.sessions.branches import has_words
from core.sessions.prompts import PromptMessage
from core.sessions.record import Kind, Record


class _AsItComes(ReplyStrategy):
    """Replies that are shown and kept as the model wrote them."""

    def __init__(self, log: ChatLog) -> None:
        self._log = log

    def after(self, message: Record) -> Sequence[Record]:
        if has_words(message):
            return []
        what = "had nothing to add" if message.text.strip() else "said nothing"
        silence = f"{message.author.name} {what}."
        return [
            self._log.new_record(Kind.NOTICE, silence, node=message.node, data={"code": "silence"})
        ]


class Replies:
    """Has replies written in tasks of their own.

    A `detour` says how the path was moved for them; it goes back where nothing comes of it.
    """

    def __init__(
        self, log: ChatLog, prompts: ChatPrompts, settled: Callable[[asyncio.Task[Any]], None]
    ) -> None:
        """`settled` is called with each task that is over."""
        self._log = log
        self._prompts = prompts
        self._writer = ReplyWriter(log, _AsItComes(log))
        self._settled = settled
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def active(self) -> bool:
        """Whether a reply is being written."""
        return bool(self._tasks)

    def reply(
        self, participant: Participant, detour: Detour | None, going_on: Record | None = None
    ) -> None:
        """Have the path go on with a reply.

        One that is `going_on` begins with the words of that reply, beside it.
        """

        data: dict[str, Any] = {} if going_on is None else {"continues": going_on.id}

        async def prompt(shrink: float) -> Sequence[PromptMessage]:
            messages = await self._prompts.compose(participant, shrink, going_on)
            data.update(self._prompts.told)
            return messages

        state = self._log.state
        asked = ReplyRequest(
            PERSONA,
            participant,
            prompt,
            state.number + 1,
            state.spoken,
            before="" if going_on is None else going_on.text,
            home=None if detour is None else detour.home,
            data=data,
        )
        self._start([asked], detour)

    def reply_beside(
        self, participants: Sequence[Participant], record_id: str, detour: Detour | None
    ) -> None:
        """Have several replies to a record written at once, none of which moves the path."""
        self._start([self._beside(each, record_id) for each in participants], detour)

    async def interrupt(self) -> None:
        """Stop what is being written; what was said stays on record."""
        if self._tasks:
            # A task that has not begun would be cancelled without tidying up after itself.
            await asyncio.sleep(0)
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def wait(self) -> None:
        """Wait until nothing is being written."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _start(self, asked: Sequence[ReplyRequest], detour: Detour | None) -> None:
        under_way = len(asked)

        async def write(each: ReplyRequest) -> None:
            nonlocal under_way
            try:
                await self._writer.write(each)
            finally:
                under_way -= 1
                if detour is not None and not under_way:
                    await unbroken(self._return_from(detour))

        for each in asked:
            task = asyncio.create_task(write(each), name="reply")
            self._tasks.add(task)
            task.add_done_callback(self._done)

    async def _return_from(self, detour: Detour) -> None:
        if detour.in_vain(self._log.session.tree):
            await self._log.tell(self._log.new_head(detour.home))

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._settled(task)

    def _beside(self, participant: Participant, record_id: str) -> ReplyRequest:
        data: dict[str, Any] = {"compared": True}

        async def prompt(shrink: float) -> Sequence[PromptMessage]:
            messages = await self._prompts.compose_once(participant, shrink)
            data.update(self._prompts.told)
            return messages

        state = self._log.state
        return ReplyRequest(
            PERSONA,
            participant,
            prompt,
            state.number + 1,
            state.spoken,
            beside=record_id,
            data=data,
        )
