"""The days of a population: one record of aggregates each, with its columns in a file beside.

The population itself stands in no record. It comes back from the seed: from the last state that
was kept, and the days since, lived again by the policies that decided then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from core.clm.records import DayKind
from core.clm.simulation.blobs import Blobs
from core.clm.simulation.days import Unit
from core.clm.simulation.herd import Herd, Lived
from core.clm.simulation.log import RunLog
from core.clm.simulation.state import SimulationState
from core.clm.simulation.summary import DaySummary
from core.sessions.record import Record


@dataclass(frozen=True, slots=True)
class _Work:
    """A day that is being lived, or was lived and is not on record yet."""

    day: int
    policy: str
    task: asyncio.Task[Lived]
    wanted: bool = True

    def fits(self, state: SimulationState) -> bool:
        """Whether it is the day that is due."""
        return self.wanted and (self.day, self.policy) == (state.over + 1, state.policy)


class BulkDays:
    """The days of a population; each is lived in a thread."""

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._blobs = Blobs.beside(log.session)
        self._herd: Herd | None = None
        self._work: _Work | None = None
        self._tidy = False
        """Whether the files of days that a kill kept off record are removed."""

    async def advance(self) -> Unit:
        state = self._log.state
        work = self._work
        if work is None or not work.fits(state):
            work = await self._begin()
        # Whoever is cancelled here finds the same day when the run goes on.
        try:
            lived = await asyncio.shield(work.task)
        except Exception:
            # Not to be met again by whoever goes on: the day is tried anew, from what is on record.
            self._work = self._herd = None
            raise
        self._work = None
        draft = self._log.new_record(DayKind.DAY_ENDED, _told(lived.summary))
        data = lived.summary.to_json() | {"blob": f"{lived.day:05d}-{draft.id}.npz"}
        await asyncio.to_thread(self._blobs.write, data["blob"], lived.blob)
        if lived.checkpoint is not None:
            data["checkpoint"] = f"{lived.day:05d}-{draft.id}.state"
            await asyncio.to_thread(self._blobs.write, data["checkpoint"], lived.checkpoint)
        await self._log.tell(replace(draft, data=data))
        return "ended"

    def forget(self) -> None:
        self._herd = None
        if self._work is not None:
            # Its thread goes on for a while, with the past of another branch.
            self._work = replace(self._work, wanted=False)

    async def close(self) -> None:
        await self._let_go()

    async def _begin(self) -> _Work:
        await self._let_go()
        state = self._log.state
        herd, day, policy = self._herd, state.over + 1, state.policy
        path = list(self._log.session.tree.path)
        known = None if self._tidy else set(_blobs_of(self._log.session.tree))
        self._tidy = True

        def live() -> Lived:
            if known is not None:
                self._blobs.keep_only(known)
            ready = herd if herd is not None and herd.days == day - 1 else None
            if ready is None:
                ready = Herd.restored(state.spec, path, self._blobs)
            self._herd = ready
            return ready.live(policy)

        task = asyncio.create_task(asyncio.to_thread(live))
        self._work = _Work(day, policy, task)
        return self._work

    async def _let_go(self) -> None:
        """Wait for the thread of a day that is not wanted any more; its herd is a day ahead."""
        if self._work is not None:
            # Whoever is cancelled here leaves it to the next one to wait.
            await asyncio.shield(asyncio.gather(self._work.task, return_exceptions=True))
            self._work = self._herd = None


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
