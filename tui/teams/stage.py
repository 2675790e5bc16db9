"""One team as its pane deals with it: chosen, set up, running, gone on with.

Holds the engine and its session; knows nothing of widgets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import CommandError
from core.personas.persona import Persona
from core.teams import commands
from core.teams.definitions.filling import seat_team
from core.teams.state import TeamState
from core.teams.team import Team

if TYPE_CHECKING:
    from core.bus import Subscription
    from core.events import Event
    from core.runtime import Runtime
    from core.sessions.session import Session
    from core.sessions.tree import SessionTree
    from core.teams.definitions.draft import TeamDraft
    from core.teams.engine import TeamEngine


@dataclass(frozen=True, slots=True)
class Seated:
    """A team that is set up and has not been told anything yet."""

    team: Team
    personas: Mapping[str, Persona]
    state: TeamState
    """Of a run without any records."""


class TeamsStage:
    """The team of one pane."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.seated: Seated | None = None
        self.engine: TeamEngine | None = None
        self._run: asyncio.Task[str] | None = None
        self._events: Subscription | None = None
        self.visiting = False
        """Whether the run is that of a team at a seat, which goes on without this pane."""

    @property
    def state(self) -> TeamState | None:
        """Where the team stands; `None` while none is chosen."""
        if self.engine is not None:
            return self.engine.state
        return None if self.seated is None else self.seated.state

    @property
    def session(self) -> Session | None:
        """The session that is open for writing."""
        return None if self.engine is None else self.engine.log.session

    @property
    def tree(self) -> SessionTree | None:
        """The records of the run."""
        return None if self.session is None else self.session.tree

    @property
    def running(self) -> bool:
        """Whether an engine takes commands."""
        if self.visiting:
            return self.engine is not None and not self.engine.ended
        return self._run is not None and not self._run.done()

    @property
    def at_work(self) -> bool:
        """Whether somebody thinks, or would without being asked: there is something to stop."""
        engine = self.engine
        if engine is None or not self.running:
            return False
        state = engine.state
        return engine.thinking or (state.autopilot is not None and state.request is not None)

    @property
    def ends_when_left(self) -> bool:
        """Whether somebody would be stopped by going elsewhere; a team at a seat stays there."""
        return self.at_work and not self.visiting

    @property
    def stands_still(self) -> bool:
        """Whether there is something to do, and nobody does it before they are told to."""
        engine = self.engine
        if engine is None:
            return False
        state, nodes = engine.state, engine.state.nodes.values()
        if state.question is not None or any(node.failed is not None for node in nodes):
            return True
        return not engine.thinking and any(node.due for node in nodes)

    async def seat(
        self, draft: TeamDraft, params: Mapping[str, Any] | None, model: str | None
    ) -> None:
        """Set a team up in place of the present one; it has a session from its first word on.

        Raises:
            SalonError: a parameter, a persona's settings or a model is wrong; nothing changed.
        """
        factory = self._runtime.team_runs.factory
        team, personas = await asyncio.to_thread(
            seat_team, draft, factory, params=params, model=model
        )
        await self.close()
        self.seated = Seated(team, personas, TeamState(team))

    async def begin(self) -> None:
        """Start the team that is set up, in a session of its own. Raises `SalonError`."""
        if self.seated is None:
            raise CommandError("No team is chosen.", "enter starts the one in the list.")
        runtime = self._runtime
        self.engine = await runtime.team_runs.start(
            self.seated.team, self.seated.personas, runtime.store.create
        )
        self.seated = None

    async def open(self, session: Session) -> None:
        """Take over a stored run in place of the present one; it waits for a verb.

        Raises:
            StoreError: it cannot be gone on with; it is closed, and the present one stays.
        """
        try:
            # Folding a long session takes a while.
            engine = await asyncio.to_thread(self._runtime.team_runs.engine, session)
        except BaseException:
            await session.close()
            raise
        await self.close()
        self.engine = engine

    async def visit(self, engine: TeamEngine) -> None:
        """Watch and steer the run of a team that sits in a chat or at a meetup."""
        await self.close()
        self.engine, self.visiting = engine, True

    def run(self) -> None:
        """Let the engine run, unless it does; `events` tells what it does."""
        assert self.engine is not None
        self._events = self.engine.subscribe()
        if not self.visiting and not self.running:
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
        """Pass a command on to the engine.

        Raises:
            CommandError: it cannot be carried out now.
            StoreError: it could not be stored.
        """
        if self.engine is None:
            raise CommandError("Nothing was said to the team yet.", "Tell it what to do.")
        await self.engine.send(command)

    async def close(self) -> None:
        """Stop what is being thought about, keep what was said, release the session.

        Raises:
            StoreError: the end of it could not be stored; the session is released.
        """
        engine, run = self.engine, self._run
        if self.visiting:
            if self._events is not None:
                self._events.close()
            self.engine, self.seated, self.visiting = None, None, False
            return
        try:
            if engine is not None and run is not None and not run.done():
                await engine.send(commands.Stop())
                await engine.send(commands.End())
                await asyncio.wait({run})
        finally:
            self.engine = self._run = self.seated = None
            if engine is not None:
                await engine.log.session.close()
