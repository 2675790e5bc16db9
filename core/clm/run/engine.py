"""The engine of a run: commands go in, events come out.

`send` carries out a command; the days themselves pass in a task of `Pacing`. Both change the
session only through `RunLog`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.aio import unbroken
from core.bus import EventBus, Subscription
from core.clm.run.commands import Command, End, Stop
from core.clm.run.days import Days
from core.clm.run.log import RunLog
from core.clm.run.pacing import Pacing
from core.clm.run.state import RunState
from core.clm.run.verbs import CheckModel, Verbs
from core.errors import CommandError, StoreError
from core.events import Started
from core.sessions.record import Author, Kind
from core.sessions.session import Session

REASONS = {
    "closed": "the run was closed",
    "interrupted": "interrupted; what was decided is kept",
}
"""Why a run can end, and in what words its last record says so."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made from beside its session."""

    make_days: Callable[[RunLog], Days]
    check_model: CheckModel
    user: str
    """The name of the human who steers."""
    model_changed: Callable[[], None]
    """Called when another model or other parameters are to be asked."""


class RunEngine:
    """One run of the day simulator. Create it, subscribe, then let a task `run` it.

    A run that was just made waits for `Run` or `Step`; so does one that was opened again.
    """

    def __init__(self, session: Session, parts: Parts) -> None:
        self.bus = EventBus()
        self.log = RunLog(session, self.bus)
        self.ended = False
        self._resumed = len(session.tree.path) > 1
        self._records = len(session.tree)
        self._days = parts.make_days(self.log)
        self._pacing = Pacing(self.log, self._days, self._settled)
        self._verbs = Verbs(
            self.log,
            self._days,
            self._pacing,
            parts.check_model,
            Author("human", parts.user),
            parts.model_changed,
            self._close,
        )
        self._failure: BaseException | None = None
        self._closing = False
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._lock = asyncio.Lock()

    @property
    def state(self) -> RunState:
        """Where the run stands; a live object, to be read only. Another one after a fork."""
        return self.log.state

    @property
    def session_id(self) -> str:
        """The session that this run writes."""
        return self.log.id

    @property
    def going(self) -> bool:
        """Whether the run goes on by itself after what is being done."""
        return self._pacing.going

    @property
    def working(self) -> bool:
        """Whether anything is being done."""
        return self._pacing.working

    def subscribe(self) -> Subscription:
        """Return a queue of all events from now on."""
        return self.bus.subscribe()

    async def idle(self) -> None:
        """Wait until nothing is done any more."""
        await self._idle.wait()

    async def send(self, command: Command) -> None:
        """Carry out a command; the days that it asks for are waited for by `idle`.

        Raises:
            CommandError: it cannot be carried out now; nothing has changed.
            SalonError: there is no such model.
            StoreError: it could not be stored; the run ends.
        """
        async with self._lock:
            await unbroken(self._carry_out(command))

    async def _carry_out(self, command: Command) -> None:
        if (self._closing or self.ended) and not isinstance(command, Stop | End):
            raise CommandError("The run is closed.", "Open it again first.")
        try:
            await self._verbs.carry_out(command)
        except StoreError as error:
            self._fail(error)
            raise
        finally:
            self._look()

    async def run(self) -> str:
        """Serve until the run is closed; return the reason, one of `REASONS`.

        Cancelling keeps what was decided so far, ends the session as `interrupted` and raises
        on.

        Raises:
            StoreError: a record could not be stored; what had been announced is safe.
        """
        try:
            await self._run()
        except asyncio.CancelledError:
            await self._over(self._failure)
            raise
        except BaseException as error:
            await self._over(error)
            raise
        await self._over(None)
        return "closed"

    async def _run(self) -> None:
        try:
            await self._open()
            while not self._closing:
                await self._wake.wait()
                self._wake.clear()
            await self._wind_down("closed")
        except (Exception, asyncio.CancelledError) as error:
            self._closing = True
            if not isinstance(error, asyncio.CancelledError):
                self._fail(error)
            await unbroken(self._wind_down("interrupted"))
            raise
        if self._failure is not None:
            raise self._failure

    async def _open(self) -> None:
        log = self.log
        log.bus.publish(Started(log.id, log.session.tree.root, self._resumed))
        notices = [
            log.draft(Kind.NOTICE, text, data={"code": "repaired"}) for text in log.session.notices
        ]
        if notices:
            await log.tell(*notices)

    async def _wind_down(self, reason: str) -> None:
        """Stop what is being done and let nothing begin any more."""
        async with self._lock:
            await self._pacing.stop()
            if not self.ended and self._failure is None:
                await self._end(reason)

    async def _end(self, reason: str) -> None:
        self.ended = True
        if len(self.log.session.tree) == self._records:
            # Whoever only looked leaves no trace.
            return
        data = {"reason": reason, "turns": self.state.over}
        await self.log.tell(self.log.draft(Kind.ENDED, REASONS[reason], data=data))

    def _close(self) -> None:
        self._closing = True
        self._wake.set()

    def _settled(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        self._look()

    def _look(self) -> None:
        """Note whether anything is being done."""
        if self._pacing.working:
            self._idle.clear()
        else:
            self._idle.set()

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = _again(error)
        self._close()

    async def _over(self, failure: BaseException | None) -> None:
        self.ended = True
        await unbroken(self._days.close())
        self._idle.set()
        self.bus.end(None if failure is None else _again(failure))


def _again(error: BaseException) -> BaseException:
    """Return a copy where there can be one: an exception is best raised in one task only."""
    return StoreError(error.message, error.hint) if isinstance(error, StoreError) else error
