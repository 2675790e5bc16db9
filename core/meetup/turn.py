"""One turn of one side: prompt, stream, message on record.

The order is what makes a turn safe: the request is on record before it is sent, the text
so far is noted while it streams, and the finished message is stored before anybody is
told. Whatever ends a turn early leaves what was said until then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from core.aio import unbroken
from core.context.budget import prompt_tokens
from core.errors import ProviderError, ProviderErrorKind
from core.events import Controlled, Failed, Notice, TextDelta, TurnFinished, TurnStarted
from core.meetup.control import parse
from core.meetup.control_stream import ControlFilter
from core.meetup.fitting import Fitter
from core.meetup.log import MeetupLog
from core.meetup.spec import Side
from core.messages import Usage
from core.participants import Participant
from core.providers.base import Chunk, Completion, ModelRequest, Origin
from core.providers.tokens import estimate_tokens
from core.sessions.record import Author, Kind, Record, Status
from core.sessions.requests import PromptMessage


@dataclass(slots=True)
class _Draft:
    """A message that is being written."""

    record: Record
    side: Side
    turn: int
    prompt_estimate: int
    began: float
    filter: ControlFilter
    raw: str = ""
    shown: int = 0

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.began, 3)


class TurnTaker:
    """Takes turns; one at a time."""

    def __init__(self, log: MeetupLog, fitter: Fitter) -> None:
        self._log = log
        self._fitter = fitter

    async def take(self, side: Side, participant: Participant) -> Record | None:
        """Let `side` speak; return its message, or `None` where the turn failed.

        Cancelling keeps what was said so far as a `stopped` message and then raises on.

        Raises:
            StoreError: a record could not be stored.
        """
        shrink = 1.0
        while True:
            prompt = await self._fitter.prompt(side, participant, shrink)
            draft, request = await self._begin(side, participant, prompt)
            try:
                completion = await self._stream(draft, participant, request)
            except asyncio.CancelledError:
                await unbroken(self._stop(draft))
                raise
            except ProviderError as error:
                overflow = error.kind is ProviderErrorKind.CONTEXT_OVERFLOW
                if overflow and not draft.raw and shrink == 1.0:
                    shrink = 0.5
                    await unbroken(self._leave(draft, "failed"))
                    continue
                await unbroken(self._fail(draft, error))
                return None
            return await unbroken(self._finish(draft, completion))

    async def _begin(
        self, side: Side, participant: Participant, prompt: Sequence[PromptMessage]
    ) -> tuple[_Draft, ModelRequest]:
        log = self._log
        ordinal = log.state.sides[side].spoken
        request = participant.request(prompt, Origin(side, ordinal))
        await log.append(*log.requests.records_for(side, request, prompt))
        turn = log.state.number + 1
        empty = log.draft(
            Kind.MESSAGE,
            author=Author("persona", participant.name),
            node=side,
            data={"turn": turn, "ordinal": ordinal},
        )
        record = replace(
            log.placed(empty),
            model=str(participant.model_name),
            params=participant.params.to_json(),
            request=request.hash(),
        )
        log.bus.publish(
            TurnStarted(log.id, side, turn, record.id, participant.name, record.model or "")
        )
        estimate = prompt_tokens(prompt)
        began = time.monotonic()
        return _Draft(record, side, turn, estimate, began, ControlFilter()), request

    async def _stream(
        self, draft: _Draft, participant: Participant, request: ModelRequest
    ) -> Completion:
        pieces: list[str] = []
        try:
            async with aclosing(participant.reply(request)) as parts:
                async for part in parts:
                    if isinstance(part, Chunk):
                        pieces.append(part.text)
                        self._show(draft, draft.filter.feed(part.text))
                        self._log.session.checkpoint(draft.record, part.text)
                    else:
                        self._show(draft, draft.filter.finish())
                        return part
        finally:
            draft.raw = "".join(pieces)
        raise ProviderError(
            ProviderErrorKind.PROTOCOL, "The answer broke off without an end.", "Try again."
        )

    def _show(self, draft: _Draft, text: str) -> None:
        if not text:
            return
        log, record = self._log, draft.record
        log.bus.publish(TextDelta(log.id, draft.side, draft.turn, record.id, draft.shown, text))
        draft.shown += len(text)

    async def _finish(self, draft: _Draft, completion: Completion) -> Record:
        raw = completion.text
        parsed = parse(raw)
        message = self._message(draft, raw, "complete", completion.usage)
        if completion.finish != "stop":
            message = replace(message, data={**message.data, "finish": completion.finish})
        records = [message, *self._controls(draft, parsed.words)]
        if not parsed.prose and not parsed.words:
            records.append(self._silence(draft))
        message, *rest = await self._log.append(*records)
        self._publish_finished(draft, message)
        for record in rest:
            event = Controlled if record.kind == Kind.CONTROL else Notice
            self._log.bus.publish(event(self._log.id, draft.turn, record))
        return message

    def _message(self, draft: _Draft, raw: str, status: Status, usage: Usage) -> Record:
        parsed = parse(raw)
        data = {
            **draft.record.data,
            "seconds": draft.seconds,
            "estimated_prompt": draft.prompt_estimate,
        }
        if parsed.prose != raw:
            data["raw"] = raw
        if parsed.words:
            data["words"] = [word.value for word in parsed.words]
        record = self._log.at_head(draft.record)
        return replace(record, text=parsed.prose, status=status, usage=usage, data=data)

    def _controls(self, draft: _Draft, words: Sequence[str]) -> list[Record]:
        author = draft.record.author
        return [
            self._log.draft(Kind.CONTROL, word, author=author, node=draft.side, data={"said": True})
            for word in words
        ]

    def _silence(self, draft: _Draft) -> Record:
        text = f"{draft.record.author.name} said nothing."
        return self._log.draft(Kind.NOTICE, text, node=draft.side, data={"code": "silence"})

    async def _stop(self, draft: _Draft) -> None:
        if parse(draft.raw).prose:
            message = self._message(draft, draft.raw, "stopped", self._estimate(draft))
            stored = await self._log.append_one(message)
            self._publish_finished(draft, stored)
        else:
            await self._leave(draft, "stopped")

    async def _leave(self, draft: _Draft, status: Status) -> Record:
        """Store a message beside the path: nothing is lost, and nobody answers it."""
        message = self._message(draft, draft.raw, status, self._estimate(draft))
        stored, _ = await self._log.append(message, self._log.head_draft())
        self._publish_finished(draft, stored)
        return stored

    async def _fail(self, draft: _Draft, error: ProviderError) -> None:
        partial = await self._leave(draft, "failed")
        data = {
            "code": "error",
            "kind": error.kind.value,
            "message": error.message,
            "hint": error.hint,
            "partial": partial.id,
        }
        notice = await self._log.append_one(
            self._log.draft(Kind.NOTICE, str(error), node=draft.side, data=data)
        )
        self._log.bus.publish(Failed(self._log.id, draft.side, draft.turn, notice))

    def _estimate(self, draft: _Draft) -> Usage:
        return Usage(draft.prompt_estimate, estimate_tokens(draft.raw), estimated=True)

    def _publish_finished(self, draft: _Draft, message: Record) -> None:
        self._log.bus.publish(
            TurnFinished(self._log.id, draft.side, draft.turn, message, draft.seconds)
        )
