"""Going on from another record of the tree: fork, replay with a tweak, jump."""

from __future__ import annotations

from core.engine.handlers import CommandHandlers, handles
from core.errors import CommandError
from core.sessions.branches import leaf_below
from core.sessions.record import Record
from core.teams.commands import Answer, Fork, Jump, Replay
from core.teams.decisions import DecisionHandlers
from core.teams.log import TeamLog
from core.teams.node_replies import NodeReplies
from core.teams.record_factory import RecordFactory
from core.teams.record_lookup import RecordLookup
from core.teams.scheduler import Scheduler
from core.teams.state import TeamState


class BranchHandlers(CommandHandlers):
    """Moves the end of the current path. Nothing is lost: what is left stays in the tree."""

    def __init__(
        self,
        log: TeamLog,
        lookup: RecordLookup,
        factory: RecordFactory,
        replies: NodeReplies,
        decisions: DecisionHandlers,
        scheduler: Scheduler,
    ) -> None:
        self._log = log
        self._lookup = lookup
        self._factory = factory
        self._replies = replies
        self._decisions = decisions
        self._scheduler = scheduler

    @handles(Fork)
    async def fork(self, command: Fork) -> None:
        """Go back to the moment of a record, and wait there."""
        await self._go_to(self._lookup.record(command.record).id)

    @handles(Replay)
    async def replay(self, command: Replay) -> None:
        """Go back to a record, say something to a node there, and run on from it."""
        record = self._lookup.record(command.record)
        node = self._lookup.node(command.node).node.path
        there = TeamState.fold(self._log.session.tree.path_to(record.id)).nodes[node]
        if there.task is None:
            raise CommandError(
                f"{node} had nothing to do at that moment.",
                "Pick a later record, or a node that was at work.",
            )
        await self._go_to(record.id)
        await self._decisions.answer(Answer(node, command.text))
        self._scheduler.go()

    @handles(Jump)
    async def jump(self, command: Jump) -> None:
        """Make the branch of a record the main line, up to where it last ended."""
        record = self._lookup.record(command.record)
        await self._go_to(leaf_below(self._log.session.tree, record.id))

    async def _go_to(self, target: str) -> None:
        await self._replies.interrupt()
        self._scheduler.wait()
        if target == self._log.session.tree.head:
            return
        drafts: list[Record] = [self._log.new_head(target)]
        there = TeamState.fold(self._log.session.tree.path_to(target))
        if there.autopilot is not None:
            drafts.append(self._factory.setting({"autopilot": None}))
        await self._log.tell(*drafts)
