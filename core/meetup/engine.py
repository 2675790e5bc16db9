"""The meetup engine: turns are taken one after the other until something ends the conversation.

What follows from a command or a finished turn (an end, a pause, the next turn) is decided in
`_go_on`; a turn is taken in a task of its own. Both change the session only through
`MeetupLog`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from core.bus import EventBus
from core.engine.base import Engine
from core.engine.participant_spec import ParticipantSpec
from core.engine.participants import ParticipantCache
from core.meetup.branching import HUMAN
from core.meetup.commands import Command
from core.meetup.control import Word
from core.meetup.handlers import MeetupHandlers
from core.meetup.log import MeetupLog
from core.meetup.loops import find_loop, recent
from core.meetup.pacing import Pacer
from core.meetup.spec import SIDES, Side, other
from core.meetup.state import MeetupState
from core.meetup.turn import TurnRunner
from core.meetup.turn_scheduler import TurnScheduler
from core.meetup.view import Ask
from core.participants import Participant
from core.sessions.record import Author, Kind, Record
from core.sessions.session import Session

SeatParticipant = Callable[[Side, ParticipantSpec], Participant]
"""`seat_participant(side, seat)`: who answers for a seat."""


class MeetupEngine(Engine[MeetupLog, Command]):
    """One meetup. Create it, subscribe, then let a task `run` it.

    Args:
        session: open for writing; its root record holds a `MeetupSpec`.
        seat_participant: makes the participant of a seat; called again when it changes.
        ask: what a control word asks of the one who receives it.
        attended: a human can resume a pause; otherwise a loop or an error ends the run.
        playing: begin at once, or wait for `Resume` or `Step`.
    """

    COMMANDS = Command
    HANDLERS = (MeetupHandlers,)
    REASONS: ClassVar[Mapping[str, str]] = {
        "turns": "turn limit reached",
        "bye": "they said goodbye",
        "end": "the conversation was ended",
        "stop": "the conversation was stopped",
        "stopped": "you stopped it",
        "loop": "they were going round in circles",
        "error": "a turn failed",
        "interrupted": "interrupted; what was said is kept",
    }
    CLOSED = ("The meetup has ended.", "Resume it first.")

    def __init__(
        self,
        session: Session,
        seat_participant: SeatParticipant,
        ask: Ask,
        *,
        attended: bool = False,
        playing: bool = True,
    ) -> None:
        super().__init__(MeetupLog(session, EventBus(), ask), HUMAN)
        self._scheduler = TurnScheduler(attended=attended, playing=playing)
        self._participants = ParticipantCache[Side](
            lambda side: self.log.state.sides[side].seat, seat_participant
        )
        self._pacer = Pacer()
        self._runner = TurnRunner(self.log, self._scheduler, self._pacer)
        self._timer: asyncio.TimerHandle | None = None
        self._use(MeetupHandlers(self.log, self._scheduler, self._participants, self._runner))

    @property
    def state(self) -> MeetupState:
        """Where the conversation stands; a live object, to be read only."""
        return self.log.state

    @property
    def playing(self) -> bool:
        """Whether turns are taken one after the other."""
        return self._scheduler.playing

    @property
    def speaking(self) -> bool:
        """Whether a turn is being taken."""
        return self._runner.speaking

    def participant(self, side: Side) -> Participant:
        """Return who answers for a side now.

        Raises:
            SalonError: its persona or model cannot be had.
        """
        return self._participants.participant(side)

    def leave_alone(self) -> None:
        """End where the meetup is paused, now or later: nobody is there to resume it."""
        self._scheduler.abandon()
        self._wake.set()

    @property
    def _turns(self) -> int:
        return self.state.turns

    @property
    def _at_work(self) -> bool:
        return self.speaking or self._scheduler.active

    @property
    def _leaves_a_trace(self) -> bool:
        return True

    def _first_records(self, repaired: Sequence[Record]) -> Sequence[Record]:
        return repaired if self._resumed else [*repaired, self._first_word()]

    async def _open(self) -> None:
        for side in SIDES:
            self.participant(side)
        await super()._open()

    async def _go_on(self) -> None:
        if self.speaking:
            return
        reason = self._scheduler.ending or await self._due_end()
        if reason is not None:
            self._close(reason)
            return
        wait = self._wait()
        if wait is not None and wait <= 0:
            self._start_turn()
        elif wait is not None:
            self._look_again_in(wait)

    async def _interrupt(self) -> None:
        await self._runner.interrupt()

    async def _let_go(self) -> None:
        self._forget_timer()

    def _look_again_in(self, seconds: float) -> None:
        self._forget_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._wake.set)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _first_word(self) -> Record:
        spec = self.state.spec
        if not spec.opening:
            return self.log.new_control(Word.START, audience=(spec.starter,))
        side = other(spec.starter)
        return self.log.new_record(
            Kind.MESSAGE,
            spec.opening,
            author=Author("human", spec.seats[side].name),
            node=side,
            data={"turn": 0, "opening": True},
        )

    def _wait(self) -> float | None:
        """Return the seconds until the next turn, or `None` while paused."""
        if self._scheduler.steps:
            return 0.0
        if not self._scheduler.playing:
            return None
        spec = self.state.spec
        return self._pacer.wait(time.monotonic(), rate=spec.rate, pace=spec.pace)

    async def _due_end(self) -> str | None:
        """Return why the meetup ends now, or `None`."""
        state = self.state
        if state.ending is not None:
            return state.ending.value[1:]
        if state.farewell is not None and state.answered:
            await self._say_end(state.farewell)
            return "bye"
        if state.limit_reached:
            return "turns"
        if state.spec.watch_loops and self._scheduler.active:
            await self._look_for_loop()
        return self._scheduler.ending

    async def _say_end(self, farewell: Record) -> None:
        """Let the one who said goodbye end it, now that the goodbye is answered."""
        side, author = farewell.node, farewell.author
        if side in SIDES:
            author = Author("persona", self.state.sides[side].seat.name)
        await self.log.tell(self.log.new_control(Word.END, author=author, node=side))

    async def _look_for_loop(self) -> None:
        why = find_loop(recent(self.state.messages, self.state.calm_from))
        if why is not None:
            await self.log.tell(self.log.new_record(Kind.NOTICE, why, data={"code": "loop"}))
            self._scheduler.give_up("loop")

    def _start_turn(self) -> None:
        side = self.state.next
        participant = self.participant(side)
        self._scheduler.begin_turn()
        self._pacer.started(time.monotonic())
        self._runner.start(side, participant).add_done_callback(self._settled)
