"""The branches of a run side by side: where each ended, what it cost, how they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from core.config.prices import Prices
from core.costs import Total
from core.sessions.branches import leaf_below
from core.sessions.record import OFF_PATH_KINDS, Kind, Record
from core.sessions.tree import SessionTree
from core.teams.records import TeamKind
from core.teams.timeline import Line, timeline

_HANDLING = frozenset({Kind.SETTING, Kind.CONTROL, Kind.NOTICE, Kind.ENDED})
"""Kinds of records that say how a run was handled, and not what the team did."""

Mark = Literal["same", "left", "right"]
"""Whether a piece of text stands in both of two texts, or in one of them alone."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One way that a run took, from its beginning to where it ended."""

    leaf: str
    """The last record."""
    current: bool
    """Whether it is the main line."""
    final: str
    """The last final answer; empty where there is none."""
    lines: tuple[Line, ...]
    total: Total
    """Of the whole branch, what it shares with others included."""

    @property
    def calls(self) -> int:
        """How many answers of models it took."""
        return self.total.answers

    @property
    def tokens(self) -> int:
        """Of prompts and answers together."""
        return self.total.input_tokens + self.total.output_tokens


@dataclass(frozen=True, slots=True)
class Difference:
    """How two branches differ."""

    shared: int
    """Lines that both begin with, the very same records."""
    left: tuple[Line, ...]
    """What only the first has."""
    right: tuple[Line, ...]
    final: tuple[tuple[Mark, str], ...]
    """The two final answers cut into pieces; joined, those that are not `right` are the first's."""


def branches(tree: SessionTree, prices: Prices) -> list[Branch]:
    """Return all branches of a run, the one that was begun first before the others.

    What was stopped or failed beside the path is no branch of its own, nor is a place where
    somebody only looked and went on elsewhere. The main line is one, also where it was gone
    back on and nothing has followed yet.
    """
    telling = _telling(tree)
    ends = [
        record.id if record.id == tree.head else leaf_below(tree, record.id)
        for record in tree
        if record.id == tree.head
        or (
            record.id in telling
            and not tree.on_path(record.id)
            and not any(each.id in telling for each in tree.children(record.id))
        )
    ]
    return [branch(tree.path_to(end), prices, current=end == tree.head) for end in ends]


def branch(path: Sequence[Record], prices: Prices, *, current: bool = True) -> Branch:
    """Return the branch that a path is."""
    finals = [each.text for each in path if each.kind == TeamKind.FINAL]
    return Branch(
        leaf=path[-1].id,
        current=current,
        final=finals[-1] if finals else "",
        lines=tuple(timeline(path)),
        total=Total.of(path, prices),
    )


def differences(left: Branch, right: Branch) -> Difference:
    """Return how two branches differ, be they of one session or of two."""
    shared = 0
    for ours, theirs in zip(left.lines, right.lines, strict=False):
        if ours.record.id != theirs.record.id:
            break
        shared += 1
    return Difference(
        shared, left.lines[shared:], right.lines[shared:], marked(left.final, right.final)
    )


def marked(left: str, right: str) -> tuple[tuple[Mark, str], ...]:
    """Cut two texts into the pieces that they share and those that one of them has alone."""
    ours, theirs = _words(left), _words(right)
    pieces: list[tuple[Mark, str]] = []
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(ours[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(("left", "".join(ours[i1:i2])))
        if j2 > j1:
            pieces.append(("right", "".join(theirs[j1:j2])))
    return tuple(pieces)


def unlike(lines: Iterable[Line], others: Iterable[Line]) -> list[bool]:
    """Say for each line whether none of the others says the same."""
    said = {each.said for each in others}
    return [each.said not in said for each in lines]


def _words(text: str) -> list[str]:
    """Cut a text after each run of blanks; joined, the pieces are the text."""
    words: list[str] = []
    word = ""
    for character in text:
        if word and word[-1].isspace() and not character.isspace():
            words.append(word)
            word = ""
        word += character
    return [*words, word] if word else words


def _telling(tree: SessionTree) -> set[str]:
    """Return the records that say something, and those that something said follows."""
    telling: set[str] = set()
    for record in reversed(list(tree)):
        if record.kind in OFF_PATH_KINDS:
            continue
        if not _says_nothing(record) or any(
            each.id in telling for each in tree.children(record.id)
        ):
            telling.add(record.id)
    return telling


def _says_nothing(record: Record) -> bool:
    if record.kind == Kind.MESSAGE:
        return record.author.kind == "persona" and record.status != "complete"
    return record.kind in _HANDLING
