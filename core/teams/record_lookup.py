"""The nodes, proposals and records that commands are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.errors import CommandError, nearest
from core.sessions.record import OFF_PATH_KINDS, Record
from core.teams.log import TeamLog
from core.teams.node_state import NodeState
from core.text import read_whole

_FEWEST_LETTERS = 4
"""Of the end of an id that is to name it."""
_NUMBERED = "Numbers are those of proposals on the main line; ids name all."


class RecordLookup:
    """Finds what the commands to one run name."""

    def __init__(self, log: TeamLog) -> None:
        self._log = log

    def node(self, name: str) -> NodeState:
        """Return a node by its path, or by its name where no other has it.

        Raises:
            CommandError: there is none, or more than one.
        """
        nodes = self._log.state.nodes
        wanted = name.strip().strip("/")
        if wanted in nodes:
            return nodes[wanted]
        folded = wanted.casefold()
        found = [each for each in nodes.values() if each.node.name.casefold() == folded]
        if len(found) == 1:
            return found[0]
        if found:
            paths = ", ".join(each.node.path for each in found)
            raise CommandError(f"{name!r} may be any of these nodes: {paths}.")
        raise CommandError(f"There is no node {name!r}.", nearest(wanted, nodes))

    def proposal(self, name: str | None) -> Record:
        """Return a pending proposal by its id, its number or the end of its id.

        Without a name that is the oldest.

        Raises:
            CommandError: there is none, or it is not pending.
        """
        state = self._log.state
        if name is None:
            pending = [each for node in state.nodes.values() for each in node.pending.values()]
            if not pending:
                raise CommandError("No proposal is pending.")
            return min(pending, key=lambda record: record.seq)
        proposal = state.proposals[self._named(name)]
        became = state.states[proposal.id]
        if became != "pending":
            number = state.numbers[proposal.id]
            raise CommandError(f"Proposal {number} is not pending: it was {_word(became)}.")
        return proposal

    def record(self, name: str) -> Record:
        """Return any record that a path can end with, by its id, the end of it or, a proposal,
        its number.

        Raises:
            CommandError: there is none.
        """
        tree = self._log.session.tree
        if name not in tree:
            able = (each.id for each in tree if each.kind not in OFF_PATH_KINDS)
            found = _ending(name, able)
            name = self._numbered(name) or _only(name, found, "record", _NUMBERED)
        record = tree.get(name)
        if record.kind in OFF_PATH_KINDS:
            raise CommandError("Nothing can follow that record.")
        return record

    def receiver(self, node: NodeState, name: str) -> str:
        """Return the exact name of a delegate that is free; empty for the parent.

        Raises:
            CommandError: there is none of that name, or it is at work.
        """
        if not name.strip():
            return ""
        child = self._log.state.child(node, name)
        if child is None:
            known = [each.name for each in node.node.delegates]
            raise CommandError(f"{node.node.path} has no delegate {name!r}.", nearest(name, known))
        if child.task is not None:
            raise CommandError(f"{child.node.path} is still at work.", "Wait for its answer.")
        return child.node.name

    def _named(self, name: str) -> str:
        proposals = self._log.state.proposals
        if name in proposals:
            return name
        found = _ending(name, proposals)
        return self._numbered(name) or _only(name, found, "proposal", self._pending_ones())

    def _pending_ones(self) -> str:
        state = self._log.state
        numbers = [
            state.numbers[each] for each, became in state.states.items() if became == "pending"
        ]
        return f"Pending: {', '.join(map(str, numbers))}." if numbers else "None is pending."

    def _numbered(self, name: str) -> str:
        """Return the proposal of a number; empty if there is none, or it is no number."""
        wanted = read_whole(name.removeprefix("#"))
        if wanted is None:
            return ""
        numbers = self._log.state.numbers
        return next((each for each, number in numbers.items() if number == wanted), "")


def _ending(name: str, ids: Iterable[str]) -> list[str]:
    """Return the ids that end so; a few letters could be any, and a digit is a number."""
    end = name.upper()
    return [each for each in ids if each.endswith(end)] if len(name) >= _FEWEST_LETTERS else []


def _only(name: str, found: Sequence[str], what: str, hint: str) -> str:
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"{name!r} may be any of {len(found)} {what}s.", "Write more of it.")
    raise CommandError(f"There is no {what} {name!r}.", hint)


def _word(state: str) -> str:
    return state.replace("_", " ")
