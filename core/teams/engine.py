"""The engine of a team: commands and finished replies on the one side, what follows on the other.

A command is carried out with whatever follows from it by itself; the same is done each time a
reply is finished. Both change the session only through `TeamLog`, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from core.bus import EventBus
from core.config.prices import Prices
from core.engine.base import Engine
from core.engine.participant_spec import ParticipantSpec
from core.engine.participants import ParticipantCache
from core.participants import Participant
from core.sessions.record import Author
from core.sessions.session import Session
from core.teams.branches import BranchHandlers
from core.teams.commands import (
    Answer,
    Apply,
    Command,
    Edit,
    End,
    Redirect,
    Refuse,
    Say,
    Skip,
    Stop,
    TakeOver,
)
from core.teams.decisions import DecisionHandlers
from core.teams.flow_steps import FindFlow, FlowSteps
from core.teams.handlers import TeamHandlers
from core.teams.log import TeamLog
from core.teams.node_replies import NodeReplies
from core.teams.record_factory import RecordFactory
from core.teams.record_lookup import RecordLookup
from core.teams.rules import Rules
from core.teams.scheduler import Scheduler
from core.teams.state import TeamState
from core.teams.team import TeamNode

NodeParticipant = Callable[[TeamNode, ParticipantSpec], Participant]
"""`node_participant(node, seat)`: who replies for a node that is seated so."""
_CARRY_ON = (Say, Apply, Edit, Redirect, Refuse, Skip, Answer, TakeOver)
"""Commands after which every node that is due thinks."""


class TeamEngine(Engine[TeamLog, Command]):
    """One run of a team. Create it, subscribe, then let a task `run` it.

    Args:
        session: open for writing; its root record holds a `Team`.
        node_participant: makes the participant of a node; called again when its seat changes.
        find_flow: returns an installed flow by name.
        prices: what models cost, for budgets in dollars.
        user: the name of the human who steers.
        longest_alone: decisions that are taken in a row without a human.
    """

    COMMANDS = Command
    HANDLERS = (DecisionHandlers, BranchHandlers, TeamHandlers)
    REASONS: ClassVar[Mapping[str, str]] = {
        "closed": "the run was closed",
        "interrupted": "interrupted; what was said is kept",
    }
    ALWAYS = (Stop, End)

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
        super().__init__(TeamLog(session, EventBus()), Author("human", user))
        lookup, factory = RecordLookup(self.log), RecordFactory(self.log, self._human)
        self._participants = ParticipantCache[str](
            lambda path: self.log.state.nodes[path].seat,
            lambda path, seat: node_participant(self.log.state.nodes[path].node, seat),
        )
        rules = Rules(self.log, factory, prices=prices, longest_alone=longest_alone)
        flow_steps = FlowSteps(self.log, factory, rules, find_flow)
        self._replies = NodeReplies(
            self.log, factory, self._participants, rules, flow_steps, self._settled
        )
        self._scheduler = Scheduler(self.log, factory, self._replies, rules)
        # Nobody is asked just because a stored run is looked at.
        if self._resumed:
            self._scheduler.wait()
        replies, scheduler = self._replies, self._scheduler
        decisions = DecisionHandlers(self.log, lookup, factory, replies)
        self._use(
            decisions,
            BranchHandlers(self.log, lookup, factory, replies, decisions, scheduler),
            TeamHandlers(self.log, lookup, factory, self._participants, replies, scheduler, prices),
        )

    @property
    def state(self) -> TeamState:
        """Where the run stands; a live object, to be read only."""
        return self.log.state

    @property
    def going(self) -> bool:
        """Whether whoever is due may think."""
        return self._scheduler.going

    @property
    def thinking(self) -> bool:
        """Whether any node is thinking."""
        return self._replies.active

    def is_thinking(self, path: str) -> bool:
        """Whether a node is thinking."""
        return self._replies.busy(path)

    @property
    def _turns(self) -> int:
        return self.state.replies

    @property
    def _at_work(self) -> bool:
        return self._replies.active or self._scheduler.anybody_due

    def _carried_out(self, command: Command) -> None:
        if isinstance(command, _CARRY_ON):
            self._scheduler.resume()

    async def _go_on(self) -> None:
        await self._scheduler.advance()

    def _hold(self) -> None:
        self._scheduler.wait()

    async def _interrupt(self) -> None:
        await self._replies.interrupt()
