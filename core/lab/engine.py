"""The engine of a run of the lab.

`run` does the work until it is done, closed or cannot go on; `send` is called meanwhile by
the one who watches. Whatever ends it, what was answered is on record, and the run can be
resumed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ClassVar

from core.bus import EventBus
from core.engine.base import Engine
from core.engine.handlers import handles
from core.lab.commands import Command, Pause, Resume, SetParallel
from core.lab.log import LabLog
from core.lab.program import Program
from core.lab.progress import Clock, ConcurrencyLimit, Progress
from core.lab.questions import ModelCalls, RunFailed
from core.lab.spec import Role
from core.lab.state import LabState
from core.participants import PersonaOnModel
from core.sessions.record import Author
from core.sessions.session import Session


class LabEngine(Engine[LabLog, Command]):
    """One run. Create it, subscribe, then let a task `run` it.

    Args:
        session: open for writing; its root record holds a `LabSpec`.
        participants: returns who answers in a role.
        attended: whether somebody is there to say what is done about a failure; else it ends
            the run.
    """

    COMMANDS = Command
    REASONS: ClassVar[Mapping[str, str]] = {
        "done": "everything is done",
        "closed": "the run was closed; it can be gone on with",
        "interrupted": "interrupted; it can be gone on with",
        "failed": "a model did not answer; it can be gone on with",
    }

    def __init__(
        self,
        session: Session,
        participants: Callable[[Role], PersonaOnModel],
        *,
        attended: bool = False,
    ) -> None:
        super().__init__(LabLog(session, EventBus()), Author("human"))
        self.attended = attended
        # People who were given are there before anything was done.
        self._resumed = any("ordinal" in each.data for each in session.tree.path)
        self._limit = ConcurrencyLimit(self.log.state.spec.parallel)
        self._clock = Clock()
        self._calls = ModelCalls(self.log, self._limit, participants, self._failed)
        self._program = Program(self.log, self._calls)
        self._resume = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self._use()

    @property
    def state(self) -> LabState:
        """Where the run stands; a live object, to be read only."""
        return self.log.state

    @property
    def going(self) -> bool:
        """Whether model calls may begin."""
        return self._limit.open and not self.ended

    @property
    def calls(self) -> int:
        """How many model calls are under way."""
        return self._limit.inside

    @property
    def parallel(self) -> int:
        """How many there may be at a time."""
        return self._limit.limit

    @property
    def progress(self) -> Progress:
        """How far it is, and how long it will take."""
        counts = self.state.counts()
        if self.going:
            self._clock.note(counts.done)
        return self._clock.progress(counts)

    def leave_alone(self) -> None:
        """Let a failure end the run from now on, as there is nobody left to decide about it."""
        self.attended = False
        self._reopen()

    @handles(Pause)
    async def pause(self, command: Pause) -> None:
        """Begin no further model call."""
        self._pause()

    @handles(Resume)
    async def resume(self, command: Resume) -> None:
        """Begin model calls again, and try again what failed."""
        self._reopen()

    @handles(SetParallel)
    async def set_parallel(self, command: SetParallel) -> None:
        """Allow so many model calls at a time."""
        self._limit.set_limit(command.calls)
        self._program.set_parallel(command.calls)

    @property
    def _turns(self) -> int:
        return self.state.turns

    @property
    def _at_work(self) -> bool:
        return self._work is not None and not self._work.done()

    @property
    def _leaves_a_trace(self) -> bool:
        # It was done before: looking at it again is not worth a record.
        return not (self.state.finished and self._reason == "done")

    async def _begin(self) -> None:
        self._clock.note(self.state.counts().done)
        self._work = asyncio.create_task(self._program.run(), name="lab")
        self._work.add_done_callback(self._work_is_over)

    async def _interrupt(self) -> None:
        if self._work is not None and not self._work.done():
            self._work.cancel()
            await asyncio.wait({self._work})

    def _work_is_over(self, work: asyncio.Task[None]) -> None:
        if work.cancelled():
            return
        try:
            self._close(_outcome(work.exception()))
        except BaseException as error:  # noqa: BLE001  # of whatever kind, the run ends with it
            self._fail(error)

    def _pause(self) -> None:
        self._limit.close()
        self._clock.restart()

    def _reopen(self) -> None:
        self._clock.restart()
        self._limit.reopen()
        self._resume.set()
        self._resume = asyncio.Event()

    async def _failed(self) -> None:
        """Wait until told to try again; where nobody is there to say so, end the run."""
        if self.attended:
            self._pause()
            await self._resume.wait()
        if not self.attended:
            raise RunFailed


def _outcome(error: BaseException | None) -> str:
    """Return why the work ended. Raises what is no failure of a model."""
    if error is None:
        return "done"
    if isinstance(error, RunFailed):
        return "failed"
    if isinstance(error, BaseExceptionGroup):
        _, others = error.split(RunFailed)
        if others is None:
            return "failed"
        raise _first(others)
    raise error


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
