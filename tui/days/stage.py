"""One run as its pane deals with it: drafted, going, opened again. Knows nothing of widgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

from core.clm.run import commands
from core.errors import CommandError
from tui.days.draft import RunDraft

if TYPE_CHECKING:
    from core.bus import Subscription
    from core.clm.run.engine import RunEngine
    from core.clm.run.state import RunState
    from core.events import Event
    from core.runtime import Runtime
    from core.sessions.session import Session


class DaysStage:
    """The run of one pane."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.draft = RunDraft.of("")
        self.cast_size = 0
        """How many customers the settings have for the classic world."""
        self.engine: RunEngine | None = None
        self._run: asyncio.Task[str] | None = None
        self._events: Subscription | None = None

    def load(self) -> None:
        """Read from settings what is offered at first. Blocks: call it in a thread.

        Raises:
            SalonError: the settings are wrong.
        """
        settings = self._runtime.settings
        cast = settings.clm.get("cast")
        self.cast_size = len(cast) if isinstance(cast, Mapping) else 0
        self.draft = RunDraft.of(settings.model)

    @property
    def state(self) -> RunState | None:
        """Where the run stands, once there is one."""
        return None if self.engine is None else self.engine.state

    @property
    def session(self) -> Session | None:
        """The session that is open for writing."""
        return None if self.engine is None else self.engine.log.session

    @property
    def running(self) -> bool:
        """Whether an engine takes commands."""
        return self._run is not None and not self._run.done()

    @property
    def going(self) -> bool:
        """Whether days pass by themselves."""
        return self.running and self.engine is not None and self.engine.going

    @property
    def working(self) -> bool:
        """Whether anything is being done: there is something to stop."""
        return self.running and self.engine is not None and self.engine.working

    async def begin(self) -> None:
        """Start the drafted run in a session of its own, in place of the present one.

        Raises:
            SalonError: something of the draft is wrong; nothing changed.
        """
        # Reading a catalogue and drawing a market take a moment, and numpy is imported for one.
        choice = await asyncio.to_thread(self.draft.choice)
        runs = await asyncio.to_thread(lambda: self._runtime.runs)
        await asyncio.to_thread(runs.spec, choice)
        await self.close()
        self.engine = await runs.start(choice, self._runtime.store.create)

    async def open(self, session: Session) -> None:
        """Take over a stored run in place of the present one; it waits for a key.

        Raises:
            StoreError: it cannot be gone on with; it is closed, and the present one stays.
        """
        try:
            engine = await asyncio.to_thread(self._runtime.runs.engine, session)
            await self.close()
        except BaseException:
            await session.close()
            raise
        self.engine = engine

    def run(self) -> None:
        """Let the engine run; `events` tells what it does."""
        assert self.engine is not None
        self._events = self.engine.subscribe()
        self._run = asyncio.create_task(self.engine.run())

    async def events(self) -> AsyncIterator[Event]:
        """Yield the engine's events until it ends.

        Raises:
            SalonError: the run failed; what had been announced is stored.
        """
        assert self._events is not None
        with self._events as events:
            async for event in events:
                yield event

    async def send(self, command: commands.Command) -> None:
        """Pass a command on to the engine. Raises `SalonError`."""
        if self.engine is None:
            raise CommandError("No run has begun.", "enter starts one.")
        await self.engine.send(command)

    async def close(self) -> None:
        """Stop what is being done, keep what was decided, release the session.

        Raises:
            StoreError: the end of it could not be stored; the session is released.
        """
        engine, run = self.engine, self._run
        try:
            if engine is not None and run is not None and not run.done():
                await engine.send(commands.Stop())
                await engine.send(commands.End())
                await asyncio.wait({run})
        finally:
            try:
                if engine is not None:
                    await engine.log.session.close()
            finally:
                # Only now may somebody else open the session.
                self.engine = self._run = None
