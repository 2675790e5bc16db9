"""Where a run of a team stands: a fold over the records of the current path.

A request gives the root a task. A reply brings proposals; a decision that lets one through
gives a delegate a task, or ends the node's own and is heard by its parent. Nothing here
asks anybody: what is due next follows from the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

from core.engine.participant_spec import ParticipantSpec
from core.messages import Params
from core.sessions.prompts import Part
from core.sessions.record import Kind, Record
from core.sessions.requests import spoken_text
from core.sessions.understanding import take_in
from core.teams import delivery, prompts
from core.teams.node_state import NodeState, Task
from core.teams.pilot import Budgets, Piloted
from core.teams.records import TeamKind
from core.teams.team import SEPARATOR, Team
from core.teams.view import NodeView

ProposalState = Literal[
    "pending",
    "applied",
    "answered",
    "edited",
    "redirected",
    "refused",
    "taken_over",
    "skipped",
    "superseded",
]
PASSED = frozenset({"applied", "edited", "redirected", "taken_over"})
"""States of proposals that went on to whom they were for."""
REQUEST = "request"
"""Key of a message's data: it asks something of the whole team."""
TOLD_NAMES = "unknown"
TOLD_REPETITION = "repeats"
"""Why the run itself says something to a node."""
_RATIOS = (0.5, 4.0)
"""Bounds of what is learnt from usage: some servers leave cached tokens out of it."""


class TeamState:
    """A team in the midst of a run. Built by `fold` and `apply` only."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.nodes: dict[str, NodeState] = {
            path: NodeState(node, node.seat, node.autonomy, NodeView(node.memory))
            for path, node in team.nodes().items()
        }
        self.request: Record | None = None
        """What the team works on."""
        self.finals: list[Record] = []
        """Its final answers, oldest first."""
        self.proposals: dict[str, Record] = {}
        self.states: dict[str, ProposalState] = {}
        """What became of each proposal on the path."""
        self.numbers: dict[str, int] = {}
        """Of each proposal on the path, from 1."""
        self.owed: Record | None = None
        """The words of a final answer that was let through and is not on record yet."""
        self.replies = 0
        """Complete replies of models."""
        self.steps = 0
        """Decisions taken."""
        self.autopilot: Piloted | None = None
        self.question: Record | None = None
        """A notice that asks the human something, until somebody decides or speaks."""
        self.alone = 0
        """Decisions taken since a human last did or said anything."""
        self.passed_over: list[Record] = []
        """Stored records that could not be understood."""

    @classmethod
    def fold(cls, path: Iterable[Record]) -> Self:
        """Build the state of a path that begins with the session's root.

        Raises:
            KeyError, TypeError, ValueError: the session is no run of a team.
        """
        records = iter(path)
        state = cls(Team.from_json(next(records).data))
        state.passed_over = take_in(state.apply, records)
        return state

    @property
    def root(self) -> NodeState:
        """The node that requests go to."""
        return self.nodes[self.team.root.path]

    @property
    def inbox(self) -> list[Record]:
        """Everything that waits for a human, oldest first: proposals, failures, questions."""
        waiting = [each for node in self.nodes.values() for each in node.pending.values()]
        waiting += [node.failed for node in self.nodes.values() if node.failed is not None]
        if self.question is not None:
            waiting.append(self.question)
        return sorted(waiting, key=lambda record: record.seq)

    def parent(self, node: NodeState) -> NodeState | None:
        """Return the node above; `None` for the root."""
        return self.nodes.get(node.node.parent)

    def below(self, path: str) -> list[NodeState]:
        """Return all nodes below a node, parents first."""
        inside = path + SEPARATOR
        return [each for place, each in self.nodes.items() if place.startswith(inside)]

    def child(self, node: NodeState, name: str) -> NodeState | None:
        """Return a node's delegate of that name."""
        found = node.node.delegate(name)
        return None if found is None else self.nodes[found.path]

    def apply(self, record: Record) -> None:
        """Take in the next record of the path."""
        if record.author.kind == "human":
            self.alone, self.question = 0, None
        fold = _FOLDS.get(record.kind)
        if fold is not None:
            fold(self, record)

    def outline(self) -> dict[str, Any]:
        """Return everything as JSON values, to compare two folds."""
        return {
            "nodes": {path: node.outline() for path, node in self.nodes.items()},
            "request": None if self.request is None else self.request.id,
            "finals": [each.id for each in self.finals],
            "states": self.states,
            "counts": [self.replies, self.steps],
            "autopilot": None
            if self.autopilot is None
            else [self.autopilot.budgets.to_json(), self.autopilot.steps, self.autopilot.tokens],
            "question": None if self.question is None else self.question.id,
            "alone": self.alone,
            "owed": None if self.owed is None else self.owed.id,
        }

    def _message(self, record: Record) -> None:
        said = record.author.kind == "persona"
        node = self.nodes.get(record.node if said else _receiver(record))
        if node is None:
            return
        if said:
            self._reply(node, record)
        elif record.data.get(REQUEST):
            self.request = record
            delivery.give(node, Task(record.id, record.text), prompts.task(record, record))
        else:
            self._word(node, record)

    def _reply(self, node: NodeState, record: Record) -> None:
        self._count(node, record)
        if record.status != "complete" or node.task is None:
            return
        self.replies += 1
        node.spoken += 1
        node.rounds += 1
        node.failed = None
        node.unread, node.proposed = record, 0
        part = Part(spoken_text(record), record.id, raw=True)
        node.view.said(record.id, part, str(record.data.get("seen", "")))
        node.late = any(each.human for each in node.view.unseen)

    def _count(self, node: NodeState, record: Record) -> None:
        usage = record.usage
        if self.autopilot is not None:
            self.autopilot.answers.append(record)
        if usage is None:
            return
        used = usage.input_tokens + usage.output_tokens
        node.calls += 1
        node.tokens += used
        if self.autopilot is not None:
            self.autopilot.tokens += used
        estimated = record.data.get("estimated_prompt")
        if estimated and usage.input_tokens and not usage.estimated:
            low, high = _RATIOS
            node.ratio = min(high, max(low, usage.input_tokens / estimated))

    def _word(self, node: NodeState, record: Record) -> None:
        node.view.hear(prompts.interjection(record))
        node.failed = None
        if record.author.kind == "human":
            node.strikes = 0
            # Its reply is on record, what that proposes is not yet.
            node.late = node.late or node.unread is not None
        elif record.data.get("why") == TOLD_NAMES:
            node.strikes += 1
        elif record.data.get("why") == TOLD_REPETITION:
            node.landing = True

    def _proposal(self, record: Record) -> None:
        node = self.nodes.get(record.node)
        self.proposals[record.id] = record
        self.states[record.id] = "pending"
        self.numbers[record.id] = len(self.numbers) + 1
        if node is None:
            return
        if node.unread is not None:
            self._read(node, node.unread, record)
        node.pending[record.id] = record
        if record.author.kind == "code":
            node.rounds += 1
            node.failed = None
            node.view.take(str(record.data.get("seen", "")))
            node.late = any(each.human for each in node.view.unseen)

    def _read(self, node: NodeState, reply: Record, proposal: Record) -> None:
        """Note that a proposal of a reply, or one in its place, is on record."""
        node.proposed += 1
        whole = node.proposed >= len(addressed(reply))
        if whole or proposal.data.get("source") != reply.id:
            node.unread = None

    def _decision(self, record: Record) -> None:
        node = self.nodes.get(record.node)
        proposal = self.proposals.get(str(record.data.get("proposal")))
        if node is None or proposal is None:
            return
        state: ProposalState = record.data["state"]
        self.states[proposal.id] = state
        node.pending.pop(proposal.id, None)
        self.steps += 1
        if self.autopilot is not None and record.data.get("by") == "autopilot":
            self.autopilot.steps += 1
        if record.author.kind != "human":
            self.alone += 1
        if state == "answered":
            node.late = False
        elif state == "refused":
            node.view.hear(prompts.refusal(record))
        elif state == "skipped":
            delivery.skip(self, node, proposal, record)
        elif state in PASSED:
            delivery.pass_on(self, node, proposal, record)

    def _final(self, record: Record) -> None:
        self.finals.append(record)
        if self.request is not None:
            asked = prompts.task(self.request, self.request)
            for node in self.nodes.values():
                node.view.remember(asked, prompts.words_part(record), record.id)
        self.request = self.owed = None

    def _setting(self, record: Record) -> None:
        data = record.data
        for node in self._meant(record.node):
            node.autonomy = data.get("autonomy", node.autonomy)
            node.seat = _changed_seat(node, data)
        if "autopilot" in data:
            on = data["autopilot"]
            self.autopilot = None if on is None else Piloted(Budgets.from_json(on))

    def _meant(self, path: str) -> list[NodeState]:
        if not path:
            return list(self.nodes.values())
        return [self.nodes[path]] if path in self.nodes else []

    def _notice(self, record: Record) -> None:
        node = self.nodes.get(record.node)
        code = record.data.get("code")
        if code == "context" and node is not None:
            node.view.cut(record)
        elif code == "error" and node is not None:
            node.failed = record
        elif record.data.get("question"):
            self.question = record


def addressed(reply: Record) -> Sequence[Sequence[str]]:
    """Return whom a reply addresses with what, as pairs; an empty name is the parent."""
    pairs: Sequence[Sequence[str]] = reply.data.get("addressed", [["", reply.text]])
    return pairs


def _receiver(record: Record) -> str:
    """Return the node that words of a human, or of the run itself, are for."""
    return record.audience[0] if record.audience else ""


def _changed_seat(node: NodeState, data: Mapping[str, Any]) -> ParticipantSpec:
    params = data.get("params")
    return replace(
        node.seat,
        model=str(data.get("model") or node.seat.model),
        params=node.seat.params
        if params is None
        else node.seat.params.merged(Params.from_json(params)),
    )


_FOLDS: Mapping[str, Callable[[TeamState, Record], None]] = {
    Kind.MESSAGE: TeamState._message,
    TeamKind.PROPOSAL: TeamState._proposal,
    TeamKind.PROPOSAL_RESOLVED: TeamState._decision,
    TeamKind.FINAL: TeamState._final,
    Kind.SETTING: TeamState._setting,
    Kind.NOTICE: TeamState._notice,
}
