"""The replies that are being written: one, or several side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from core.chat.log import ChatLog
from core.chat.prompts import ChatPrompts
from core.chat.spec import PERSONA
from core.conversation.reply import Asked, Plain, ReplyWriter, TextFilter
from core.participants import Participant
from core.sessions.record import Kind, Record
from core.sessions.requests import PromptMessage


class _AsItComes:
    """Replies that are shown and kept as the model wrote them."""

    def __init__(self, log: ChatLog) -> None:
        self._log = log

    def filter(self) -> TextFilter:
        return Plain()

    def read(self, raw: str) -> tuple[str, Mapping[str, Any]]:
        return raw, {}

    def after(self, message: Record) -> Sequence[Record]:
        if message.text.strip():
            return []
        silence = f"{message.author.name} said nothing."
        return [self._log.draft(Kind.NOTICE, silence, node=message.node, data={"code": "silence"})]

    def failed(self) -> None:
        """A chat waits for its human anyway."""


class Replies:
    """Has replies written in tasks of their own."""

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

    def reply(self, participant: Participant) -> None:
        """Have the path go on with a reply."""
        self._start(self._writer.write(self._asked(participant)))

    def reply_anew(self, participant: Participant, home: str) -> None:
        """The same; if nothing comes of it, the path goes back to the record `home`."""
        self._start(self._writer.write(self._asked(participant, home=home)))

    def go_on(self, participant: Participant, reply: Record, home: str) -> None:
        """Have the path go on with another alternative of a reply that begins with its words."""
        self._start(self._writer.write(self._asked(participant, home=home, going_on=reply)))

    def reply_beside(self, participants: Sequence[Participant], record_id: str) -> None:
        """Have several replies to a record written at once, none of which moves the path."""
        for participant in participants:
            self._start(self._writer.write(self._beside(participant, record_id)))

    async def interrupt(self) -> None:
        """Stop what is being written; what was said stays on record."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def wait(self) -> None:
        """Wait until nothing is being written."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _start(self, writing: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(writing, name="reply")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._settled(task)

    def _asked(
        self,
        participant: Participant,
        *,
        home: str | None = None,
        going_on: Record | None = None,
    ) -> Asked:
        async def prompt(shrink: float) -> Sequence[PromptMessage]:
            return await self._prompts.compose(participant, shrink, going_on)

        state = self._log.state
        before = "" if going_on is None else going_on.text
        data = {} if going_on is None else {"continues": going_on.id}
        return Asked(
            PERSONA,
            participant,
            prompt,
            state.number + 1,
            state.spoken,
            before=before,
            home=home,
            data=data,
        )

    def _beside(self, participant: Participant, record_id: str) -> Asked:
        async def prompt(shrink: float) -> Sequence[PromptMessage]:
            return self._prompts.compose_once(participant, shrink)

        state = self._log.state
        return Asked(
            PERSONA,
            participant,
            prompt,
            state.number + 1,
            state.spoken,
            beside=record_id,
            data={"compared": True},
        )
