"""The rows of the tree: each node with how it stands and what it has used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from core.costs import Total
from core.teams.node_state import NodeState
from core.teams.state import TeamState
from core.teams.team import TeamNode
from core.text import clean_line
from tui.teams.tally import Tally
from tui.teams.wording import AUTONOMY
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part
from tui.widgets.seat_header import thousands

_NAME = 14
"""Cells that a name has at least, before how its node stands is cut."""
_FACTS_FROM = 60
"""Cells of a line from which it has room for everything."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a node stands, in words."""

    words: str
    role: str


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node in the tree."""

    path: str
    name: str
    lines_before: str
    """The lines of the tree before its name."""
    lines_below: str
    """Those before what stands below it."""
    standing: Standing
    facts: str
    """Model, tokens, cost."""
    flat: bool = False
    """Whether it has one line only."""

    @property
    def key(self) -> str:
        return self.path

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        room = max(0, width - 2)
        standing = self.standing.words
        named = cell_len(self.lines_before) + min(cell_len(self.name), _NAME)
        standing_room = min(cell_len(standing), max(0, room - named - 1))
        name_room = max(0, room - standing_room - cell_len(self.lines_before) - 1)
        facts_room = name_room - _NAME - 2 if self.flat and room >= _FACTS_FROM else 0
        name_room -= max(0, facts_room)
        first: list[Part] = [
            (f" {self.lines_before}", "quiet"),
            (fitted(self.name, name_room), "title"),
            (fitted(self.facts, facts_room), "quiet"),
            (f" {fitted(standing, standing_room)} ", self.standing.role),
        ]
        below = f" {self.lines_below}"
        return [first, [(below, "quiet"), (fitted(self.facts, room - len(below)), "quiet")]]


def node_rows(
    state: TeamState | None, tally: Tally, doing: Mapping[str, str], *, flat: bool
) -> Iterator[NodeRow]:
    """Yield a row for each node of the team, parents first; `doing` says what some do now."""
    if state is None:
        return
    for node, before, below in _drawn(state.team.root, "", ""):
        there = state.nodes[node.path]
        yield NodeRow(
            node.path,
            clean_line(node.name),
            before,
            below,
            standing_of(there, doing.get(node.path, "")),
            _facts(there, tally.of(node.path)),
            flat,
        )


def standing_of(node: NodeState, doing: str = "") -> Standing:
    """Return how a node stands; where it is doing something, that."""
    if doing:
        return Standing(doing, "live")
    waiting = ", ".join(sorted(map(clean_line, node.waiting)))
    count = len(node.pending)
    flagged = any(each.data.get("flags") for each in node.pending.values())
    proposals = "proposal" if count == 1 else f"{count} proposals"
    standings = {
        "pending": Standing(f"{'⚑' if flagged else '●'} {proposals}", "mark"),
        "failed": Standing("✗ failed", "error"),
        "waiting": Standing(f"waits for {waiting}", "quiet"),
        "due": Standing("○ its turn", "mark"),
        "idle": Standing("done" if node.spoken or node.calls else "idle", "quiet"),
    }
    standing = standings[node.standing]
    if node.inbox:
        return Standing(f"{standing.words} · inbox {node.inbox}", standing.role)
    return standing


def _facts(node: NodeState, spent: Total | None) -> str:
    kind = f"code: {node.node.flow.name}" if node.node.flow is not None else node.seat.model
    parts = [clean_line(kind)]
    if node.calls:
        parts.append(f"{thousands(node.tokens)} tok")
    if spent is not None and spent.cost:
        parts.append(spent.amount)
    if node.autonomy != "ask":
        parts.append(AUTONOMY[node.autonomy])
    return " · ".join(parts)


def _drawn(node: TeamNode, before: str, below: str) -> Iterator[tuple[TeamNode, str, str]]:
    """Yield each node with the lines before its name, and those before what is below that."""
    more = "│ " if node.delegates else "  "
    yield node, before, below + more
    for number, each in enumerate(node.delegates, 1):
        last = number == len(node.delegates)
        yield from _drawn(each, below + ("└ " if last else "├ "), below + ("  " if last else "│ "))
