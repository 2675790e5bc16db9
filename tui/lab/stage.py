"""One run as its pane deals with it: drafted, going, opened again. Knows nothing of widgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import CommandError
from core.lifelong import commands
from tui.lab.draft import LabDraft

if TYPE_CHECKING:
    from core.bus import Subscription
    from core.events import Event
    from core.lifelong.engine import LabEngine
    from core.lifelong.state import LabState
    from core.runtime import Runtime
    from core.sessions.session import Session


class LabStage:
    """The run of one pane."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.draft = LabDraft("")
        self.engine: LabEngine | None = None
        self._run: asyncio.Task[str] | None = None
        self._events: Subscription | None = None
        self._renewing = asyncio.Lock()

    def load(self) -> None:
        """Read from settings what is offered at first. Blocks: call it in a thread.

        Raises:
            SalonError: the settings are wrong.
        """
        self.draft = LabDraft(self._runtime.settings.model)

    @property
    def state(self) -> LabState | None:
        """Where the run stands, once there is one."""
        return None if self.engine is None else self.engine.state

    @property
    def session(self) -> Session | None:
        """The session that is open for writing."""
        return None if self.engine is None else self.engine.log.session

    @property
    def running(self) -> bool:
        """Whether the engine is at work, or waits to be told to go on."""
        return self._run is not None and not self._run.done()

    @property
    def going(self) -> bool:
        """Whether calls of models begin by themselves."""
        return self.running and self.engine is not None and self.engine.going

    @property
    def working(self) -> bool:
        """Whether anything is being done: there is something to stop."""
        return self.going or (self.running and self.engine is not None and self.engine.calls > 0)

    async def begin(self) -> None:
        """Start the drafted run in a session of its own, in place of the present one.

        Raises:
            SalonError: something of the draft is wrong; nothing changed.
        """
        from core.lifelong.folder import LabFolder

        draft, source, given = self.draft, self.draft.source, list(self.draft.given)
        if draft.folder is not None:
            source, given = await LabFolder(draft.folder).people()
        choice = draft.choice(given, source)
        labs = await asyncio.to_thread(lambda: self._runtime.labs)
        spec = await asyncio.to_thread(labs.spec, choice, given)
        await self.close()
        self.engine = await labs.start(
            choice, self._runtime.store.create, given, spec=spec, attended=True
        )

    async def open(self, session: Session) -> None:
        """Take over a stored run in place of the present one; it waits for a key.

        Raises:
            StoreError: it cannot be gone on with, and the present one stays; or the end of
                that could not be stored. It is closed in either case.
        """
        try:
            engine = await self._engine(session)
            await self.close()
        except BaseException:
            await session.close()
            raise
        self.engine = engine

    async def open_folder(self, folder: Path) -> None:
        """Take over the newest run of a folder of the lab. Raises `SalonError`."""
        from core.errors import UsageError
        from core.lifelong.folder import LabFolder

        place = LabFolder(folder)
        runs = await place.runs()
        if not runs:
            raise UsageError(f"{folder} holds no run of the lab.", "salon learn makes one.")
        await self.open(await place.store.open(runs[-1].session))

    async def run(self) -> bool:
        """Let the engine run; `events` tells what it does. Returns whether it did not yet.

        Raises:
            SalonError: it cannot be gone on with.
        """
        engine = await self._ready()
        if self.running:
            # Two keys can ask for it; a program that runs twice at once puts all on record twice.
            return False
        self._events = engine.subscribe()
        self._run = asyncio.create_task(engine.run(), name="lab run")
        return True

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
        await (await self._ready()).send(command)

    async def close(self) -> None:
        """Stop what is being done, keep what was answered, release the session.

        Raises:
            StoreError: the end of it could not be stored; the session is released.
        """
        engine, run = self.engine, self._run
        try:
            if engine is not None and run is not None and not run.done():
                await engine.send(commands.End())
                await asyncio.wait({run})
        finally:
            try:
                if engine is not None:
                    await engine.log.session.close()
            finally:
                # Only now may somebody else open the session.
                self.engine = self._run = None

    async def _ready(self) -> LabEngine:
        """Return an engine that takes commands: one that is over makes room for another."""
        async with self._renewing:
            over = self.engine
            if over is None:
                raise CommandError("No run has begun.", "enter starts one.")
            if not over.ended:
                return over
            engine = await self._engine(over.log.session)
            if self.engine is not over:
                raise CommandError("The run was closed meanwhile.", "ctrl+r opens it again.")
            self.engine = engine
            return engine

    async def _engine(self, session: Session) -> LabEngine:
        labs = await asyncio.to_thread(lambda: self._runtime.labs)
        return await asyncio.to_thread(lambda: labs.engine(session, attended=True))
