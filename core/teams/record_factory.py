"""Drafts of the records that a run is made of, beside replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import SalonError
from core.sessions.record import CODE, Author, Kind, Record
from core.teams.log import TeamLog
from core.teams.node_state import NodeState
from core.teams.reading.flags import REPEATS
from core.teams.records import TeamKind
from core.teams.state import REQUEST, ProposalState, addressed


class RecordFactory:
    """Makes drafts for one session; nothing is stored."""

    def __init__(self, log: TeamLog, human: Author) -> None:
        self._log = log
        self.human = human

    def request(self, text: str) -> Record:
        """Return what a human asks of the whole team."""
        return self._message(text, self.human, self._log.state.root, {REQUEST: True})

    def word(self, node: NodeState, text: str) -> Record:
        """Return what a human says to a node."""
        return self._message(text, self.human, node, {})

    def remark(self, node: NodeState, text: str, why: str) -> Record:
        """Return what the run itself says to a node."""
        return self._message(text, CODE, node, {"why": why})

    def proposal(
        self,
        node: NodeState,
        text: str,
        *,
        to: str = "",
        author: Author,
        reasoning: str = "",
        flags: Sequence[str] = (),
        data: Mapping[str, Any] | None = None,
    ) -> Record:
        """Return what a node would pass on: to a delegate, or with an empty `to` to its parent."""
        all_flags = list(flags)
        if (to, text) in node.asked and REPEATS not in all_flags:
            all_flags.append(REPEATS)
        values = {"to": to, "reasoning": reasoning, "flags": all_flags, **(data or {})}
        return self._log.new_record(
            TeamKind.PROPOSAL, text, author=author, node=node.node.path, data=values
        )

    def proposals_of(self, reply: Record) -> list[Record]:
        """Return what a reply proposes."""
        node = self._log.state.nodes[reply.node]
        flags = list(reply.data.get("flags", ()))
        common = {"source": reply.id}
        if unknown := reply.data.get("unknown"):
            common["unknown"] = unknown
        return [
            self.proposal(
                node,
                text,
                to=to,
                author=reply.author,
                reasoning=str(reply.data.get("reasoning", "")),
                flags=flags,
                data=common,
            )
            for to, text in addressed(reply)
        ]

    def decision(
        self,
        proposal: Record,
        state: ProposalState,
        *,
        by: str = "",
        text: str = "",
        to: str | None = None,
    ) -> Record:
        """Return what becomes of a proposal; `by` says which rule decided, if no human did."""
        data: dict[str, Any] = {"proposal": proposal.id, "state": state}
        data["to"] = proposal.data.get("to", "") if to is None else to
        if by:
            data["by"] = by
        author = CODE if by else self.human
        return self._log.new_record(
            TeamKind.PROPOSAL_RESOLVED, text, author=author, node=proposal.node, data=data
        )

    def final(self, words: Record) -> Record:
        """Return the team's answer."""
        root = self._log.state.root
        author = Author("persona", root.seat.name)
        data = {"words": words.id}
        return self._log.new_record(
            TeamKind.FINAL, words.text, author=author, node=root.node.path, data=data
        )

    def setting(self, data: Mapping[str, Any], *, node: str = "", by: str = "") -> Record:
        """Return a change of a node's, or of all nodes', settings or of the autopilot."""
        author = CODE if by else self.human
        return self._log.new_record(
            Kind.SETTING, _in_words(data), author=author, node=node, data=data
        )

    def question(self, code: str, text: str, node: str = "") -> Record:
        """Return a notice that waits for a human."""
        return self._log.new_record(
            Kind.NOTICE, text, node=node, data={"code": code, "question": True}
        )

    def failure(self, node: NodeState, kind: str, error: SalonError) -> Record:
        """Return a notice that a node cannot reply until somebody does something about it."""
        data = {
            "code": "error",
            "turn": self._log.state.replies,
            "kind": kind,
            "message": error.message,
            "hint": error.hint,
        }
        return self._log.new_record(Kind.NOTICE, str(error), node=node.node.path, data=data)

    def _message(
        self, text: str, author: Author, node: NodeState, data: Mapping[str, Any]
    ) -> Record:
        return self._log.new_record(
            Kind.MESSAGE, text, author=author, audience=(node.node.path,), data=data
        )


def _in_words(data: Mapping[str, Any]) -> str:
    if "autopilot" in data:
        return "autopilot off" if data["autopilot"] is None else "autopilot on"
    return ", ".join(f"{key} {value}" for key, value in data.items() if value not in (None, {}))
