"""The engine of a run of the lab.

`run` does the work until it is done, closed or cannot go on; `send` is called meanwhile by
whoever watches. Whatever ends it, what was answered is on record, and the run can be gone on
with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from core.aio import unbroken
from core.bus import EventBus, Subscription
from core.errors import CommandError, StoreError
from core.events import Started
from core.lifelong.asking import Asking, RunFailed
from core.lifelong.commands import Command, End, Pause, Pin, Rename, Resume, SetParallel
from core.lifelong.log import LabLog
from core.lifelong.pacing import Clock, Gate, Progress
from core.lifelong.program import Program
from core.lifelong.spec import Role
from core.lifelong.state import LabState
from core.participants import PersonaOnModel
from core.sessions.record import Author, Kind
from core.sessions.session import Session
from core.text import clean_line

REASONS = {
    "done": "everything is done",
    "closed": "the run was closed; it can be gone on with",
    "interrupted": "interrupted; it can be gone on with",
    "failed": "a model did not answer; it can be gone on with",
}
"""Why a run can end, and in what words its last record says so."""
_HUMAN = Author("human")


class LabEngine:
    """One run. Create it, subscribe, then let a task `run` it.

    Args:
        session: open for writing; its root record holds a `LabSpec`.
        participants: returns who answers in a role.
        attended: whether somebody is there to say what is done about a failure; else it ends
            the run.
    """

    def __init__(
        self,
        session: Session,
        participants: Callable[[Role], PersonaOnModel],
        *,
        attended: bool = False,
    ) -> None:
        self.bus = EventBus()
        self.log = LabLog(session, self.bus)
        self.attended = attended
        self.ended = False
        # People who were given are there before anything was done.
        self._resumed = any("ordinal" in each.data for each in session.tree.path)
        self._gate = Gate(self.log.state.spec.parallel)
        self._clock = Clock()
        self._asking = Asking(self.log, self._gate, participants, self._failed)
        self._program = Program(self.log, self._asking)
        self._resume = asyncio.Event()
        self._closing = asyncio.Event()
        self._verbs: Mapping[type, Callable[..., object]] = {
            Pause: lambda command: self._pause(),
            Resume: lambda command: self._go_on(),
            SetParallel: lambda command: self._set_parallel(command.calls),
            End: lambda command: self._closing.set(),
        }

    @property
    def state(self) -> LabState:
        """Where the run stands; a live object, to be read only."""
        return self.log.state

    @property
    def session_id(self) -> str:
        """The session that this run writes."""
        return self.log.id

    @property
    def going(self) -> bool:
        """Whether model calls may begin."""
        return self._gate.open and not self.ended

    @property
    def calls(self) -> int:
        """How many model calls are under way."""
        return self._gate.inside

    @property
    def parallel(self) -> int:
        """How many there may be at a time."""
        return self._gate.limit

    @property
    def progress(self) -> Progress:
        """How far it is, and how long it will take."""
        counts = self.state.counts()
        if self.going:
            self._clock.note(counts.done)
        return self._clock.progress(counts)

    def subscribe(self) -> Subscription:
        """Return a queue of all events from now on."""
        return self.bus.subscribe()

    def leave_alone(self) -> None:
        """Nobody will say anything any more: go on if it waits, and let a failure end it."""
        self.attended = False
        self._go_on()

    async def send(self, command: Command) -> None:
        """Carry out a command.

        Raises:
            CommandError: it cannot be carried out now; nothing has changed.
            StoreError: it could not be stored.
        """
        if self.ended:
            raise CommandError("The run is over.", "Open it again first.")
        if isinstance(command, Rename):
            title = clean_line(command.title).strip()
            if not title:
                raise CommandError("A title needs words.")
            await self._meta({"title": title})
        elif isinstance(command, Pin):
            await self._meta({"pinned": command.pinned})
        else:
            self._verbs[type(command)](command)

    async def run(self) -> str:
        """Work until all is done; return the reason, one of `REASONS`.

        Cancelling keeps everything that was answered, ends the session as `interrupted` and
        raises on.

        Raises:
            StoreError: a record could not be stored; what had been announced is safe.
        """
        log = self.log
        log.bus.publish(Started(log.id, log.session.tree.root, self._resumed))
        failure: BaseException | None = None
        try:
            reason = await self._run()
            await unbroken(self._end(reason))
        except asyncio.CancelledError:
            await unbroken(self._end("interrupted"))
            raise
        except BaseException as error:
            failure = error
            raise
        finally:
            self.ended = True
            self.bus.end(_again(failure))
        return reason

    async def _run(self) -> str:
        if notices := self.log.repairs():
            await self.log.tell(*notices)
        self._clock.note(self.state.counts().done)
        work = asyncio.create_task(self._program.run(), name="lab")
        closing = asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait({work, closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closing.cancel()
            if not work.done():
                work.cancel()
            await asyncio.wait({work})
        if work.cancelled():
            return "closed"
        return _outcome(work.exception())

    def _set_parallel(self, calls: int) -> None:
        self._gate.set_limit(calls)
        self._program.set_parallel(calls)

    def _pause(self) -> None:
        self._gate.close()
        self._clock.restart()

    def _go_on(self) -> None:
        self._clock.restart()
        self._gate.reopen()
        self._resume.set()
        self._resume = asyncio.Event()

    async def _failed(self) -> None:
        """Wait until somebody says to try again; where nobody is there, end the run."""
        if self.attended:
            self._pause()
            await self._resume.wait()
        if not self.attended:
            raise RunFailed

    async def _meta(self, data: Mapping[str, object]) -> None:
        await self.log.tell(self.log.new_record(Kind.META, author=_HUMAN, data=data))

    async def _end(self, reason: str) -> None:
        if self.state.finished and reason == "done":
            # It was done before: whoever only looks again leaves no trace.
            return
        data = {"reason": reason, "turns": self.state.turns}
        await self.log.tell(self.log.new_record(Kind.ENDED, REASONS[reason], data=data))


def _outcome(error: BaseException | None) -> str:
    """Return why the work ended. Raises what is no failure of a model."""
    if error is None:
        return "done"
    if isinstance(error, RunFailed):
        return "failed"
    if isinstance(error, BaseExceptionGroup):
        _, others = error.split(RunFailed)
        if others is None:
            return "failed"
        raise _first(others)
    raise error


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


def _again(error: BaseException | None) -> BaseException | None:
    """Return a copy where there can be one: an exception is best raised in one task only."""
    return StoreError(error.message, error.hint) if isinstance(error, StoreError) else error
