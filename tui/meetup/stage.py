"""One meetup as its pane deals with it: set up, running, ended, gone on with.

Holds the engine and its session; knows nothing of widgets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tui.meetup.draft import MeetupDraft

if TYPE_CHECKING:
    from core.bus import Subscription
    from core.events import Event
    from core.meetup.commands import Command
    from core.meetup.engine import MeetupEngine
    from core.meetup.setup import RunMode
    from core.meetup.state import MeetupState
    from core.runtime import Runtime
    from core.sessions.session import Session


class MeetupStage:
    """The meetup of one pane."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.draft: MeetupDraft | None = None
        self.engine: MeetupEngine | None = None
        self._session: Session | None = None
        self._run: asyncio.Task[str] | None = None
        self._events: Subscription | None = None

    @property
    def state(self) -> MeetupState | None:
        """Where the conversation stands, once there is one."""
        return None if self.engine is None else self.engine.state

    @property
    def session(self) -> Session | None:
        """The session that is open for writing."""
        return self._session

    @property
    def running(self) -> bool:
        """Whether an engine takes commands."""
        return self._run is not None and not self._run.done()

    @property
    def playing(self) -> bool:
        """Whether turns are being taken one after the other."""
        return self.running and self.engine is not None and self.engine.playing

    def load_ready_pair(self) -> MeetupDraft:
        """Read settings and the pair that the app opens with. Blocks: call it in a thread.

        Raises:
            SalonError: settings or personas are wrong.
        """
        settings = self._runtime.settings
        library = self._runtime.library
        one, two = (library.find(name) for name in settings.meetup.ready_pair)
        self.draft = MeetupDraft.of(one, two, settings)
        return self.draft

    async def begin(self, *, playing: bool = True) -> MeetupEngine:
        """Start the drafted meetup in a session of its own. Raises `SalonError`."""
        assert self.draft is not None
        await self.close()
        meetups = await asyncio.to_thread(lambda: self._runtime.meetups)
        self.engine = await meetups.start(
            self.draft.choice(), self._runtime.store.create, _mode(playing)
        )
        self._session = self.engine.log.session
        return self.engine

    async def open(self, session: Session) -> MeetupEngine:
        """Take over a stored meetup in place of the present one; it waits for `go_on`.

        Raises:
            StoreError: it cannot be gone on with; it is closed, and the present one stays.
        """
        try:
            engine = await asyncio.to_thread(lambda: self._runtime.meetups.engine(session))
        except BaseException:
            await session.close()
            raise
        await self.close()
        self.engine, self._session = engine, session
        return engine

    async def go_on(self, *, playing: bool = True) -> MeetupEngine:
        """Resume the meetup after it has ended, with as many turns again. Raises `SalonError`."""
        assert self._session is not None
        self.engine = await self._runtime.meetups.resume(self._session, mode=_mode(playing))
        return self.engine

    def run(self) -> None:
        """Let the engine run, unless it does; `events` tells what it does."""
        assert self.engine is not None
        self._events = self.engine.subscribe()
        if not self.running:
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

    async def send(self, command: Command) -> None:
        """Pass a command on to the engine. Raises `SalonError`."""
        assert self.engine is not None
        await self.engine.send(command)

    async def toggle(self) -> None:
        """Pause after the present turn, or go on. Raises `SalonError`."""
        from core.meetup.commands import Pause, Resume

        await self.send(Pause() if self.playing else Resume())

    async def set_metadata(self, title: str | None, pinned: bool | None) -> None:
        """Put on record what the talk is called and whether it is pinned. Raises `StoreError`."""
        from core.meetup.branching import HUMAN
        from core.sessions.record import Kind

        assert self.engine is not None
        data = {"title": title, "pinned": pinned}
        known = {key: value for key, value in data.items() if value is not None}
        log = self.engine.log
        await log.tell(log.new_record(Kind.META, author=HUMAN, data=known))

    async def close(self) -> None:
        """End the run, keep what was said, release the session."""
        if self._run is not None and not self._run.done():
            self._run.cancel()
            await asyncio.wait({self._run})
        if self._session is not None:
            await self._session.close()
        self.engine = self._session = self._run = None


def _mode(playing: bool) -> RunMode:
    from core.meetup.setup import RunMode

    return RunMode(attended=True, playing=playing)
