"""What the nodes of a team are told, once more: from the records alone, with plain lists.

`core.teams.state` does the same by keeping a state up to date; this says it as slowly and
simply as it can be said, to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.sessions.record import Kind, Record
from core.teams.records import TeamKind
from core.teams.team import Team, TeamNode

Line = tuple[str, str]
"""Role and text."""
WENT_ON = {"applied", "edited", "redirected", "taken_over"}


@dataclass
class Told:
    record: str
    text: str
    human: bool = False


@dataclass
class Mind:
    """What one node knows."""

    node: TeamNode
    at_work: bool = False
    task: str = ""
    earlier: list[Line] = field(default_factory=list)
    talk: list[Line] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    rounds: int = 0
    ended: bool = False
    """Whether it was told to give its answer."""
    cut: bool = False
    """Whether something had to go; from then on nothing is said here of its prompts."""

    def begin(self, record: str, text: str) -> None:
        self.at_work, self.task, self.rounds, self.ended = True, text, 0, False
        self.talk = []
        self.told.insert(0, Told(record, text))

    def end(self, answer: str | None) -> None:
        if self.at_work and answer is not None and self.node.memory == "own":
            self.earlier += [("user", self.task), ("assistant", answer)]
        self.at_work, self.talk = False, []
        self.told = [each for each in self.told if each.human]

    def read(self, seen: str) -> list[str]:
        """Return what is told up to a record, as read."""
        places = [place for place, each in enumerate(self.told) if each.record == seen]
        count = places[0] + 1 if places else 0
        taken, self.told = self.told[:count], self.told[count:]
        return [each.text for each in taken]

    def say(self, text: str, seen: str) -> None:
        self.talk += [("user", each) for each in self.read(seen)]
        self.talk.append(("assistant", text))

    def prompt(self, seen: str) -> list[Line]:
        """Return what it would be sent, were it to answer all up to a record."""
        told = self.told
        now = [("user", text) for text in self.read(seen)]
        self.told = told
        lines: list[Line] = []
        for role, text in [*self.earlier, *self.talk, *now]:
            if lines and lines[-1][0] == role:
                lines[-1] = (role, f"{lines[-1][1]}\n\n{text}")
            else:
                lines.append((role, text))
        most = self.node.rounds or 3 * len(self.node.delegates) + 2
        if self.node.delegates and (self.ended or self.rounds + 1 >= most):
            note = "Ask nobody any more: give your own final answer now, with `recipient` null."
            lines[-1] = (lines[-1][0], f"{lines[-1][1]}\n\n{note}")
        return lines


def retold(path: Sequence[Record]) -> dict[str, Mind]:
    """Return what every node knows at the end of a path."""
    return _Telling(path).minds


class _Telling:
    def __init__(self, path: Sequence[Record]) -> None:
        team = Team.from_json(path[0].data)
        self.minds = {place: Mind(node) for place, node in team.nodes().items()}
        self.top = team.root.path
        self.proposals = {each.id: each for each in path if each.kind == TeamKind.PROPOSAL}
        self.request = ""
        for record in path:
            self.tell(record)

    def tell(self, record: Record) -> None:
        if record.kind == Kind.MESSAGE:
            self.message(record)
        elif record.kind == TeamKind.PROPOSAL and record.author.kind == "code":
            self.minds[record.node].read(record.data["seen"])
            self.minds[record.node].rounds += 1
        elif record.kind == TeamKind.PROPOSAL_RESOLVED:
            self.decision(record, self.proposals[record.data["proposal"]])
        elif record.kind == TeamKind.FINAL:
            for mind in self.minds.values():
                if mind.node.memory == "finals":
                    mind.earlier += [("user", self.request), ("assistant", record.text)]
        elif record.kind == Kind.NOTICE and record.data["code"] == "context":
            self.minds[record.node].cut = True

    def message(self, record: Record) -> None:
        if record.author.kind == "persona":
            mind = self.minds[record.node]
            if record.status == "complete" and mind.at_work:
                mind.say(record.data.get("raw", record.text), record.data["seen"])
                mind.rounds += 1
            return
        (place,) = record.audience
        mind = self.minds[place]
        if record.data.get("request"):
            self.request = record.text
            mind.begin(record.id, record.text)
        elif record.author.kind == "human":
            text = f"A human who watches says to you:\n\n{record.text}"
            mind.told.append(Told(record.id, text, human=True))
        else:
            mind.told.append(Told(record.id, record.text))
            mind.ended = mind.ended or record.data["why"] == "repeats"

    def decision(self, record: Record, proposal: Record) -> None:
        state, mind = record.data["state"], self.minds[proposal.node]
        if state == "refused":
            lead = "A human refused what you proposed. Propose something else."
            why = f" The reason:\n\n{record.text}" if record.text else ""
            mind.told.append(Told(record.id, lead + why))
        elif state == "skipped" and proposal.data["to"]:
            name = proposal.data["to"]
            mind.told.append(Told(record.id, f"{name} was passed over. Go on without it."))
        elif state == "skipped":
            mind.end(None)
            name = mind.node.name
            self.up(record, mind.node, f"{name} was passed over. Go on without it.")
        elif state in WENT_ON:
            self.went_on(record, proposal, mind)

    def went_on(self, record: Record, proposal: Record, mind: Mind) -> None:
        state, to = record.data["state"], record.data["to"]
        words = record.text or proposal.text
        inside = f"{proposal.node}/"
        if state == "taken_over":
            mind.say(words, mind.told[-1].record if mind.told else "")
        if state == "taken_over" or not to:
            for place, each in self.minds.items():
                if place.startswith(inside):
                    each.end(None)
        if not to:
            mind.end(words)
            self.up(record, mind.node, f"{mind.node.name} answers:\n\n{words}")
            return
        if state in {"edited", "redirected"} and mind.node.flow is None:
            lead = f"A human changed your message; {to} is asked this instead:"
            mind.told.append(Told(record.id, f"{lead}\n\n{words}"))
        self.minds[inside + to].begin(record.id, words)

    def up(self, record: Record, node: TeamNode, text: str) -> None:
        parent = self.minds.get(node.parent)
        if parent is not None and parent.at_work:
            parent.told.append(Told(record.id, text))
