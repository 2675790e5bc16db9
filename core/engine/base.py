"""The run loop of every engine: commands go in one at a time, until it is closed or fails.

An engine says what follows from a command or from work that is over, and what each command
does (`core.engine.handlers`); the order of things, and that nothing is lost on any way out, is
here.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from core.aio import unbroken
from core.bus import Subscription
from core.engine.commands import End, EngineCommand
from core.engine.handlers import (
    CommandHandlers,
    Dispatch,
    SessionHandlers,
    bind_handlers,
    check_handlers,
    handles,
)
from core.engine.log import SessionLog
from core.errors import CommandError, SalonError, StoreError
from core.events import Started
from core.sessions.record import Author, Kind, Record

Log = TypeVar("Log", bound=SessionLog[Any])
Command = TypeVar("Command", bound=EngineCommand)


class EngineWork(CommandHandlers, ABC, Generic[Command]):
    """What an engine says of its work, each at its time in the run; see `Engine`."""

    @property
    @abstractmethod
    def _turns(self) -> int:
        """How much was done, for the record of the end."""

    @property
    @abstractmethod
    def _at_work(self) -> bool:
        """Whether anything goes on by itself."""

    def _first_records(self, repaired: Sequence[Record]) -> Sequence[Record]:
        """Return what is stored once the run is announced: `repaired` are notices of the store."""
        return repaired

    async def _begin(self) -> None:
        """Begin what goes on by itself, now that the run is announced."""

    async def _go_on(self) -> None:
        """Do what follows by itself, after opening, a command or work that is over."""

    async def _finish(self) -> None:
        """Wait for what is to be finished although the run was closed."""

    def _hold(self) -> None:
        """Let nothing begin any more: the run is about to end."""

    @abstractmethod
    async def _interrupt(self) -> None:
        """Stop what is under way; what there is of it stays on record."""

    async def _let_go(self) -> None:
        """Release what is held, now that the run is over."""

    def _carried_out(self, command: Command) -> None:
        """Note that a command was carried out."""


class Engine(EngineWork[Command], Generic[Log, Command]):
    """One run. Create it, subscribe, then let a task `run` it.

    A subclass that names its `COMMANDS` is checked when it is defined: each command needs one
    handler, at the engine or at one of its `HANDLERS`.
    """

    COMMANDS: ClassVar[Any]
    """The union of the commands that it takes."""
    HANDLERS: ClassVar[tuple[type[CommandHandlers], ...]] = ()
    """Classes that carry out commands besides the engine; `_use` takes their instances."""
    REASONS: ClassVar[Mapping[str, str]]
    """Why a run can end, and how its last record says so; `interrupted` is one of them."""
    HOLDS_MORE: ClassVar[bool] = False
    """Whether it holds what is no fold of its records, and has to follow each of them."""
    ALWAYS: ClassVar[tuple[type[EngineCommand], ...]] = ()
    """Commands that are taken although the run is closed."""
    CLOSED: ClassVar[tuple[str, str]] = ("The run is closed.", "Open it again first.")
    """What is said of other commands then, and what to do."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "COMMANDS" in vars(cls):
            check_handlers(cls.COMMANDS, (cls, SessionHandlers, *cls.HANDLERS))

    def __init__(self, log: Log, human: Author, *, new: bool = False) -> None:
        """Make an engine that is not running yet.

        Args:
            log: the records of its session.
            human: the author of what is said and decided by hand.
            new: the session was made for this run, whatever its path holds.
        """
        self.log = log
        self.bus = log.bus
        self.ended = False
        self._human = human
        begun = len(log.session.tree.path) > 1
        self._resumed = begun and not new
        self._records = 0 if begun and new else len(log.session.tree)
        """How many there were before this run, for `_leaves_a_trace`."""
        self._reason = "closed"
        self._failure: BaseException | None = None
        self._opened = False
        self._closing = False
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._lock = asyncio.Lock()
        self._dispatch: Dispatch = {}

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

        What then takes its time is waited for by `idle`. After an unforeseen error of its
        handler the run goes on, unless the state may no longer be that of the records.

        Raises:
            CommandError: it cannot be carried out now; nothing has changed.
            StoreError: it could not be stored; the run ends.
        """
        async with self._lock:
            await unbroken(self._carry_out(command))

    async def run(self) -> str:
        """Serve until the run is closed or done; return the reason, one of `REASONS`.

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
        return self._reason

    @handles(End)
    async def end(self, command: End) -> None:
        """Close the run."""
        self._close()

    def _use(self, *handlers: CommandHandlers) -> None:
        """Let commands be carried out by these objects and by the engine itself."""
        shared = SessionHandlers(self.log, self._human)
        self._dispatch = bind_handlers(self.COMMANDS, (self, shared, *handlers))

    @property
    def _leaves_a_trace(self) -> bool:
        """Whether the end goes on record: not where a session was only looked at."""
        return len(self.log.session.tree) != self._records

    async def _carry_out(self, command: Command) -> None:
        if (self._closing or self.ended) and not isinstance(command, self.ALWAYS):
            raise CommandError(*self.CLOSED)
        stored = len(self.log.session.tree)
        try:
            await self._dispatch[type(command)](command)
            self._carried_out(command)
        except Exception as error:
            beside = self.HOLDS_MORE and len(self.log.session.tree) != stored
            self._note_error(error, harmless=not (beside or self.log.broken))
            raise
        try:
            # A command that is refused changes nothing, and says nothing of what goes on.
            await self._go_on_and_look()
        except Exception as error:
            self._note_error(error, harmless=False)
            raise

    def _note_error(self, error: Exception, *, harmless: bool) -> None:
        """End the run after an error unless that is a refusal, or left the state in order."""
        if isinstance(error, SalonError):
            if isinstance(error, StoreError):
                self._fail(error)
        elif harmless:
            # What the handler stopped before it failed may have to go on.
            self._wake.set()
        else:
            self._fail(error)

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
            if self._failure is None:
                await self._finish()
            await self._wind_down(self._reason)
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
        records = self._first_records(log.repairs())
        if records:
            await log.tell(*records)
        await self._begin()
        self._opened = True
        await self._go_on_and_look()

    async def _go_on_and_look(self) -> None:
        if not self._opened:
            # A command that is sent before the run changes what that begins with.
            return
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
                await self._store_end(reason)

    async def _store_end(self, reason: str) -> None:
        self.ended = True
        if self._leaves_a_trace:
            data = {"reason": reason, "turns": self._turns}
            await self.log.tell(self.log.new_record(Kind.ENDED, self.REASONS[reason], data=data))

    def _close(self, reason: str = "closed") -> None:
        """Let the run end; the first reason counts."""
        if not self._closing:
            self._reason = reason
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
