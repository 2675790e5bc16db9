"""The meetup engine: a run loop on the one side, commands on the other.

`run` takes turns until something ends the conversation; `send` is called meanwhile by
whoever steers. Both change the session only through `MeetupLog`, one at a time.
"""

from __future__ import annotations

import asyncio
import time

from core.aio import unbroken
from core.bus import EventBus, Subscription
from core.errors import CommandError, StoreError
from core.events import Started
from core.meetup.commands import Command
from core.meetup.control import Word
from core.meetup.log import MeetupLog
from core.meetup.loops import find_loop, recent
from core.meetup.pacing import Pacer
from core.meetup.participants import ParticipantCache, SeatParticipant
from core.meetup.playback import Playback
from core.meetup.spec import SIDES, Side, other
from core.meetup.state import MeetupState
from core.meetup.turn import TurnTaker
from core.meetup.verbs import Verbs
from core.meetup.view import Ask
from core.participants import Participant
from core.sessions.record import Author, Kind, Record
from core.sessions.session import Session

REASONS = {
    "turns": "the turn limit is reached",
    "bye": "they said goodbye",
    "end": "the conversation was ended",
    "stop": "the conversation was stopped",
    "stopped": "you stopped it",
    "loop": "they were going round in circles",
    "error": "a turn failed",
    "interrupted": "interrupted; what was said is kept",
}
"""Why a meetup can end, and in what words its last record says so."""


class MeetupEngine:
    """One meetup. Create it, subscribe, then let a task `run` it.

    Args:
        session: open for writing; its root record holds a `MeetupSpec`.
        seat_participant: makes the participant of a seat; called again when it changes.
        ask: what a control word asks of the one who receives it.
        attended: a human can resume a pause; otherwise a loop or an error ends the run.
        playing: begin at once, or wait for `Resume` or `Step`.
    """

    def __init__(
        self,
        session: Session,
        seat_participant: SeatParticipant,
        ask: Ask,
        *,
        attended: bool = False,
        playing: bool = True,
    ) -> None:
        self.bus = EventBus()
        self.log = MeetupLog(session, self.bus, ask)
        self.ended = False
        self._resumed = len(session.tree.path) > 1
        self._playback = Playback(attended=attended, playing=playing)
        self._participants = ParticipantCache(self.log, seat_participant)
        self._turns = TurnTaker(self.log, self._playback)
        self._verbs = Verbs(self.log, self._playback, self._participants, self._turns)
        self._pacer = Pacer()
        self._lock = asyncio.Lock()

    @property
    def state(self) -> MeetupState:
        """Where the conversation stands; a live object, to be read only."""
        return self.log.state

    @property
    def session_id(self) -> str:
        """The session that this run writes."""
        return self.log.id

    @property
    def playing(self) -> bool:
        """Whether turns are taken one after the other."""
        return self._playback.playing

    @property
    def speaking(self) -> bool:
        """Whether a turn is being taken."""
        return self._turns.speaking

    def subscribe(self) -> Subscription:
        """Return a queue of all events from now on."""
        return self.bus.subscribe()

    def participant(self, side: Side) -> Participant:
        """Return who answers for a side now.

        Raises:
            SalonError: its persona or model cannot be had.
        """
        return self._participants.participant(side)

    def leave_alone(self) -> None:
        """Nobody is there any more to resume a pause: a paused run ends, now or later."""
        self._playback.abandon()

    async def send(self, command: Command) -> None:
        """Carry out a command; when this returns it is on record.

        Raises:
            CommandError: it cannot be carried out now; nothing has changed.
            StoreError: it could not be stored; the run ends.
        """
        async with self._lock:
            if self.ended:
                raise CommandError("The meetup has ended.", "Resume it first.")
            try:
                await self._verbs.carry_out(command)
            except StoreError as error:
                self._playback.fail(error)
                await self._turns.interrupt()
                raise
        self._playback.wake()

    async def run(self) -> str:
        """Take turns until the meetup ends; return the reason.

        The reason is one of `REASONS`. Cancelling keeps what was said so far, ends the
        session as `interrupted` and raises on.

        Raises:
            StoreError: a record could not be stored; what had been announced is safe.
        """
        try:
            reason = await self._run()
        except asyncio.CancelledError:
            self._close(None)
            raise
        except BaseException as error:
            self._close(error)
            raise
        self._close(None)
        return reason

    async def _run(self) -> str:
        try:
            self._participants.fill()
            await self._open()
            return await self._talk()
        except asyncio.CancelledError:
            await unbroken(self._wind_down())
            raise

    def _close(self, failure: BaseException | None) -> None:
        self.ended = True
        self.bus.end(failure)

    async def _open(self) -> None:
        log = self.log
        log.bus.publish(Started(log.id, log.session.tree.root, self._resumed))
        if notices := log.repairs():
            await log.tell(*notices)
        if not self._resumed:
            await log.tell(self._first_word())

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

    async def _talk(self) -> str:
        while True:
            async with self._lock:
                self._playback.look()
                reason = self._playback.ending or await self._due_end()
                if reason is not None:
                    await self._end(reason)
                    return reason
                wait = self._wait()
                turn = self._start_turn() if wait is not None and wait <= 0 else None
            if turn is None:
                await self._playback.sleep(wait)
            else:
                await asyncio.wait({turn})
                self._settle(turn)

    def _wait(self) -> float | None:
        """Return the seconds until the next turn, or `None` while paused."""
        if self._playback.steps:
            return 0.0
        if not self._playback.playing:
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
        if state.spec.watch_loops and self._playback.active:
            await self._look_for_loop()
        return self._playback.ending

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
            self._playback.give_up("loop")

    def _start_turn(self) -> asyncio.Task[Record | None]:
        side = self.state.next
        participant = self.participant(side)
        self._playback.begin_turn()
        self._pacer.started(time.monotonic())
        return self._turns.start(side, participant)

    def _settle(self, turn: asyncio.Task[Record | None]) -> None:
        """Draw the consequences of a turn that is over."""
        if turn.cancelled():
            return
        message = turn.result()
        if message is not None:
            self._pacer.finished(time.monotonic(), message.text)

    async def _end(self, reason: str) -> None:
        turns = self.state.turns
        self.ended = True
        data = {"reason": reason, "turns": turns}
        await self.log.tell(self.log.new_record(Kind.ENDED, REASONS[reason], data=data))

    async def _wind_down(self) -> None:
        await self._turns.interrupt()
        async with self._lock:
            if not self.ended:
                await self._end("interrupted")
