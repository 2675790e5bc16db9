"""The rules that decide about proposals where no human has to."""

from __future__ import annotations

from collections.abc import Sequence

from core.config.prices import Prices
from core.sessions.record import Record
from core.teams.log import TeamLog
from core.teams.node_state import NodeState
from core.teams.pilot import Spending
from core.teams.prompts import repetition, unknown_names
from core.teams.reading.flags import REPEATS, UNKNOWN_RECIPIENT
from core.teams.record_factory import RecordFactory
from core.teams.state import TOLD_NAMES, TOLD_REPETITION

_STRIKES = 2
"""How often a node is told the names of its team before a human is asked."""
_TOLD = frozenset({UNKNOWN_RECIPIENT, REPEATS})
"""Flags of proposals that their authors are told something about."""


class Rules:
    """What the rules say of one run; nothing is stored here."""

    def __init__(
        self, log: TeamLog, factory: RecordFactory, *, prices: Prices, longest_alone: int
    ) -> None:
        """`longest_alone` is how many decisions are taken in a row without a human."""
        self._log = log
        self._factory = factory
        self._spending = Spending(prices)
        self._longest_alone = longest_alone
        self.going = True
        """Whether the run goes on by itself."""

    def at_once(self, proposals: Sequence[Record], seen: str) -> list[Record]:
        """Return the decision that can be stored together with the only proposal of a node.

        `seen` is the last record that the node knew when it made it.
        """
        if not self.going or len(proposals) != 1 or self._why_used_up():
            return []
        (proposal,) = proposals
        node = self._log.state.nodes[proposal.node]
        late = any(each.human for each in node.view.after(seen))
        by = self._let_through_by(node, proposal.data["flags"])
        if late or not by or _TOLD & set(proposal.data["flags"]):
            return []
        if not self._deliverable(node, proposal):
            return []
        return [self._factory.decision(proposal, "applied", by=by)]

    def decided(self, node: NodeState) -> list[Record]:
        """Return what the rules say of a node's oldest proposal, if they say anything."""
        factory = self._factory
        if node.late and node.pending:
            return [
                factory.decision(each, "answered", by="words") for each in node.pending.values()
            ]
        for proposal in node.pending.values():
            flags = proposal.data.get("flags", ())
            if UNKNOWN_RECIPIENT in flags:
                if node.strikes < _STRIKES:
                    return self._told_names(node, proposal)
                continue
            by = self._let_through_by(node, flags)
            if not by:
                continue
            if REPEATS in flags and not node.landing:
                told = repetition(proposal.data["to"])
                return [
                    factory.remark(node, told, TOLD_REPETITION),
                    factory.decision(proposal, "answered", by="loop"),
                ]
            if self._deliverable(node, proposal):
                return [factory.decision(proposal, "applied", by=by)]
        return []

    def _told_names(self, node: NodeState, proposal: Record) -> list[Record]:
        names = [] if node.must_answer else [each.name for each in node.node.delegates]
        told = unknown_names(proposal.data.get("unknown", ()), names)
        return [
            self._factory.remark(node, told, TOLD_NAMES),
            self._factory.decision(proposal, "answered", by="names"),
        ]

    def _let_through_by(self, node: NodeState, flags: object) -> str:
        """Return which rule lets a proposal through; empty: a human has to."""
        if self._log.state.autopilot is not None:
            return "autopilot"
        if node.autonomy == "apply" or (node.autonomy == "unless_flagged" and not flags):
            return "autonomy"
        return ""

    def _deliverable(self, node: NodeState, proposal: Record) -> bool:
        to = str(proposal.data.get("to", ""))
        child = self._log.state.child(node, to) if to else None
        return child is None or child.task is None

    def used_up(self) -> list[Record]:
        """Return what is told when a budget has been used up."""
        state = self._log.state
        at_work = any(node.due or node.pending for node in state.nodes.values())
        why = self._why_used_up() if at_work else ""
        if not why:
            return []
        drafts = [self._factory.question("budget", why)]
        if state.autopilot is not None:
            drafts.insert(0, self._factory.setting({"autopilot": None}, by="budget"))
        return drafts

    def _why_used_up(self) -> str:
        state, pilot = self._log.state, self._log.state.autopilot
        if state.alone >= self._longest_alone:
            return f"{state.alone} steps in a row were taken without a human. Go on?"
        if pilot is None:
            return ""
        budgets = pilot.budgets
        if budgets.steps is not None and pilot.steps >= budgets.steps:
            return f"The autopilot has taken its {budgets.steps} steps. Go on?"
        if budgets.tokens is not None and pilot.tokens >= budgets.tokens:
            return f"The autopilot has used {pilot.tokens:,} of {budgets.tokens:,} tokens. Go on?"
        if budgets.dollars is not None:
            spent = self._spending.of(pilot)
            # What nobody knows the price of may have used up anything.
            if spent.cost >= budgets.dollars or spent.unpriced:
                return f"The autopilot has spent {spent.amount}. Go on?"
        return ""
