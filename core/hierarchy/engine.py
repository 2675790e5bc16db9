"""The engine of a team: commands and finished replies on the one side, what follows on the other.

`send` carries out a command and whatever follows from it by itself; `run` does the same each
time a reply is finished. Both change the session only through `HierarchyLog`, one at a time.
"""

from __future__ import annotations

import asyncio
from typing import Any

from core.aio import unbroken
from core.bus import EventBus, Subscription
from core.config.prices import Prices
from core.errors import CommandError, StoreError
from core.events import Started
from core.hierarchy.advancing import Advancing
from core.hierarchy.commands import Command, End, Stop
from core.hierarchy.drafting import Drafting
from core.hierarchy.log import HierarchyLog
from core.hierarchy.rules import Rules
from core.hierarchy.seating import NodeParticipant, Seating
from core.hierarchy.state import HierarchyState
from core.hierarchy.stepping import FindFlow, Stepping
from core.hierarchy.thinking import Thinking
from core.hierarchy.verbs import Verbs
from core.sessions.record import Author, Kind
from core.sessions.session import Session

REASONS = {
    "closed": "the run was closed",
    "interrupted": "interrupted; what was said is kept",
}
"""Why a run can end, and in what words its last record says so."""


class HierarchyEngine:
    """One run of a team. Create it, subscribe, then let a task `run` it.

    Args:
        session: open for writing; its root record holds a `Team`.
        node_participant: makes the participant of a node; called again when its seat changes.
        find_flow: returns an installed flow by name.
        prices: what models cost, for budgets in dollars.
        user: the name of the human who steers.
        longest_alone: decisions that are taken in a row without a human.
    """

    def __init__(
        self,
        session: Session,
        node_participant: NodeParticipant,
        find_flow: FindFlow,
        *,
        prices: Prices,
        user: str,
        longest_alone: int,
    ) -> None:
        self.bus = EventBus()
        self.log = HierarchyLog(session, self.bus)
        self.ended = False
        resumed = len(session.tree.path) > 1
        self._resumed = resumed
        self._records = len(session.tree)
        drafting = Drafting(self.log, Author("human", user))
        self._seating = Seating(self.log, node_participant)
        rules = Rules(self.log, drafting, prices=prices, longest_alone=longest_alone)
        stepping = Stepping(self.log, drafting, rules, find_flow)
        self._thinking = Thinking(self.log, drafting, self._seating, rules, stepping, self._settled)
        self._advancing = Advancing(self.log, drafting, self._thinking, rules)
        # Nobody is asked just because a stored run is looked at.
        if resumed:
            self._advancing.wait()
        self._verbs = Verbs(
            self.log,
            drafting,
            self._seating,
            self._thinking,
            self._advancing,
            prices,
            self._close,
        )
        self._failure: BaseException | None = None
        self._closing = False
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._lock = asyncio.Lock()

    @property
    def state(self) -> HierarchyState:
        """Where the run stands; a live object, to be read only."""
        return self.log.state

    @property
    def session_id(self) -> str:
        """The session that this run writes."""
        return self.log.id

    @property
    def going(self) -> bool:
        """Whether whoever is due may think."""
        return self._advancing.going

    @property
    def thinking(self) -> bool:
        """Whether any node is thinking."""
        return self._thinking.active

    def is_thinking(self, path: str) -> bool:
        """Whether a node is thinking."""
        return self._thinking.busy(path)

    def subscribe(self) -> Subscription:
        """Return a queue of all events from now on."""
        return self.bus.subscribe()

    async def idle(self) -> None:
        """Wait until nobody thinks and everything waits for a human.

        Before the run has been opened, it waits for that as well.
        """
        await self._idle.wait()

    async def send(self, command: Command) -> None:
        """Carry out a command and what follows from it; when this returns it is on record.

        Replies are waited for by nobody here; `idle` does that.

        Raises:
            CommandError: it cannot be carried out now; nothing has changed.
            StoreError: it could not be stored; the run ends.
        """
        async with self._lock:
            await unbroken(self._carry_out(command))

    async def _carry_out(self, command: Command) -> None:
        if (self._closing or self.ended) and not isinstance(command, Stop | End):
            raise CommandError("The run is closed.", "Open it again first.")
        try:
            await self._verbs.carry_out(command)
            await self._advance()
        except StoreError as error:
            self._fail(error)
            raise

    async def run(self) -> str:
        """Serve until the run is closed; return the reason, one of `REASONS`.

        Cancelling keeps what was said so far, ends the session as `interrupted` and raises
        on.

        Raises:
            StoreError: a record could not be stored; what had been announced is safe.
        """
        try:
            await self._run()
        except asyncio.CancelledError:
            self._over(self._failure)
            raise
        except BaseException as error:
            self._over(error)
            raise
        self._over(None)
        return "closed"

    async def _run(self) -> None:
        try:
            async with self._lock:
                await self._open()
            while not self._closing:
                await self._wake.wait()
                self._wake.clear()
                async with self._lock:
                    if not self._closing:
                        await unbroken(self._advance())
            await self._wind_down("closed")
        except (Exception, asyncio.CancelledError) as error:
            self._closing = True
            if not isinstance(error, asyncio.CancelledError):
                self._fail(error)
            await unbroken(self._wind_down("interrupted"))
            raise
        if self._failure is not None:
            raise self._failure

    async def _open(self) -> None:
        log = self.log
        log.bus.publish(Started(log.id, log.session.tree.root, self._resumed))
        notices = [
            log.draft(Kind.NOTICE, text, data={"code": "repaired"}) for text in log.session.notices
        ]
        if notices:
            await log.tell(*notices)
        await self._advance()

    async def _advance(self) -> None:
        try:
            await self._advancing.advance()
        finally:
            self._look()

    async def _wind_down(self, reason: str) -> None:
        """Stop what is still being written and let nothing begin any more."""
        self._advancing.wait()
        async with self._lock:
            await self._thinking.interrupt()
            if not self.ended and self._failure is None:
                await self._end(reason)

    async def _end(self, reason: str) -> None:
        self.ended = True
        if len(self.log.session.tree) == self._records:
            # Whoever only looked leaves no trace.
            return
        data = {"reason": reason, "turns": self.state.replies}
        await self.log.tell(self.log.draft(Kind.ENDED, REASONS[reason], data=data))

    def _close(self) -> None:
        self._closing = True
        self._wake.set()

    def _settled(self, task: asyncio.Task[Any]) -> None:
        """Draw the consequences of a reply that is over."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        self._wake.set()

    def _look(self) -> None:
        """Note whether anything goes on by itself."""
        if self._thinking.active or self._advancing.anybody_due:
            self._idle.clear()
        else:
            self._idle.set()

    def _fail(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = _again(error)
        self._close()

    def _over(self, failure: BaseException | None) -> None:
        self.ended = True
        self._idle.set()
        self.bus.end(None if failure is None else _again(failure))


def _again(error: BaseException) -> BaseException:
    """Return a copy where there can be one: an exception is best raised in one task only."""
    return StoreError(error.message, error.hint) if isinstance(error, StoreError) else error
