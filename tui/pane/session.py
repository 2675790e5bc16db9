"""The run that a pane has open: its engine, its stored session, its events. Knows no widget."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from core.errors import CommandError

if TYPE_CHECKING:
    from core.bus import Subscription
    from core.events import Event
    from core.runtime import Runtime
    from core.sessions.session import Session
    from core.sessions.tree import SessionTree


class HasSession(Protocol):
    """The log of an engine."""

    @property
    def session(self) -> Session:
        """The session it writes."""
        ...


class RunningEngine(Protocol):
    """What a pane needs of an engine."""

    @property
    def log(self) -> HasSession:
        """What it writes to."""
        ...

    def subscribe(self) -> Subscription:
        """Return a queue of all events from now on."""
        ...

    async def run(self) -> str:
        """Serve until the run is closed."""
        ...

    async def idle(self) -> None:
        """Wait until nothing is done any more."""


E = TypeVar("E", bound=RunningEngine)


class PaneSession(ABC, Generic[E]):
    """The run of one pane."""

    NOT_STARTED = ("Nothing has started yet.", "")
    """What is said, and what to do, where a command needs a run."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.engine: E | None = None
        self._run: asyncio.Task[str] | None = None
        self._events: Subscription | None = None

    @property
    def stored(self) -> Session | None:
        """The session that is open for writing."""
        return None if self.engine is None else self.engine.log.session

    @property
    def tree(self) -> SessionTree | None:
        """The records of the run."""
        return None if self.stored is None else self.stored.tree

    @property
    def started(self) -> bool:
        """Whether there is a run."""
        return self.engine is not None

    @property
    def running(self) -> bool:
        """Whether the engine takes commands."""
        return self._run is not None and not self._run.done()

    @property
    @abstractmethod
    def busy(self) -> bool:
        """Whether something is under way that closing would stop."""

    @abstractmethod
    def load(self) -> None:
        """Read what is offered before a run. Blocks: call it in a thread. Raises `SalonError`."""

    @abstractmethod
    def _engine_for(self, stored: Session) -> E:
        """Return an engine that continues a stored run; blocks. Raises `StoreError`."""

    @abstractmethod
    def _closing_commands(self) -> Sequence[Any]:
        """Return what ends the engine, in order."""

    def check_writable(self) -> None:
        """Raise `CommandError` where the run can only be read."""

    async def open(self, stored: Session) -> None:
        """Take over a stored run in place of the present one; nothing goes on by itself.

        Raises:
            StoreError: it cannot be continued; it is closed, and the present one stays.
        """
        try:
            # Folding a long session takes a while.
            engine = await asyncio.to_thread(self._engine_for, stored)
            await self.close()
        except BaseException:
            await stored.close()
            raise
        self.engine = engine

    def run(self) -> None:
        """Let the engine run, unless it does; `events` tells what it does."""
        engine = self._required()
        self._events = engine.subscribe()
        if not self.running:
            self._run = asyncio.create_task(engine.run())

    async def events(self) -> AsyncIterator[Event]:
        """Yield the engine's events until it ends.

        Raises:
            SalonError: the run failed; what had been announced is stored.
        """
        if self._events is None:
            raise CommandError(*self.NOT_STARTED)
        with self._events as events:
            async for event in events:
                yield event

    async def send(self, command: Any) -> None:
        """Pass a command on to the engine. Raises `SalonError`."""
        engine: Any = self._required()
        await engine.send(command)

    async def close(self) -> None:
        """Stop what is under way, keep what there is of it, release the session.

        Raises:
            StoreError: the end of it could not be stored; the session is released.
        """
        engine: Any = self.engine
        run = self._run
        try:
            if engine is not None and run is not None and not run.done():
                for command in self._closing_commands():
                    # One that is about to end by itself takes no more commands.
                    with suppress(CommandError):
                        await engine.send(command)
                await asyncio.wait({run})
        finally:
            try:
                if engine is not None:
                    await engine.log.session.close()
            finally:
                # Only now may another pane open the session.
                self._forget()

    def _forget(self) -> None:
        self.engine = self._run = None

    def _required(self) -> E:
        if self.engine is None:
            raise CommandError(*self.NOT_STARTED)
        return self.engine
