"""One simulation as its pane deals with it: set up, running, opened again. Knows no widget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.clm.simulation import commands
from core.errors import UsageError
from tui.clm.draft import SimulationSetup
from tui.pane.session import PaneSession

if TYPE_CHECKING:
    from core.clm.simulation.engine import SimulationEngine
    from core.clm.simulation.state import SimulationState
    from core.runtime import Runtime
    from core.sessions.session import Session


class ClmSession(PaneSession["SimulationEngine"]):
    """The simulation of one pane."""

    NOT_STARTED = ("No run has started.", "enter starts one.")

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.draft = SimulationSetup.of("")
        self.cast_size = 0
        """How many customers the settings have for the classic world."""

    def load(self) -> None:
        settings = self.runtime.settings
        cast = settings.clm.get("cast")
        self.cast_size = len(cast) if isinstance(cast, Mapping) else 0
        self.draft = SimulationSetup.of(settings.model)

    @property
    def state(self) -> SimulationState | None:
        """Where the run stands, once there is one."""
        return None if self.engine is None else self.engine.state

    @property
    def population(self) -> bool:
        """Whether the run has too many customers for a card each."""
        return self.state is not None and self.state.spec.is_population

    @property
    def going(self) -> bool:
        """Whether days pass by themselves."""
        return self.running and self.engine is not None and self.engine.going

    @property
    def busy(self) -> bool:
        return self.running and self.engine is not None and self.engine.working

    def change_setup(self, command: commands.SetPolicy | commands.SetModel) -> None:
        """Change the set-up as the command would change a run. Raises `UsageError`."""
        draft = self.draft
        if isinstance(command, commands.SetPolicy):
            if command.policy not in draft.policies:
                raise UsageError(
                    f"There is no policy {command.policy!r} for this run.",
                    f"There are: {', '.join(draft.policies)}.",
                )
            self.draft = replace(draft, policy=command.policy)
        elif command.params:
            raise UsageError("Parameters are set once a run has started.", "enter starts it.")
        elif command.model:
            self.draft = replace(draft, model=command.model)

    async def start(self) -> None:
        """Start the run that is set up, in a session of its own, in place of the present one.

        Raises:
            SalonError: something of the set-up is wrong; nothing changed.
        """
        # Reading a catalogue and drawing a market take a moment, and numpy is imported for one.
        choice = await asyncio.to_thread(self.draft.choice)
        runs = await asyncio.to_thread(lambda: self.runtime.simulations)
        await asyncio.to_thread(runs.spec, choice)
        await self.close()
        self.engine = await runs.start(choice, self.runtime.store.create)

    def _engine_for(self, stored: Session) -> SimulationEngine:
        return self.runtime.simulations.engine(stored)

    def _closing_commands(self) -> Sequence[Any]:
        return commands.Stop(), commands.End()
