"""One turn of one side."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from core.engine.context_window import ContextWindow, WindowRequest
from core.engine.reply import ReplyRequest, ReplyStrategy, ReplyWriter, TextFilter
from core.meetup.control_stream import ControlFilter, parse
from core.meetup.log import MeetupLog
from core.meetup.pacing import Pacer
from core.meetup.spec import Side
from core.meetup.turn_scheduler import TurnScheduler
from core.participants import Participant
from core.sessions.prompts import PromptMessage
from core.sessions.record import Kind, Record


class _WithControlWords(ReplyStrategy):
    """Replies in which control words are understood and not shown."""

    def __init__(self, log: MeetupLog, scheduler: TurnScheduler) -> None:
        self._log = log
        self._scheduler = scheduler

    def filter(self) -> TextFilter:
        return ControlFilter()

    def read(self, raw: str) -> tuple[str, Mapping[str, Any]]:
        parsed = parse(raw)
        data: dict[str, Any] = {}
        if parsed.prose != raw:
            data["raw"] = raw
        if parsed.words:
            data["words"] = [word.value for word in parsed.words]
        return parsed.prose, data

    def after(self, message: Record) -> Sequence[Record]:
        log, author, node = self._log, message.author, message.node
        words = message.data.get("words", ())
        if not message.text and not words:
            silence = f"{author.name} said nothing."
            return [log.new_record(Kind.NOTICE, silence, node=node, data={"code": "silence"})]
        return [log.new_control(word, author=author, node=node) for word in words]

    def failed(self) -> None:
        self._scheduler.give_up("error")


class TurnRunner:
    """Runs turns, one at a time."""

    def __init__(self, log: MeetupLog, scheduler: TurnScheduler, pacer: Pacer) -> None:
        self._log = log
        self._pacer = pacer
        self._fitter = ContextWindow(log)
        self._writer = ReplyWriter(log, _WithControlWords(log, scheduler))
        self._turn: asyncio.Task[Record | None] | None = None

    @property
    def speaking(self) -> bool:
        """Whether a turn is being taken."""
        return self._turn is not None and not self._turn.done()

    def start(self, side: Side, participant: Participant) -> asyncio.Task[Record | None]:
        """Let `side` take a turn in a task of its own; see `ReplyWriter.write`."""
        asked = self._asked(side, participant)
        self._turn = asyncio.create_task(self._take(asked), name=f"turn of {side}")
        return self._turn

    async def _take(self, asked: ReplyRequest) -> Record | None:
        message = await self._writer.write(asked)
        if message is not None:
            self._pacer.finished(time.monotonic(), message.text)
        return message

    async def interrupt(self) -> None:
        """Stop the turn that is being taken; what it said stays on record."""
        turn = self._turn
        if turn is not None and not turn.done():
            turn.cancel()
            await asyncio.wait({turn})

    def _asked(self, side: Side, participant: Participant) -> ReplyRequest:
        log, there = self._log, self._log.state.sides[side]

        async def prompt(shrink: float) -> Sequence[PromptMessage]:
            view = await log.view(side)
            fitting = WindowRequest(
                node=side,
                participant=participant,
                view=lambda: view.render(participant.system),
                ordinal=there.spoken,
                ratio=there.ratio,
                overflow=log.state.spec.overflow,
                summary=view.summary,
            )
            return await self._fitter.fit(fitting, shrink)

        return ReplyRequest(side, participant, prompt, log.state.number + 1, there.spoken)
