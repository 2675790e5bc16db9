"""The engine of a run: commands go in, events come out.

`send` carries out a command; the days themselves pass in a task of `Stepper`. Both change the
session only through `RunLog`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.bus import EventBus
from core.clm.simulation.commands import Command, End, Stop
from core.clm.simulation.days import Days
from core.clm.simulation.handlers import CheckModel, RunHandlers
from core.clm.simulation.log import RunLog
from core.clm.simulation.state import SimulationState
from core.clm.simulation.stepper import Stepper
from core.engine.base import Engine
from core.sessions.record import Author
from core.sessions.session import Session


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made from beside its session."""

    make_days: Callable[[RunLog], Days]
    check_model: CheckModel
    user: str
    """The name of the human who steers."""
    model_changed: Callable[[], None]
    """Called when another model or other parameters are to be asked."""


class SimulationEngine(Engine[RunLog, Command]):
    """One run of the day simulator. Create it, subscribe, then let a task `run` it.

    A run that was just made waits for `Run` or `Step`; so does one that was opened again.
    """

    COMMANDS = Command
    HANDLERS = (RunHandlers,)
    REASONS: ClassVar[Mapping[str, str]] = {
        "closed": "the run was closed",
        "interrupted": "interrupted; what was decided is kept",
    }
    # The days of a population are held beside the records, and the model that is asked.
    HOLDS_MORE = True
    ALWAYS = (Stop, End)

    def __init__(self, session: Session, parts: Parts) -> None:
        super().__init__(RunLog(session, EventBus()), Author("human", parts.user))
        self._days = parts.make_days(self.log)
        self._stepper = Stepper(self.log, self._days, self._settled)
        self._use(
            RunHandlers(
                self.log,
                self._days,
                self._stepper,
                parts.check_model,
                self._human,
                parts.model_changed,
            )
        )

    @property
    def state(self) -> SimulationState:
        """Where the run stands; a live object, to be read only. Another one after a fork."""
        return self.log.state

    @property
    def going(self) -> bool:
        """Whether the run goes on by itself after what is being done."""
        return self._stepper.going

    @property
    def working(self) -> bool:
        """Whether anything is being done."""
        return self._stepper.working

    @property
    def _turns(self) -> int:
        return self.state.over

    @property
    def _at_work(self) -> bool:
        return self._stepper.working

    async def _interrupt(self) -> None:
        await self._stepper.stop()

    async def _let_go(self) -> None:
        await self._days.close()

    def _settled(self, task: asyncio.Task[Any]) -> None:
        super()._settled(task)
        # Nothing follows by itself from days that are over.
        self._look()
