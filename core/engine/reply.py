"""One reply: prompt, stream, message on record.

The order is what makes it safe: the request is on record before it is sent, the text so
far is noted while it streams, and the finished message is stored before anybody is told.
Whatever ends a reply early leaves what was said until then.

A reply that goes on with a text says in `data["taken_over"]` how many characters of its own
that text is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from core.aio import unbroken
from core.context.budget import prompt_tokens
from core.engine.log import SessionLog
from core.errors import ProviderError, ProviderErrorKind
from core.events import TextDelta, TurnStarted
from core.messages import Usage
from core.participants import Participant
from core.providers.base import (
    Chunk,
    Completion,
    FinishReason,
    ModelRequest,
    Origin,
    Retraction,
    Waiting,
)
from core.providers.tokens import estimate_tokens
from core.sessions.prompts import PromptMessage
from core.sessions.record import Author, Kind, Record, Status
from core.text import clean_line

_SEEDS = 2**32
_BROKEN_OFF = frozenset({ProviderErrorKind.NETWORK, ProviderErrorKind.TIMEOUT})
"""A reply that ended so before its server said why is interrupted; the others failed."""
_STATUSES: Mapping[FinishReason, Status] = {"paused": "paused", "unknown": "unknown"}
"""Statuses of replies that ended otherwise than complete; a cut one is complete and marked."""
_MECHANICS = frozenset({"stream", "stream_options", "return_progress"})
"""What is sent with every request, whatever the parameters."""


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """What is asked of a participant."""

    node: str
    participant: Participant
    prompt: Callable[[float], Awaitable[Sequence[PromptMessage]]]
    """Composes what is sent; below 1, its argument says to which share it has to shrink."""
    turn: int
    ordinal: int
    """How many replies of the node came before; keys recorded answers."""
    before: str = ""
    """Text that the reply goes on with; it becomes the beginning of the message."""
    beside: str | None = None
    """Record that the reply follows without the path moving there; else the path's end."""
    home: str | None = None
    """Record that the path goes back to if the reply brings no words; else it stays."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What else the message's record says; may be filled while the prompt is composed."""
    schema: Mapping[str, Any] | None = None
    """A JSON schema that the reply has to satisfy."""
    strict: bool = False
    """Whether a reply fails whose server paused it or ended it for an unknown reason."""
    take: int | None = None
    """How often it was answered before at the same place; `None`: to be counted.

    An engine that repeats what an interruption cut off asks for the same take again.
    """


class TextFilter(Protocol):
    """Lets through what of a stream is to be shown."""

    def feed(self, text: str) -> str:
        """Take in a piece; return what can be shown now."""
        ...

    def finish(self) -> str:
        """Return what was held back."""
        ...


class PassThrough:
    """A filter that lets everything through."""

    def feed(self, text: str) -> str:
        return text

    def finish(self) -> str:
        return ""


class ReplyStrategy:
    """How an engine reads replies and what follows from them; as it stands, replies are words."""

    def filter(self) -> TextFilter:
        """Return a filter for one reply."""
        return PassThrough()

    def read(self, raw: str) -> tuple[str, Mapping[str, Any]]:
        """Return a reply's prose, and what else of it goes into the record's data."""
        return raw, {}

    def after(self, message: Record) -> Sequence[Record]:
        """Return drafts of what follows a finished message."""
        return ()

    def failed(self) -> None:
        """Called when a reply failed, before anybody is told."""


@dataclass(slots=True)
class _Draft:
    """A message that is being written."""

    record: Record
    asked: ReplyRequest
    prompt_estimate: int
    began: float
    filter: TextFilter
    pieces: list[str] = field(default_factory=list)
    shown: int = 0

    @property
    def said(self) -> str:
        """Everything that was streamed so far, without what it goes on with."""
        return "".join(self.pieces)


class ReplyWriter:
    """Has participants reply, each reply in a task of the caller's."""

    def __init__(self, log: SessionLog[Any], strategy: ReplyStrategy) -> None:
        self._log = log
        self._strategy = strategy
        self._told: set[tuple[str, str]] = set()
        """Models and the parameters that they were said not to be sent."""

    async def write(self, asked: ReplyRequest) -> Record | None:
        """Have a reply written; return its message, or `None` where it failed.

        Cancelling keeps what was said so far as a `stopped` message and then raises on.

        Raises:
            StoreError: a record could not be stored.
        """
        shrink = 1.0
        while True:
            draft, request = await self._begin(asked, await asked.prompt(shrink))
            try:
                completion = await self._stream(draft, request)
            except ProviderError as error:
                overflow = error.kind is ProviderErrorKind.CONTEXT_OVERFLOW
                if shrink < 1.0 or not overflow or draft.pieces:
                    await self._fail(draft, error)
                    return None
                shrink = 0.5
                await self._log.tell(*self._left_beside(draft, "failed"))
            except (Exception, asyncio.CancelledError):
                await unbroken(self._stop(draft))
                raise
            else:
                return await self._finish(draft, completion)

    async def _begin(
        self, asked: ReplyRequest, prompt: Sequence[PromptMessage]
    ) -> tuple[_Draft, ModelRequest]:
        log, participant = self._log, asked.participant
        take = self._times_taken(asked) if asked.take is None else asked.take
        origin = Origin(asked.node, asked.ordinal, take)
        request = replace(participant.request(prompt, origin), schema=asked.schema)
        request = _varied(request)
        digest, blobs = log.requests.records_for(asked.node, request, prompt)
        await log.append(*blobs)
        data = {"turn": asked.turn, "ordinal": asked.ordinal, **asked.data}
        if asked.before:
            data["taken_over"] = len(asked.before)
        author = Author("persona", participant.name)
        empty = log.new_record(Kind.MESSAGE, author=author, node=asked.node, data=data)
        model = str(participant.model_name)
        record = replace(
            log.placed(empty, asked.beside),
            model=model,
            params=request.params.to_json(),
            request=digest,
        )
        log.bus.publish(
            TurnStarted(log.id, asked.node, asked.turn, record.id, participant.name, model)
        )
        filter_ = self._strategy.filter()
        draft = _Draft(record, asked, prompt_tokens(prompt), time.monotonic(), filter_)
        self._show(draft, filter_.feed(asked.before))
        return draft, request

    def _times_taken(self, asked: ReplyRequest) -> int:
        """Return how many replies that go on with the same follow the same last message."""
        tree = self._log.session.tree
        count, place = 0, asked.beside or tree.head
        while place is not None:
            record = tree.get(place)
            count += sum(_is_take(each, asked) for each in tree.children(place))
            if record.kind == Kind.MESSAGE:
                break
            place = record.parent
        return count

    async def _stream(self, draft: _Draft, request: ModelRequest) -> Completion:
        async with aclosing(draft.asked.participant.reply(request)) as parts:
            async for part in parts:
                if isinstance(part, Chunk):
                    draft.pieces.append(part.text)
                    self._show(draft, draft.filter.feed(part.text))
                elif isinstance(part, Completion):
                    if draft.asked.strict and part.finish in _STATUSES:
                        raise _unfinished(part)
                    return part
                elif isinstance(part, Retraction):
                    self._retract(draft)
                elif isinstance(part, Waiting):
                    await self._tell_wait(draft, part)
        raise ProviderError(
            ProviderErrorKind.PROTOCOL, "The answer broke off without an end.", "Try again."
        )

    def _retract(self, draft: _Draft) -> None:
        """Begin the message anew: what was shown of it was the model's reasoning."""
        draft.pieces.clear()
        draft.shown = 0
        draft.filter = self._strategy.filter()
        self._show(draft, draft.filter.feed(draft.asked.before))

    async def _tell_wait(self, draft: _Draft, waiting: Waiting) -> None:
        """Say that the request will be sent again, and why."""
        data = {"code": "retry", "kind": waiting.error.kind.value, "seconds": waiting.seconds}
        text = f"{waiting.error.message} {waiting_text(waiting)}"
        notice = self._log.new_record(Kind.NOTICE, text, node=draft.asked.node, data=data)
        await self._log.tell(notice)

    def _show(self, draft: _Draft, text: str) -> None:
        """Announce prose, and note it in case the process dies."""
        if not text:
            return
        log, record, asked = self._log, draft.record, draft.asked
        log.session.checkpoint(record, text)
        log.bus.publish(TextDelta(log.id, asked.node, asked.turn, record.id, draft.shown, text))
        draft.shown += len(text)

    async def _finish(self, draft: _Draft, completion: Completion) -> Record:
        asked, log = draft.asked, self._log
        status = _STATUSES.get(completion.finish, "complete")
        message = self._message(draft, completion.text, status, completion.usage)
        message = replace(message, data={**message.data, **completion_data(message, completion)})
        notices = self._notices(draft, completion)

        def group() -> Sequence[Record]:
            if asked.beside is not None:
                return message, log.new_head(), *notices
            after = (*notices, *self._strategy.after(message))
            if asked.home is not None and not completion.text.strip():
                return message, log.new_head(asked.home), *after
            return message, *after

        # What follows depends on what was said until then.
        stored, *_ = await log.tell_composed(group)
        return stored

    def _notices(self, draft: _Draft, completion: Completion) -> list[Record]:
        """Return what has to be told of a reply; of a parameter that is not sent only once."""
        name, texts = draft.record.author.name, []
        if completion.finish == "unknown":
            texts.append(
                f"{name}: the server ended the reply with {completion.reason!r}, which is no known "
                "reason: it may be incomplete."
            )
        elif completion.finish == "paused":
            texts.append(
                f"{name}: the model paused ({completion.reason}) and waits for what Salon does not "
                "send: the reply may be incomplete."
            )
        for parameter, why in completion.not_sent.items():
            said = (str(draft.record.model), parameter)
            if said not in self._told:
                self._told.add(said)
                texts.append(f"{said[0]}: {parameter} was not sent: {why}")
        return [
            self._log.new_record(
                Kind.NOTICE, clean_line(text), node=draft.asked.node, data={"code": "reply"}
            )
            for text in texts
        ]

    def _message(self, draft: _Draft, said: str, status: Status, usage: Usage) -> Record:
        self._show(draft, draft.filter.finish())
        prose, read = self._strategy.read(draft.asked.before + said)
        data = {
            **draft.record.data,
            "seconds": round(time.monotonic() - draft.began, 3),
            "estimated_prompt": draft.prompt_estimate,
            **read,
        }
        record = draft.record
        if draft.asked.beside is None:
            record = self._log.at_head(record)
        return replace(record, text=prose, status=status, usage=usage, data=data)

    def _unfinished(self, draft: _Draft, status: Status) -> Record:
        usage = Usage(draft.prompt_estimate, estimate_tokens(draft.said), estimated=True)
        return self._message(draft, draft.said, status, usage)

    def _left_beside(
        self, draft: _Draft, status: Status, home: str | None = None
    ) -> tuple[Record, Record]:
        """Return a message beside the path: nothing is lost, and nobody answers it."""
        head = self._log.new_head() if home is None else self._log.new_head(home)
        return self._unfinished(draft, status), head

    async def _stop(self, draft: _Draft) -> None:
        prose, _ = self._strategy.read(draft.said)
        if prose.strip() and draft.asked.beside is None:
            await self._log.tell(self._unfinished(draft, "stopped"))
        else:
            await self._log.tell(*self._left_beside(draft, "stopped", draft.asked.home))

    async def _fail(self, draft: _Draft, error: ProviderError) -> None:
        data = {
            "code": "error",
            "turn": draft.asked.turn,
            "kind": error.kind.value,
            "message": error.message,
            "hint": error.hint,
            "partial": draft.record.id,
        }
        asked = draft.asked
        notice = self._log.new_record(Kind.NOTICE, str(error), node=asked.node, data=data)
        # First, so that whoever resumes on hearing of it finds the pause.
        self._strategy.failed()
        broke_off = error.kind in _BROKEN_OFF and bool(draft.said.strip())
        status: Status = "interrupted" if broke_off else "failed"
        await self._log.tell(*self._left_beside(draft, status, asked.home), notice)


def waiting_text(waiting: Waiting) -> str:
    """Return how long is waited for which try: `Waiting 4 s, try 2 of 4.`"""
    seconds = f"Waiting {waiting.seconds:.1f} s"
    if waiting.most:
        return f"{seconds}, try {waiting.attempt} of {waiting.most}."
    return f"{seconds}, {waiting.waited:.0f} s so far."


def completion_data(message: Record, completion: Completion) -> dict[str, Any]:
    """Return what a record says of a completion beside its text."""
    data: dict[str, Any] = {}
    if completion.finish != "stop":
        data["finish"] = completion.finish
    if completion.finish in _STATUSES:
        data["finish_reason"] = completion.reason
    if completion.reasoning:
        data["thinking"] = completion.reasoning
    if completion.not_sent:
        data["not_sent"] = dict(completion.not_sent)
    asked = message.params or {}
    sent = {key: value for key, value in completion.sent.items() if key not in _MECHANICS}
    if sent and sent != asked:
        data["sent"] = sent
    return data


def _unfinished(completion: Completion) -> ProviderError:
    return ProviderError(
        ProviderErrorKind.PROTOCOL,
        f"The server ended the reply with {completion.reason!r}: it may be incomplete.",
        "Try again, or pick another model.",
    )


def _varied(request: ModelRequest) -> ModelRequest:
    """Return a request that is to be answered differently from those at the same place.

    A server with a fixed seed would only repeat what is to be taken again.
    """
    seed = request.params.seed
    if seed is None or request.origin is None:
        return request
    seed = (seed + request.origin.take) % _SEEDS
    return replace(request, params=replace(request.params, seed=seed))


def _is_take(record: Record, asked: ReplyRequest) -> bool:
    return (
        record.kind == Kind.MESSAGE
        and record.node == asked.node
        and record.request is not None
        and record.status != "failed"
        and record.data.get("continues") == asked.data.get("continues")
    )
