"""The chat engine: it waits for what its human wants and has it answered.

`run` lasts until the chat is closed; `send` is called meanwhile by whoever types or steers.
"""

from __future__ import annotations

import asyncio
from typing import Any

from core.aio import unbroken
from core.bus import EventBus, Subscription
from core.chat.commands import Command, Compare, End, Send, Stop
from core.chat.detours import mended_end
from core.chat.log import ChatLog
from core.chat.participants import ParticipantCache, SeatParticipant
from core.chat.prompts import ChatPrompts, ToldNow
from core.chat.replies import Replies
from core.chat.state import ChatState
from core.chat.verbs import Verbs
from core.errors import CommandError, StoreError
from core.events import Started
from core.participants import Participant
from core.personas.roleplay import Roleplay
from core.sessions.record import Kind
from core.sessions.session import Session

REASONS = {
    "closed": "the chat was closed",
    "interrupted": "interrupted; what was said is kept",
}
"""Why a chat can end, and in what words its last record says so."""
_ONE_AFTER_THE_OTHER = (Send, Compare)
"""What waits until the reply before is written."""


class ChatEngine:
    """One chat. Create it, subscribe, then let a task `run` it.

    Args:
        session: open for writing; its root record holds a `ChatSpec`.
        roleplay: the persona, ready to be played.
        seat_participant: makes the participant of the seat; called again when it changes.
        tell_more: returns what the persona is told just now beside its instructions.
    """

    def __init__(
        self,
        session: Session,
        roleplay: Roleplay,
        seat_participant: SeatParticipant,
        tell_more: ToldNow | None = None,
    ) -> None:
        self.bus = EventBus()
        self.log = ChatLog(session, self.bus)
        self.ended = False
        self.roleplay = roleplay
        self._resumed = len(session.tree.path) > 1
        self._records = len(session.tree)
        self._participants = ParticipantCache(self.log, seat_participant)
        prompts = ChatPrompts(self.log, roleplay, tell_more)
        self._replies = Replies(self.log, prompts, self._settled)
        self._verbs = Verbs(self.log, self._participants, self._replies, self._close)
        self._failure: BaseException | None = None
        self._closing = asyncio.Event()
        self._lock = asyncio.Lock()
        self._queue = asyncio.Lock()

    @property
    def state(self) -> ChatState:
        """Where the chat stands; a live object, to be read only."""
        return self.log.state

    @property
    def session_id(self) -> str:
        """The session that this run writes."""
        return self.log.id

    @property
    def replying(self) -> bool:
        """Whether a reply is being written."""
        return self._replies.active

    def subscribe(self) -> Subscription:
        """Return a queue of all events from now on."""
        return self.bus.subscribe()

    def participant(self) -> Participant:
        """Return who replies now.

        Raises:
            SalonError: its model cannot be had.
        """
        return self._participants.participant()

    async def idle(self) -> None:
        """Wait until no reply is being written."""
        await self._replies.wait()

    async def send(self, command: Command) -> None:
        """Carry out a command; when this returns it is on record.

        What asks for a reply returns before that is written; `idle` waits for it. Cancelling
        takes effect as long as the command waits for its turn.

        Raises:
            CommandError: it cannot be carried out now; nothing has changed.
            StoreError: it could not be stored; the run ends.
        """
        if not isinstance(command, _ONE_AFTER_THE_OTHER):
            async with self._lock:
                await unbroken(self._carry_out(command))
            return
        async with self._queue:
            while True:
                await self.idle()
                async with self._lock:
                    # Something else may have asked for a reply meanwhile.
                    if not self.replying:
                        await unbroken(self._carry_out(command))
                        return

    async def _carry_out(self, command: Command) -> None:
        if self._closing.is_set() and not isinstance(command, Stop | End):
            raise CommandError("The chat is closed.", "Open it again first.")
        try:
            await self._verbs.carry_out(command)
        except StoreError as error:
            self._fail(error)
            raise

    async def run(self) -> str:
        """Serve until the chat is closed; return the reason, one of `REASONS`.

        Cancelling keeps what was said so far, ends the session as `interrupted` and raises
        on.

        Raises:
            StoreError: a record could not be stored; what had been announced is safe.
        """
        try:
            await self._run()
        except asyncio.CancelledError:
            self._over(self._failure)
            raise
        except BaseException as error:
            self._over(error)
            raise
        self._over(None)
        return "closed"

    async def _run(self) -> None:
        try:
            async with self._lock:
                await self._open()
            await self._closing.wait()
            if self._failure is None:
                await self.idle()
            await self._wind_down("closed")
        except (Exception, asyncio.CancelledError) as error:
            self._closing.set()
            if not isinstance(error, asyncio.CancelledError):
                self._fail(error)
            await unbroken(self._wind_down("interrupted"))
            raise
        if self._failure is not None:
            raise self._failure

    async def _open(self) -> None:
        log = self.log
        log.bus.publish(Started(log.id, log.session.tree.root, self._resumed))
        drafts = log.repairs()
        end = mended_end(log.session.tree)
        if end is not None:
            drafts.insert(0, log.new_head(end))
        if drafts:
            await log.tell(*drafts)

    async def _wind_down(self, reason: str) -> None:
        """Stop what is still being written and let nothing begin any more."""
        await self._replies.interrupt()
        async with self._lock:
            # A command that was under way may have asked for a reply.
            await self._replies.interrupt()
            if not self.ended and self._failure is None:
                await self._end(reason)

    async def _end(self, reason: str) -> None:
        self.ended = True
        if len(self.log.session.tree) == self._records:
            # Whoever only looked leaves no trace.
            return
        data = {"reason": reason, "turns": self.state.spoken}
        await self.log.tell(self.log.new_record(Kind.ENDED, REASONS[reason], data=data))

    def _close(self) -> None:
        self._closing.set()

    def _settled(self, task: asyncio.Task[Any]) -> None:
        """Draw the consequences of a reply that is over."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = _again(error)
        self._closing.set()

    def _over(self, failure: BaseException | None) -> None:
        self.ended = True
        self.bus.end(None if failure is None else _again(failure))


def _again(error: BaseException) -> BaseException:
    """Return a copy where there can be one: an exception is best raised in one task only."""
    return StoreError(error.message, error.hint) if isinstance(error, StoreError) else error
