"""The chat engine: it waits for what its human wants and has it answered.

`run` lasts until the chat is closed; `send` is called meanwhile by the one who types or steers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from core.aio import unbroken
from core.bus import EventBus
from core.chat.branching import Branching
from core.chat.commands import Command, End, Stop
from core.chat.detours import mended_end
from core.chat.handlers import ChatHandlers
from core.chat.log import ChatLog
from core.chat.prompts import ChatPrompts, ToldNow
from core.chat.record_lookup import RecordLookup
from core.chat.replies import Replies
from core.chat.speaking import Speaking
from core.chat.spec import PERSONA
from core.chat.state import ChatState
from core.engine.base import Engine
from core.engine.participant_spec import ParticipantSpec
from core.engine.participants import ParticipantCache
from core.participants import Participant
from core.personas.roleplay import Roleplay
from core.sessions.record import Author, Record
from core.sessions.session import Session

SeatParticipant = Callable[[ParticipantSpec], Participant]
"""`seat_participant(seat)`: who answers for a seat."""


class ChatEngine(Engine[ChatLog, Command]):
    """One chat. Create it, subscribe, then let a task `run` it.

    Args:
        session: open for writing; its root record holds a `ChatSpec`.
        roleplay: the persona, ready to be played.
        seat_participant: makes the participant of the seat; called again when it changes.
        tell_more: returns what the persona is told just now beside its instructions.
        new: nothing was said yet but greetings.
    """

    COMMANDS = Command
    HANDLERS = (Speaking, Branching, ChatHandlers)
    REASONS: ClassVar[Mapping[str, str]] = {
        "closed": "the chat was closed",
        "interrupted": "interrupted; what was said is kept",
    }
    ALWAYS = (Stop, End)
    CLOSED = ("The chat is closed.", "Open it again first.")

    def __init__(
        self,
        session: Session,
        roleplay: Roleplay,
        seat_participant: SeatParticipant,
        tell_more: ToldNow | None = None,
        *,
        new: bool = False,
    ) -> None:
        log = ChatLog(session, EventBus())
        super().__init__(log, Author("human", log.state.spec.user), new=new)
        self.roleplay = roleplay
        self._participants = ParticipantCache[str](
            lambda _: log.state.seat, lambda _, seat: seat_participant(seat)
        )
        prompts = ChatPrompts(log, roleplay, tell_more)
        self._replies = Replies(log, prompts, self._settled)
        self._queue = asyncio.Lock()
        lookup = RecordLookup(log)
        speaking = Speaking(log, lookup, self._participants, self._replies)
        self._use(
            speaking,
            Branching(log, lookup, self._replies),
            ChatHandlers(log, lookup, self._participants, self._replies, speaking),
        )

    @property
    def state(self) -> ChatState:
        """Where the chat stands; a live object, to be read only."""
        return self.log.state

    @property
    def replying(self) -> bool:
        """Whether a reply is being written."""
        return self._replies.active

    def participant(self) -> Participant:
        """Return who replies now.

        Raises:
            SalonError: its model cannot be had.
        """
        return self._participants.participant(PERSONA)

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
        if not command.waits:
            await super().send(command)
            return
        async with self._queue:
            while True:
                await self.idle()
                async with self._lock:
                    # Something else may have asked for a reply meanwhile.
                    if not self.replying:
                        await unbroken(self._carry_out(command))
                        return

    @property
    def _turns(self) -> int:
        return self.state.spoken

    @property
    def _at_work(self) -> bool:
        return self._replies.active

    def _first_records(self, repaired: Sequence[Record]) -> Sequence[Record]:
        # First the end of the path, so that the notices stand on it.
        end = mended_end(self.log.session.tree)
        return repaired if end is None else [self.log.new_head(end), *repaired]

    async def _finish(self) -> None:
        await self.idle()

    async def _interrupt(self) -> None:
        await self._replies.interrupt()
