"""The meetup engine: a run loop on the one side, commands on the other.

`run` takes turns until something ends the conversation; `send` is called meanwhile by
whoever steers. Both change the session only through `MeetupLog`, one at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from core.aio import unbroken
from core.bus import EventBus, Subscription
from core.errors import CommandError, SalonError
from core.events import Ended, Notice, Started
from core.meetup.commands import Command
from core.meetup.control import Word
from core.meetup.fitting import Fitter
from core.meetup.log import MeetupLog
from core.meetup.loops import find_loop
from core.meetup.pacing import Pacer
from core.meetup.spec import SIDES, Seat, Side, other
from core.meetup.state import MeetupState
from core.meetup.turn import TurnTaker
from core.meetup.verbs import Verbs
from core.meetup.view import Ask
from core.participants import Participant
from core.sessions.record import Author, Kind, Record
from core.sessions.session import Session

SeatParticipant = Callable[[Side, Seat, str], Participant]
"""`seat_participant(side, seat, partner_name)`: who answers for a seat."""


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
        self.log = MeetupLog(session, self.bus)
        self.attended = attended
        self.playing = playing
        self.steps = 0
        """Turns to take although paused."""
        self._seat_participant = seat_participant
        self._participants: dict[Side, Participant] = {}
        self._turns = TurnTaker(self.log, Fitter(self.log, ask))
        self._verbs = Verbs(self)
        self._pacer = Pacer()
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()
        self._turn: asyncio.Task[Record | None] | None = None
        self._stopping: str | None = None
        self._paused_by: str | None = None
        """The reason for a pause that no human asked for."""
        self._resumed = len(session.tree.path) > 1
        self.ended = False

    @property
    def state(self) -> MeetupState:
        """Where the conversation stands; a live object, to be read only."""
        return self.log.state

    @property
    def session_id(self) -> str:
        """The session that this run writes."""
        return self.log.id

    @property
    def speaking(self) -> bool:
        """Whether a turn is being taken."""
        return self._turn is not None and not self._turn.done()

    def subscribe(self) -> Subscription:
        """Return a queue of all events from now on."""
        return self.bus.subscribe()

    def participant(self, side: Side) -> Participant:
        """Return who answers for a side now.

        Raises:
            SalonError: its persona or model cannot be had.
        """
        if side not in self._participants:
            seat = self.state.sides[side].seat
            partner = self.state.sides[other(side)].seat.name
            self._participants[side] = self._seat_participant(side, seat, partner)
        return self._participants[side]

    def try_seat(self, side: Side, seat: Seat) -> None:
        """Raise `SalonError` if nobody could answer for `seat`."""
        self._seat_participant(side, seat, self.state.sides[other(side)].seat.name)

    def forget_participants(self) -> None:
        """Make the participants anew at their next turn, since a seat has changed."""
        self._participants.clear()

    async def send(self, command: Command) -> None:
        """Carry out a command; when this returns it is on record.

        Raises:
            CommandError: it cannot be carried out now.
            StoreError: it could not be stored; the run ends.
        """
        async with self._lock:
            if self.ended:
                raise CommandError("The meetup has ended.", "Resume it first.")
            await self._verbs.carry_out(command)
        self.wake()

    async def run(self) -> str:
        """Take turns until the meetup ends; return the reason.

        Reasons are `turns`, `bye`, `end`, `stop`, `stopped`, `loop`, `error`. Cancelling
        keeps what was said so far, ends the session as `interrupted` and raises on.

        Raises:
            StoreError: a record could not be stored; what had been announced is safe.
        """
        failure: BaseException | None = None
        try:
            for side in SIDES:
                self.participant(side)
            await self._open()
            reason = await self._loop()
            await self._end(reason)
        except asyncio.CancelledError:
            await unbroken(self._wind_down())
            raise
        except SalonError as error:
            failure = error
            raise
        finally:
            self.ended = True
            self.bus.end(failure)
        return reason

    def wake(self) -> None:
        """Let the run loop look at the state again."""
        self._wake.set()

    def stop(self, reason: str) -> None:
        """End the run at the next opportunity, which is now unless a record is being stored."""
        self._stopping = reason
        self.wake()

    def leave_alone(self) -> None:
        """Nobody is there any more to resume a pause: end now if paused, go on otherwise."""
        self.attended = False
        if not (self.playing or self.steps):
            self.stop(self._paused_by or "stopped")

    async def interrupt(self) -> None:
        """Stop the turn that is being taken; what it said stays on record."""
        turn = self._turn
        if turn is not None and not turn.done():
            turn.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait({turn})

    async def _open(self) -> None:
        log = self.log
        root = log.session.tree.root
        log.bus.publish(Started(log.id, root, self._resumed))
        for text in log.session.notices:
            record = await log.append_one(log.draft(Kind.NOTICE, text, data={"code": "repaired"}))
            log.bus.publish(Notice(log.id, self.state.number, record))
        if not self._resumed:
            await self._first_word()

    async def _first_word(self) -> None:
        spec = self.state.spec
        side = other(spec.starter)
        if spec.opening:
            author = Author("human", spec.seats[side].name)
            draft = self.log.draft(
                Kind.MESSAGE,
                spec.opening,
                author=author,
                node=side,
                data={"turn": 0, "opening": True},
            )
            await self._verbs.announce_said(await self.log.append_one(draft))
        else:
            await self._verbs.control(Word.START, audience=(spec.starter,))

    async def _loop(self) -> str:
        while True:
            async with self._lock:
                self._wake.clear()
                reason = self._stopping or await self._due_end()
                if reason is not None:
                    return reason
                wait = self._wait()
                turn = self._start_turn() if wait is not None and wait <= 0 else None
            if turn is not None:
                await asyncio.wait({turn})
                self._settle(turn)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), wait)

    def _wait(self) -> float | None:
        """Return the seconds until the next turn, or `None` while paused."""
        if self.steps:
            return 0.0
        if not self.playing:
            return None
        spec = self.state.spec
        return self._pacer.wait(time.monotonic(), rate=spec.rate, pace=spec.pace)

    async def _due_end(self) -> str | None:
        """Return why the meetup ends now, or `None`."""
        state = self.state
        if state.ending is not None:
            return state.ending.value[1:]
        if state.farewell is not None and state.answered:
            await self._say_end()
            return "bye"
        if state.limit_reached:
            return "turns"
        if state.spec.watch_loops and (self.playing or self.steps):
            return await self._look_for_loop()
        return None

    async def _say_end(self) -> None:
        """Let the one who said goodbye end it, now that the goodbye is answered."""
        farewell = self.state.farewell
        side = farewell if farewell in SIDES else None
        name = self.state.sides[side].seat.name if side else ""
        author = Author("persona", name) if side else Author("human")
        await self._verbs.control(Word.END, author=author, node=side or "")

    async def _look_for_loop(self) -> str | None:
        state = self.state
        why = find_loop(state.messages[state.calm_from :])
        if why is None:
            return None
        record = await self.log.append_one(self.log.draft(Kind.NOTICE, why, data={"code": "loop"}))
        self.bus.publish(Notice(self.log.id, self.state.number, record))
        return self._give_up("loop")

    def _start_turn(self) -> asyncio.Task[Record | None]:
        self.steps = max(0, self.steps - 1)
        self._paused_by = None
        side = self.state.next
        self._pacer.started(time.monotonic())
        self._turn = asyncio.create_task(self._turns.take(side, self.participant(side)))
        return self._turn

    def _settle(self, turn: asyncio.Task[Record | None]) -> None:
        """Draw the consequences of a turn that is over."""
        if turn.cancelled():
            return
        message = turn.result()
        if message is not None:
            self._pacer.finished(time.monotonic(), message.text)
        else:
            self._stopping = self._give_up("error")

    def _give_up(self, reason: str) -> str | None:
        """Pause where a human can resume; else return the reason to end."""
        if not self.attended:
            return reason
        self.playing, self.steps = False, 0
        self._paused_by = reason
        return None

    async def _end(self, reason: str) -> None:
        state = self.state
        record = await self.log.append_one(
            self.log.draft(Kind.ENDED, data={"reason": reason, "turns": state.turns})
        )
        self.bus.publish(Ended(self.log.id, record, state.turns, reason))

    async def _wind_down(self) -> None:
        await self.interrupt()
        async with self._lock:
            await self._end("interrupted")
