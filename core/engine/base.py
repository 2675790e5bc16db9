"""How an engine serves: commands go in one at a time, until it is closed, fails or is cancelled.

An engine that does this by itself what follows from a command, or from work that is over, says
what that is; the order of things, and that nothing is lost on any way out, stands here.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from core.aio import unbroken
from core.bus import Subscription
from core.engine.log import SessionLog
from core.errors import CommandError, StoreError
from core.events import Started
from core.sessions.record import Kind

Log = TypeVar("Log", bound=SessionLog)
Command = TypeVar("Command")


class Engine(ABC, Generic[Log, Command]):
    """One run. Create it, subscribe, then let a task `run` it."""

    REASONS: ClassVar[Mapping[str, str]]
    """Why a run can end, and in what words its last record says so: `closed`, `interrupted`."""
    ALWAYS: ClassVar[tuple[type, ...]]
    """Commands that are taken although the run is closed."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.bus = log.bus
        self.ended = False
        self._resumed = len(log.session.tree.path) > 1
        self._records = len(log.session.tree)
        self._failure: BaseException | None = None
        self._closing = False
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._lock = asyncio.Lock()

    @property
    def session_id(self) -> str:
        """The session that this run writes."""
        return self.log.id

    def subscribe(self) -> Subscription:
        """Return a queue of all events from now on."""
        return self.bus.subscribe()

    async def idle(self) -> None:
        """Wait until nothing goes on by itself; before the run is opened, for that as well."""
        await self._idle.wait()

    async def send(self, command: Command) -> None:
        """Carry out a command and what follows from it; when this returns it is on record.

        What then takes its time is waited for by `idle`.

        Raises:
            CommandError: it cannot be carried out now; nothing has changed.
            StoreError: it could not be stored; the run ends.
        """
        async with self._lock:
            await unbroken(self._carry_out(command))

    async def run(self) -> str:
        """Serve until the run is closed; return the reason.

        Cancelling keeps what there is so far, ends the session as `interrupted` and raises on.

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

    @property
    @abstractmethod
    def _turns(self) -> int:
        """How much was done, for the record of the end."""

    @property
    @abstractmethod
    def _at_work(self) -> bool:
        """Whether anything goes on by itself."""

    @abstractmethod
    async def _obey(self, command: Command) -> None:
        """Carry out a command. Raises `CommandError` and `StoreError`."""

    async def _go_on(self) -> None:
        """Do what follows by itself, after opening, a command or work that is over."""

    def _hold(self) -> None:
        """Let nothing begin any more: the run is about to end."""

    @abstractmethod
    async def _interrupt(self) -> None:
        """Stop what is under way; what there is of it stays on record."""

    async def _let_go(self) -> None:
        """Release what is held, now that the run is over."""

    async def _carry_out(self, command: Command) -> None:
        if (self._closing or self.ended) and not isinstance(command, self.ALWAYS):
            raise CommandError("The run is closed.", "Open it again first.")
        try:
            await self._obey(command)
            # A command that is refused changes nothing, and says nothing of what goes on.
            await self._go_on_and_look()
        except StoreError as error:
            self._fail(error)
            raise

    async def _run(self) -> None:
        try:
            async with self._lock:
                await self._open()
            while not self._closing:
                await self._wake.wait()
                self._wake.clear()
                async with self._lock:
                    if not self._closing:
                        await unbroken(self._go_on_and_look())
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
        if notices := log.repairs():
            await log.tell(*notices)
        await self._go_on_and_look()

    async def _go_on_and_look(self) -> None:
        try:
            await self._go_on()
        finally:
            self._look()

    async def _wind_down(self, reason: str) -> None:
        """Stop what is under way and let nothing begin any more."""
        self._hold()
        async with self._lock:
            await self._interrupt()
            if not self.ended and self._failure is None:
                await self._end(reason)

    async def _end(self, reason: str) -> None:
        self.ended = True
        if len(self.log.session.tree) == self._records:
            # Whoever only looked leaves no trace.
            return
        data = {"reason": reason, "turns": self._turns}
        await self.log.tell(self.log.new_record(Kind.ENDED, self.REASONS[reason], data=data))

    def _close(self) -> None:
        self._closing = True
        self._wake.set()

    def _settled(self, task: asyncio.Task[Any]) -> None:
        """Draw the consequences of work that is over."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        self._wake.set()

    def _look(self) -> None:
        """Note whether anything goes on by itself."""
        if self._at_work:
            self._idle.clear()
        else:
            self._idle.set()

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = _again(error)
        self._close()

    async def _over(self, failure: BaseException | None) -> None:
        self.ended = True
        await unbroken(self._let_go())
        self._idle.set()
        self.bus.end(None if failure is None else _again(failure))


def _again(error: BaseException) -> BaseException:
    """Return a copy where there can be one: an exception is best raised in one task only."""
    return StoreError(error.message, error.hint) if isinstance(error, StoreError) else error
