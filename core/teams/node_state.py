"""Where one node of a team stands; changed by the fold in `state` only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.engine.participant_spec import ParticipantSpec
from core.sessions.record import Record
from core.teams.team import Autonomy, TeamNode
from core.teams.view import NodeView

_ROUNDS_EACH = 3
_ROUNDS_MORE = 2


class Task(NamedTuple):
    """What a node works on."""

    record: str
    """The record that gave it: a request, or the decision that let a proposal through."""
    text: str


class Report(NamedTuple):
    """What a delegate answered."""

    child: str
    text: str
    human: bool = False
    """Whether a human wrote that, in place of the delegate or instead of its words."""


class Over(NamedTuple):
    """A task that is over."""

    asked: str = ""
    answered: str = ""
    """What was let through as its answer; empty: nothing."""


@dataclass(slots=True)
class NodeState:
    """One node in the midst of a run."""

    node: TeamNode
    seat: ParticipantSpec
    autonomy: Autonomy
    view: NodeView
    task: Task | None = None
    pending: dict[str, Record] = field(default_factory=dict)
    """Its proposals that wait for a decision, by id, oldest first."""
    waiting: set[str] = field(default_factory=set)
    """Names of delegates that were asked and have not answered."""
    unread: Record | None = None
    """A reply whose proposals are not all on record: the process died in between."""
    proposed: int = 0
    """How many of them are."""
    failed: Record | None = None
    """The notice of a reply that failed, while nothing was said since."""
    spoken: int = 0
    """Complete replies on the path; the ordinal of the next one."""
    rounds: int = 0
    """Replies within the task."""
    strikes: int = 0
    """How often in a row it addressed nobody of its team."""
    landing: bool = False
    """Whether it has to give its answer now."""
    late: bool = False
    """Whether a human spoke to it while it was thinking."""
    asked: set[tuple[str, str]] = field(default_factory=set)
    """What it has asked whom within the task."""
    report: Report | None = None
    """The last answer of a delegate within the task."""
    over: Over = field(default_factory=Over)
    """Its last task that is over."""
    flow_state: Mapping[str, Any] = field(default_factory=dict)
    ratio: float = 1.0
    """Real prompt tokens divided by estimated ones."""
    calls: int = 0
    tokens: int = 0
    """Of prompts and answers on the path."""

    @property
    def due(self) -> bool:
        """Whether it is its turn to reply."""
        return bool(
            self.task is not None
            and self.view.unseen
            and not self.pending
            and not self.waiting
            and self.unread is None
        )

    @property
    def must_answer(self) -> bool:
        """Whether its next reply has to be its answer to its parent."""
        most = self.node.rounds or _ROUNDS_EACH * len(self.node.delegates) + _ROUNDS_MORE
        return self.landing or self.rounds + 1 >= most

    @property
    def inbox(self) -> int:
        """How many words wait for its next turn."""
        return sum(1 for each in self.view.unseen if self.task is None or each.human)

    @property
    def standing(self) -> str:
        """How it stands, in one word: idle, pending, waiting, failed or due."""
        if self.pending:
            return "pending"
        if self.failed is not None:
            return "failed"
        if self.waiting:
            return "waiting"
        return "idle" if self.task is None else "due"

    def start(self, task: Task) -> None:
        """Take on a task."""
        self.task = task
        self._forget()

    def finish(self) -> None:
        """Have no task any more."""
        self.task = None
        self.pending.clear()
        self.waiting.clear()
        self.unread = self.failed = None
        self._forget()

    def _forget(self) -> None:
        self.rounds = self.strikes = 0
        self.landing = self.late = False
        self.asked.clear()
        self.report = None

    def outline(self) -> dict[str, Any]:
        """Return everything as JSON values, to compare two folds."""
        return {
            "seat": self.seat.to_json(),
            "autonomy": self.autonomy,
            "view": self.view.outline(),
            "task": self.task,
            "pending": list(self.pending),
            "waiting": sorted(self.waiting),
            "unread": None if self.unread is None else [self.unread.id, self.proposed],
            "failed": None if self.failed is None else self.failed.id,
            "counts": [self.spoken, self.rounds, self.strikes, self.calls, self.tokens],
            "flags": [self.landing, self.late],
            "asked": sorted(self.asked),
            "report": self.report,
            "over": self.over,
            "flow_state": dict(self.flow_state),
            "ratio": self.ratio,
        }
