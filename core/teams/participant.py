"""A team that answers where a persona could: in a chat, or on a side of a meetup.

Its run is a session of its own, which can be watched and steered while the other side waits.
Nobody has to: it begins on autopilot.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from core.bus import Subscription
from core.context.budget import Budget
from core.errors import CommandError, ProviderError, ProviderErrorKind, SalonError
from core.messages import Message, ModelName, Params, Usage
from core.providers.base import Chunk, Completion, ModelRequest, Origin, StreamPart
from core.sessions.prompts import PromptMessage, plain_messages
from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree
from core.teams.commands import Autopilot, Command, End, Fork, Say, Stop
from core.teams.engine import TeamEngine
from core.teams.records import Concluded, TeamKind
from core.teams.state import REQUEST

_CONTEXT = 1_000_000
"""Tokens. A team is sent no prompt that has to fit; its nodes see to their own."""
_LOOK = 0.2
"""Seconds between two looks at a team that waits for its human."""
_EARLIER = "(What was said before:)"
_NOW = "(Answer this:)"

BeginRun = Callable[[], Awaitable[TeamEngine]]
"""Makes the engine of a team's run, with a session of its own."""
Pairs = list[tuple[str, str]]
"""What was asked and what was answered, oldest first."""


class SeatedTeam:
    """The run of one team at one seat; begun when the team is first asked."""

    def __init__(self, begin: BeginRun, attended: Callable[[], bool]) -> None:
        """`attended` says whether somebody is there to decide what the team waits for."""
        self._begin = begin
        self._attended = attended
        self._run: asyncio.Task[str] | None = None
        self.engine: TeamEngine | None = None

    async def answer(self, messages: Sequence[Message]) -> tuple[str, Usage]:
        """Return what the team answers to the last message, and what its models used for it.

        What the conversation took back, the team takes back as well.

        Raises:
            ProviderError: it came to no answer.
            StoreError: its session cannot be written.
        """
        engine = await self._opened()
        tree = engine.log.session.tree
        asked, earlier = _conversation(messages)
        before = _place_after(tree, earlier)
        if before is None:
            asked = _with_earlier(asked, earlier)
            before = _place_before(engine.state.request, tree)
        since = len(tree)
        try:
            final = await self._asked(engine, [Fork(before), Autopilot(), Say(asked)])
        except CommandError as error:
            # Somebody has closed the run meanwhile.
            raise ProviderError(
                ProviderErrorKind.UNAVAILABLE, error.message, "Ask again."
            ) from error
        return final.text, _used(tree, since)

    async def aclose(self) -> None:
        """End the run and close its session."""
        if self.engine is None or self._run is None:
            return
        with suppress(SalonError):
            # A run that has failed has told so whoever asked.
            await self.engine.send(End())
        await asyncio.gather(self._run, return_exceptions=True)
        await self.engine.log.session.close()
        self.engine = self._run = None

    async def _opened(self) -> TeamEngine:
        """Return the engine of the run; where that was ended, of a new one."""
        if self.engine is not None and self.engine.ended:
            await self.aclose()
        if self.engine is None:
            self.engine = await self._begin()
            self._run = asyncio.create_task(self.engine.run(), name="team at a seat")
        return self.engine

    async def _asked(self, engine: TeamEngine, commands: Sequence[Command]) -> Record:
        with engine.subscribe() as events:
            for each in commands:
                await engine.send(each)
            try:
                return await self._concluded(engine, events)
            except asyncio.CancelledError:
                await engine.send(Stop())
                raise

    async def _concluded(self, engine: TeamEngine, events: Subscription) -> Record:
        async def final() -> Record | None:
            async for event in events:
                if isinstance(event, Concluded):
                    return event.record
            return None

        waiting = asyncio.create_task(final())
        giving_up = asyncio.create_task(self._given_up(engine))
        try:
            await asyncio.wait({waiting, giving_up}, return_when=asyncio.FIRST_COMPLETED)
            record = waiting.result() if waiting.done() else None
        finally:
            waiting.cancel()
            giving_up.cancel()
            await asyncio.gather(waiting, giving_up, return_exceptions=True)
        if record is None:
            raise _unanswered(engine)
        return record

    async def _given_up(self, engine: TeamEngine) -> None:
        """Return once the team waits for a human who is not there, or was told not to answer."""
        while True:
            await engine.idle()
            if engine.ended or engine.state.request is None or not self._attended():
                # The final answer may be announced and not read yet.
                await asyncio.sleep(0)
                return
            await asyncio.sleep(_LOOK)


@dataclass(frozen=True, slots=True)
class TeamParticipant:
    """A seat that a team answers for."""

    name: str
    model_name: ModelName
    params: Params
    room: SeatedTeam

    @property
    def budget(self) -> Budget:
        return Budget(_CONTEXT)

    @property
    def system(self) -> str:
        return ""

    def check(self) -> None:
        """A team is checked when it is found."""

    def request(self, prompt: Sequence[PromptMessage], origin: Origin) -> ModelRequest:
        return ModelRequest(
            model=self.model_name.model,
            messages=plain_messages(prompt),
            params=self.params,
            origin=origin,
        )

    async def reply(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        text, usage = await self.room.answer(request.messages)
        if text:
            yield Chunk(text)
        yield Completion(text, usage)


def _conversation(messages: Sequence[Message]) -> tuple[str, Pairs]:
    """Return the last message, and the exchanges before it."""
    said = [each for each in messages if each.role != "system"]
    pairs = [
        (one.content, other.content)
        for one, other in pairwise(said)
        if (one.role, other.role) == ("user", "assistant")
    ]
    return (said[-1].content if said else ""), pairs


def _place_after(tree: SessionTree, earlier: Pairs) -> str | None:
    """Return the record after which the team had heard just these exchanges; `None`: never."""
    if not earlier:
        return tree.root.id
    asked, pairs = "", []
    for record in tree.path:
        if record.kind == Kind.MESSAGE and record.data.get(REQUEST):
            asked = record.text
        elif record.kind == TeamKind.FINAL:
            pairs.append((asked, record.text))
            if pairs[-len(earlier) :] == earlier:
                return record.id
    return None


def _place_before(request: Record | None, tree: SessionTree) -> str:
    """Return where the team had answered all it was asked: before a request that is open."""
    place = tree.head if request is None else request.parent
    return place or tree.root.id


def _with_earlier(asked: str, earlier: Pairs) -> str:
    said = "\n\n".join(text for pair in earlier for text in pair)
    return f"{_EARLIER}\n\n{said}\n\n{_NOW}\n\n{asked}"


def _used(tree: SessionTree, since: int) -> Usage:
    """Return the tokens of all that models said from a record's number on."""
    usages = [each.usage for each in tree if each.seq >= since and each.usage is not None]
    return Usage(
        sum(each.input_tokens for each in usages),
        sum(each.output_tokens for each in usages),
        sum(each.cached_tokens for each in usages),
        any(each.estimated for each in usages),
    )


def _unanswered(engine: TeamEngine) -> ProviderError:
    waiting = engine.state.inbox
    why = waiting[0].text if waiting and waiting[0].kind == Kind.NOTICE else "it waits for you."
    return ProviderError(
        ProviderErrorKind.UNAVAILABLE,
        f"The team came to no answer: {why}",
        f"Its run is session {engine.session_id}: open it among the teams and decide.",
    )
