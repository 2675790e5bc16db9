"""The verbs that decide about proposals, or put a human's words in their place."""

from __future__ import annotations

from core.engine.handlers import CommandHandlers, handles
from core.errors import CommandError
from core.sessions.record import Record
from core.teams.commands import Answer, Apply, Edit, Redirect, Refuse, Say, Skip, TakeOver
from core.teams.log import TeamLog
from core.teams.node_replies import NodeReplies
from core.teams.node_state import NodeState
from core.teams.reading.flags import UNKNOWN_RECIPIENT
from core.teams.record_factory import RecordFactory
from core.teams.record_lookup import RecordLookup


class DecisionHandlers(CommandHandlers):
    """Carries out its verbs on the parts of one run.

    What can be refused is refused before anything changes.
    """

    def __init__(
        self, log: TeamLog, lookup: RecordLookup, factory: RecordFactory, replies: NodeReplies
    ) -> None:
        self._log = log
        self._lookup = lookup
        self._factory = factory
        self._replies = replies

    @handles(Say)
    async def say(self, command: Say) -> None:
        """Give the team something to do."""
        if not command.text.strip():
            raise CommandError("There is nothing to say.")
        if self._log.state.request is not None:
            raise CommandError(
                "The team is still at work.", "Answer one of its nodes, or skip its last proposal."
            )
        await self._log.tell(self._factory.request(command.text))

    @handles(Apply)
    async def apply(self, command: Apply) -> None:
        """Let a proposal through."""
        proposal = self._lookup.proposal(command.proposal)
        self._deliver(proposal)
        await self._log.tell(self._factory.decision(proposal, "applied"))

    @handles(Edit)
    async def edit(self, command: Edit) -> None:
        """Let a proposal through with other words."""
        proposal = self._lookup.proposal(command.proposal)
        if not command.text.strip():
            raise CommandError("A proposal needs words.", "`skip` goes on without it.")
        self._deliver(proposal)
        await self._log.tell(self._factory.decision(proposal, "edited", text=command.text))

    @handles(Redirect)
    async def redirect(self, command: Redirect) -> None:
        """Let a proposal through to somebody else; to the parent, it is the node's answer.

        What the node had asked for beside it is then called off.
        """
        proposal = self._lookup.proposal(command.proposal)
        to = self._lookup.receiver(self._node(proposal), command.to)
        text = command.text or ""
        called_off = [] if to else await self._call_off(proposal.node, keep=proposal.id)
        decision = self._factory.decision(proposal, "redirected", text=text, to=to)
        await self._log.tell(*called_off, decision)

    @handles(Refuse)
    async def refuse(self, command: Refuse) -> None:
        """Have the node propose something else."""
        proposal = self._lookup.proposal(command.proposal)
        reason = command.reason.strip()
        await self._log.tell(self._factory.decision(proposal, "refused", text=reason))

    @handles(Skip)
    async def skip(self, command: Skip) -> None:
        """Go on without what a proposal asks for or answers."""
        proposal = self._lookup.proposal(command.proposal)
        await self._log.tell(self._factory.decision(proposal, "skipped"))

    @handles(Answer)
    async def answer(self, command: Answer) -> None:
        """Say something to a node, whatever it is doing."""
        node = self._lookup.node(command.node)
        if not command.text.strip():
            raise CommandError("There is nothing to say.")
        if command.now:
            await self._replies.interrupt([node.node.path])
        node = self._lookup.node(command.node)
        answered = [self._factory.decision(each, "answered") for each in node.pending.values()]
        # The words first: where the path ends between the two, somebody still has to go on.
        await self._log.tell(self._factory.word(node, command.text), *answered)

    @handles(TakeOver)
    async def take_over(self, command: TakeOver) -> None:
        """Reply in place of a node; what it was thinking about or had asked for is called off."""
        node = self._lookup.node(command.node)
        if node.task is None:
            raise CommandError(f"{node.node.path} has nothing to reply to.")
        if not command.text.strip():
            raise CommandError("A reply needs words.")
        to = ""
        if command.to.strip():
            delegate = node.node.delegate(command.to)
            to = delegate.name if delegate is not None else self._lookup.receiver(node, command.to)
        path = node.node.path
        called_off = await self._call_off(path)
        node = self._log.state.nodes[path]
        own = self._factory.proposal(node, command.text, to=to, author=self._factory.human)
        decided = self._factory.decision(own, "taken_over")
        await self._log.tell(*called_off, own, decided)

    async def _call_off(self, path: str, keep: str = "") -> list[Record]:
        """Stop a node and all below; return drafts that end their proposals but for `keep`."""
        await self._replies.interrupt([path, *(n.node.path for n in self._log.state.below(path))])
        state = self._log.state
        return [
            self._factory.decision(proposal, "superseded")
            for each in [state.nodes[path], *state.below(path)]
            for proposal in each.pending.values()
            if proposal.id != keep
        ]

    def _node(self, proposal: Record) -> NodeState:
        return self._log.state.nodes[proposal.node]

    def _deliver(self, proposal: Record) -> None:
        """Refuse what can reach nobody now."""
        if UNKNOWN_RECIPIENT in proposal.data.get("flags", ()):
            raise CommandError(
                "That proposal is for nobody in the team.", "Redirect it, or refuse it."
            )
        self._lookup.receiver(self._node(proposal), str(proposal.data.get("to", "")))
