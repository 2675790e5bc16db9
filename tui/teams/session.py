"""One team as its pane deals with it: set up, running, opened again. Knows no widget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import CommandError
from core.personas.persona import Persona
from core.teams import commands
from core.teams.definitions.seat_team import seat_team
from core.teams.state import TeamState
from core.teams.team import Team
from tui.pane.session import PaneSession

if TYPE_CHECKING:
    from core.runtime import Runtime
    from core.sessions.session import Session
    from core.teams.definitions.draft import TeamDraft
    from core.teams.definitions.library import TeamHeader
    from core.teams.engine import TeamEngine


@dataclass(frozen=True, slots=True)
class SeatedTeam:
    """A team that is set up and has not been told anything yet."""

    team: Team
    personas: Mapping[str, Persona]
    state: TeamState
    """Of a run without any records."""


class TeamsSession(PaneSession["TeamEngine"]):
    """The team of one pane."""

    NOT_STARTED = ("Nothing was said to the team yet.", "Tell it what to do.")

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.headers: Sequence[TeamHeader] = ()
        """The teams there are."""
        self.seated: SeatedTeam | None = None
        self.visiting = False
        """Whether the run is that of a team at a seat, which goes on without this pane."""

    def load(self) -> None:
        self.headers = self.runtime.teams.headers()

    @property
    def state(self) -> TeamState | None:
        """Where the team stands; `None` while none is chosen."""
        if self.engine is not None:
            return self.engine.state
        return None if self.seated is None else self.seated.state

    @property
    def chosen(self) -> bool:
        """Whether a team is set up or runs."""
        return self.state is not None

    @property
    def running(self) -> bool:
        if self.visiting:
            return self.engine is not None and not self.engine.ended
        return super().running

    @property
    def at_work(self) -> bool:
        """Whether a node thinks, or would without being asked: there is something to stop."""
        engine = self.engine
        if engine is None or not self.running:
            return False
        state = engine.state
        return engine.thinking or (state.autopilot is not None and state.request is not None)

    @property
    def busy(self) -> bool:
        # A team at a seat goes on when this pane leaves it.
        return self.at_work and not self.visiting

    @property
    def stands_still(self) -> bool:
        """Whether there is something to do, and no node does it before it is told to."""
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
        factory = await asyncio.to_thread(lambda: self.runtime.team_runs.factory)
        team, personas = await asyncio.to_thread(
            seat_team, draft, factory, params=params, model=model
        )
        await self.close()
        self.seated = SeatedTeam(team, personas, TeamState(team))

    async def begin(self) -> None:
        """Start the team that is set up, in a session of its own. Raises `SalonError`."""
        if self.seated is None:
            raise CommandError("No team is chosen.", "enter starts the one in the list.")
        runs = await asyncio.to_thread(lambda: self.runtime.team_runs)
        self.engine = await runs.start(
            self.seated.team, self.seated.personas, self.runtime.store.create
        )
        self.seated = None

    async def visit(self, engine: TeamEngine) -> None:
        """Watch and steer the run of a team that sits in a chat or at a meetup."""
        await self.close()
        self.engine, self.visiting = engine, True

    def run(self) -> None:
        if self.visiting:
            # The pane that seats the team lets it run.
            self._events = self._required().subscribe()
        else:
            super().run()

    async def close(self) -> None:
        if not self.visiting:
            await super().close()
            return
        if self._events is not None:
            self._events.close()
        self._forget()

    def _forget(self) -> None:
        super()._forget()
        self.seated, self.visiting = None, False

    def _engine_for(self, stored: Session) -> TeamEngine:
        return self.runtime.team_runs.engine(stored)

    def _closing_commands(self) -> Sequence[Any]:
        return commands.Stop(), commands.End()
