"""What happens by itself: rules decide, and whoever is due begins to think."""

from __future__ import annotations

from core.errors import SalonError, StoreError
from core.sessions.record import Record
from core.teams.log import TeamLog
from core.teams.node_replies import NodeReplies
from core.teams.node_state import NodeState
from core.teams.record_factory import RecordFactory
from core.teams.rules import Rules


class Scheduler:
    """Carries one run on, as far as it goes without a human."""

    def __init__(
        self,
        log: TeamLog,
        factory: RecordFactory,
        replies: NodeReplies,
        rules: Rules,
    ) -> None:
        self._log = log
        self._factory = factory
        self._replies = replies
        self._rules = rules
        self._excused: set[str] = set()
        """Notices of failures after which another try was asked for."""

    @property
    def going(self) -> bool:
        """Whether whoever is due may think."""
        return self._rules.going

    def wait(self) -> None:
        """Let nobody begin to think, and no rule decide, until something is decided."""
        self._rules.going = False

    def resume(self) -> None:
        """Let everybody who is due think."""
        self._rules.going = True

    def go(self) -> None:
        """Let everybody who is due think, and those who failed try again."""
        self._rules.going = True
        for node in self._log.state.nodes.values():
            if node.failed is not None:
                self._excused.add(node.failed.id)

    async def advance(self) -> None:
        """Go on until models or humans are waited for.

        Raises:
            StoreError: a record could not be stored.
        """
        while drafts := self._next():
            await self._log.tell(*drafts)
        if self._rules.going:
            for path in [node.node.path for node in self._due()]:
                await self._start(path)

    @property
    def anybody_due(self) -> bool:
        """Whether somebody is due who may think and does not yet."""
        return self._rules.going and bool(self._due())

    async def _start(self, path: str) -> None:
        try:
            self._replies.start(path)
        except StoreError:
            raise
        except SalonError as error:
            node = self._log.state.nodes[path]
            await self._log.tell(self._factory.failure(node, "model", error))

    def _due(self) -> list[NodeState]:
        return [
            node
            for node in self._log.state.nodes.values()
            if node.due
            and not self._replies.busy(node.node.path)
            and (node.failed is None or node.failed.id in self._excused)
        ]

    def _concluded(self, words: Record) -> list[Record]:
        """Return the final answer; an autopilot was for the way to it."""
        drafts = [self._factory.final(words)]
        if self._log.state.autopilot is not None:
            drafts.append(self._factory.setting({"autopilot": None}, by="final"))
        return drafts

    def _next(self) -> list[Record]:
        """Return the next thing to put on record; nothing where everything waits."""
        state = self._log.state
        if state.owed is not None:
            return self._concluded(state.owed)
        for node in state.nodes.values():
            if node.unread is not None:
                return self._factory.proposals_of(node.unread)[node.proposed :]
        if not self._rules.going:
            return []
        if used_up := self._rules.used_up():
            self._rules.going = False
            return used_up
        for node in state.nodes.values():
            if drafts := self._rules.decided(node):
                return drafts
        return []
