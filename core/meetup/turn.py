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
from dataclasses import dataclass, field, replace

from core.aio import unbroken
from core.context.budget import prompt_tokens
from core.errors import ProviderError, ProviderErrorKind
from core.events import TextDelta, TurnStarted
from core.meetup.control_stream import ControlFilter, parse
from core.meetup.fitting import Fitter
from core.meetup.log import MeetupLog
from core.meetup.playback import Playback
from core.meetup.spec import Side
from core.messages import Usage
from core.participants import Participant
from core.providers.base import Chunk, Completion, ModelRequest, Origin
from core.providers.tokens import estimate_tokens
from core.sessions.record import Author, Kind, Record, Status
from core.sessions.requests import PromptMessage

_SEEDS = 2**32


@dataclass(slots=True)
class _Draft:
    """A message that is being written."""

    record: Record
    side: Side
    turn: int
    prompt_estimate: int
    began: float
    filter: ControlFilter = field(default_factory=ControlFilter)
    pieces: list[str] = field(default_factory=list)
    shown: int = 0

    @property
    def raw(self) -> str:
        """Everything that was streamed so far."""
        return "".join(self.pieces)


class TurnTaker:
    """Takes turns; one at a time."""

    def __init__(self, log: MeetupLog, playback: Playback) -> None:
        self._log = log
        self._playback = playback
        self._fitter = Fitter(log)
        self._turn: asyncio.Task[Record | None] | None = None

    @property
    def speaking(self) -> bool:
        """Whether a turn is being taken."""
        return self._turn is not None and not self._turn.done()

    def start(self, side: Side, participant: Participant) -> asyncio.Task[Record | None]:
        """Let `side` take a turn in a task of its own; see `take`."""
        self._turn = asyncio.create_task(self.take(side, participant), name=f"turn of {side}")
        return self._turn

    async def interrupt(self) -> None:
        """Stop the turn that is being taken; what it said stays on record."""
        turn = self._turn
        if turn is not None and not turn.done():
            turn.cancel()
            await asyncio.wait({turn})

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
            except ProviderError as error:
                overflow = error.kind is ProviderErrorKind.CONTEXT_OVERFLOW
                if overflow and not draft.pieces and shrink == 1.0:
                    shrink = 0.5
                    await self._log.tell(*self._left_beside(draft, "failed"))
                    continue
                await self._fail(draft, error)
                return None
            except BaseException:
                await unbroken(self._stop(draft))
                raise
            return await self._finish(draft, completion)

    async def _begin(
        self, side: Side, participant: Participant, prompt: Sequence[PromptMessage]
    ) -> tuple[_Draft, ModelRequest]:
        log = self._log
        ordinal = log.state.sides[side].spoken
        request = self._varied(participant.request(prompt, Origin(side, ordinal)), side)
        digest, blobs = log.requests.records_for(side, request, prompt)
        await log.append(*blobs)
        turn = log.state.number + 1
        empty = log.draft(
            Kind.MESSAGE,
            author=Author("persona", participant.name),
            node=side,
            data={"turn": turn, "ordinal": ordinal},
        )
        model = str(participant.model_name)
        record = replace(
            log.placed(empty), model=model, params=request.params.to_json(), request=digest
        )
        log.bus.publish(TurnStarted(log.id, side, turn, record.id, participant.name, model))
        return _Draft(record, side, turn, prompt_tokens(prompt), time.monotonic()), request

    def _varied(self, request: ModelRequest, side: Side) -> ModelRequest:
        """Return a request that is to be answered differently from those at the same place.

        A server with a fixed seed would only repeat what is to be taken again.
        """
        seed = request.params.seed
        if seed is None:
            return request
        params = replace(request.params, seed=(seed + self._times_taken(side)) % _SEEDS)
        return replace(request, params=params)

    def _times_taken(self, side: Side) -> int:
        """Return how many messages of `side` follow the last message on other branches."""
        tree = self._log.session.tree
        count = 0
        for record in reversed(tree.path):
            count += sum(
                each.kind == Kind.MESSAGE and each.node == side and each.status != "failed"
                for each in tree.children(record.id)
            )
            if record.kind == Kind.MESSAGE:
                break
        return count

    async def _stream(
        self, draft: _Draft, participant: Participant, request: ModelRequest
    ) -> Completion:
        async with aclosing(participant.reply(request)) as parts:
            async for part in parts:
                if isinstance(part, Chunk):
                    draft.pieces.append(part.text)
                    self._show(draft, draft.filter.feed(part.text))
                else:
                    return part
        raise ProviderError(
            ProviderErrorKind.PROTOCOL, "The answer broke off without an end.", "Try again."
        )

    def _show(self, draft: _Draft, text: str) -> None:
        """Announce prose, and note it in case the process dies."""
        if not text:
            return
        log, record = self._log, draft.record
        log.session.checkpoint(record, text)
        log.bus.publish(TextDelta(log.id, draft.side, draft.turn, record.id, draft.shown, text))
        draft.shown += len(text)

    async def _finish(self, draft: _Draft, completion: Completion) -> Record:
        log, author = self._log, draft.record.author
        message = self._message(draft, completion.text, "complete", completion.usage)
        if completion.finish != "stop":
            message = replace(message, data={**message.data, "finish": completion.finish})
        words = message.data.get("words", ())
        after = [log.word_draft(word, author=author, node=draft.side) for word in words]
        if not message.text and not words:
            silence = f"{author.name} said nothing."
            after = [log.draft(Kind.NOTICE, silence, node=draft.side, data={"code": "silence"})]
        stored, *_ = await log.tell(message, *after)
        return stored

    def _message(self, draft: _Draft, raw: str, status: Status, usage: Usage) -> Record:
        self._show(draft, draft.filter.finish())
        parsed = parse(raw)
        data = {
            **draft.record.data,
            "seconds": round(time.monotonic() - draft.began, 3),
            "estimated_prompt": draft.prompt_estimate,
        }
        if parsed.prose != raw:
            data["raw"] = raw
        if parsed.words:
            data["words"] = [word.value for word in parsed.words]
        record = self._log.at_head(draft.record)
        return replace(record, text=parsed.prose, status=status, usage=usage, data=data)

    def _unfinished(self, draft: _Draft, status: Status) -> Record:
        usage = Usage(draft.prompt_estimate, estimate_tokens(draft.raw), estimated=True)
        return self._message(draft, draft.raw, status, usage)

    def _left_beside(self, draft: _Draft, status: Status) -> tuple[Record, Record]:
        """Return a message beside the path: nothing is lost, and nobody answers it."""
        return self._unfinished(draft, status), self._log.head_draft()

    async def _stop(self, draft: _Draft) -> None:
        if parse(draft.raw).prose:
            await self._log.tell(self._unfinished(draft, "stopped"))
        else:
            await self._log.tell(*self._left_beside(draft, "stopped"))

    async def _fail(self, draft: _Draft, error: ProviderError) -> None:
        data = {
            "code": "error",
            "turn": draft.turn,
            "kind": error.kind.value,
            "message": error.message,
            "hint": error.hint,
            "partial": draft.record.id,
        }
        notice = self._log.draft(Kind.NOTICE, str(error), node=draft.side, data=data)
        # First, so that whoever resumes on hearing of it finds the pause.
        self._playback.give_up("error")
        await self._log.tell(*self._left_beside(draft, "failed"), notice)
