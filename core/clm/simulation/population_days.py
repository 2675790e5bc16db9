"""The days of a population: one record of aggregates each, with its columns in a file beside.

The population itself is in no record. It is rebuilt from the seed: from the last state that
was stored, and the days since, simulated again under the policies of that time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from core.clm.records import DayKind
from core.clm.simulation.blobs import Blobs
from core.clm.simulation.days import Unit
from core.clm.simulation.log import RunLog
from core.clm.simulation.population import Population, PopulationDay
from core.clm.simulation.state import SimulationState
from core.clm.simulation.summary import DaySummary
from core.sessions.record import Record


@dataclass(frozen=True, slots=True)
class _Work:
    """A day in a thread, or a finished one that is not on record yet."""

    day: int
    policy: str
    task: asyncio.Task[PopulationDay]
    wanted: bool = True

    def fits(self, state: SimulationState) -> bool:
        """Whether it is the day that is due."""
        return self.wanted and (self.day, self.policy) == (state.over + 1, state.policy)


class PopulationDays:
    """The days of a population; each is simulated in a thread."""

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._blobs = Blobs.beside(log.session)
        self._population: Population | None = None
        self._work: _Work | None = None
        self._tidy = False
        """Whether the files of days that a kill kept off record are removed."""

    async def advance(self) -> Unit:
        state = self._log.state
        work = self._work
        if work is None or not work.fits(state):
            work = await self._begin()
        # After a cancellation here, the run continues with the same day.
        try:
            day = await asyncio.shield(work.task)
        except Exception:
            # The next attempt starts from what is on record, not from a population that failed.
            self._work = self._population = None
            raise
        self._work = None
        draft = self._log.new_record(DayKind.DAY_ENDED, _told(day.summary))
        data = day.summary.to_json() | {"blob": f"{day.day:05d}-{draft.id}.npz"}
        await asyncio.to_thread(self._blobs.write, data["blob"], day.blob)
        if day.checkpoint is not None:
            data["checkpoint"] = f"{day.day:05d}-{draft.id}.state"
            await asyncio.to_thread(self._blobs.write, data["checkpoint"], day.checkpoint)
        await self._log.tell(replace(draft, data=data))
        return "ended"

    def forget(self) -> None:
        self._population = None
        if self._work is not None:
            # Its thread runs on for a while, with the past of another branch.
            self._work = replace(self._work, wanted=False)

    async def close(self) -> None:
        await self._finish_thread()

    async def _begin(self) -> _Work:
        await self._finish_thread()
        state = self._log.state
        population, day, policy = self._population, state.over + 1, state.policy
        path = list(self._log.session.tree.path)
        known = None if self._tidy else set(_blobs_of(self._log.session.tree))
        self._tidy = True

        def simulate() -> PopulationDay:
            if known is not None:
                self._blobs.keep_only(known)
            ready = population if population is not None and population.days == day - 1 else None
            if ready is None:
                ready = Population.restored(state.spec, path, self._blobs)
            self._population = ready
            return ready.simulate_day(policy)

        task = asyncio.create_task(asyncio.to_thread(simulate))
        self._work = _Work(day, policy, task)
        return self._work

    async def _finish_thread(self) -> None:
        """Wait for the thread of a day that is no longer wanted; the population is a day ahead."""
        if self._work is not None:
            # After a cancellation here, the next call waits.
            await asyncio.shield(asyncio.gather(self._work.task, return_exceptions=True))
            self._work = self._population = None


def _blobs_of(tree: Iterable[Record]) -> Iterator[str]:
    """Yield the names of all files that records of any branch speak of."""
    for record in tree:
        if record.kind == DayKind.DAY_ENDED:
            yield from (
                str(record.data[key]) for key in ("blob", "checkpoint") if key in record.data
            )


def _told(summary: DaySummary) -> str:
    return (
        f"Day {summary.day}: engagement {summary.engagement:.1f}, margin {summary.margin:+,.2f}, "
        f"{summary.successes:,} of {summary.customers:,} bought"
    )
