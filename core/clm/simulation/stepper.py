"""How far a run goes on by itself: to a day, by one customer, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from core.clm.simulation.days import Days
from core.clm.simulation.log import RunLog
from core.errors import SalonError, StoreError
from core.sessions.record import Kind


class Stepper:
    """Does the work of one run in a task of its own, which begins and ends as it is told.

    `settled` is called whenever that task is over.
    """

    def __init__(
        self, log: RunLog, days: Days, settled: Callable[[asyncio.Task[Any]], None]
    ) -> None:
        self._log = log
        self._days = days
        self._settled = settled
        self._task: asyncio.Task[None] | None = None
        self._until: int | None = None
        self._single = False
        self._going = False

    @property
    def going(self) -> bool:
        """Whether the run goes on by itself after what is being done."""
        return self._going

    @property
    def working(self) -> bool:
        """Whether anything is being done."""
        return self._task is not None

    def go(self, until: int | None, *, single: bool = False) -> None:
        """Go on until so many days are over (`None`: until it is stopped), or by one customer."""
        self._until, self._single, self._going = until, single, True
        if self._task is None:
            self._begin()

    def pause(self) -> None:
        """Let what is being done be the last."""
        self._going = False

    async def stop(self) -> None:
        """Stop at once; returns when nothing is being done any more."""
        self._going = False
        task = self._task
        if task is None:
            return
        # A task that has not begun would be cancelled without tidying up after itself.
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._work(), name="days of a run")
        self._task.add_done_callback(self._done)

    async def _work(self) -> None:
        try:
            while self._going:
                await self._unit()
        except StoreError:
            raise
        except SalonError as error:
            await self._fail(error)
        finally:
            self._going = False

    async def _unit(self) -> None:
        unit = await self._days.advance()
        if unit == "turn":
            enough = self._single and bool(self._log.state.waiting)
        else:
            enough = unit == "failed" or (unit == "ended" and self._enough())
        if enough:
            self._going = False

    def _enough(self) -> bool:
        state = self._log.state
        reached = self._until is not None and state.over >= self._until
        empty = not state.spec.is_population and not state.living
        return reached or empty or self._single

    async def _fail(self, error: SalonError) -> None:
        data = {
            "code": "error",
            "turn": self._log.state.day,
            "kind": "run",
            "message": error.message,
            "hint": error.hint,
        }
        await self._log.tell(self._log.new_record(Kind.NOTICE, str(error), data=data))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if self._going:
            # Told to go on when the work had just come to its end.
            self._begin()
        self._settled(task)
