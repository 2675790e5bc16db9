"""The branches of a session: alternatives of a message, where a branch ends, a map of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree


def alternatives(tree: SessionTree, record_id: str) -> list[Record]:
    """Return the messages of the same node that follow what this message follows.

    The message itself is among them, oldest first; deleted ones, and failed ones without a
    word, are not.

    Raises:
        StoreError: there is no such record.
    """
    record = tree.get(record_id)
    return replies(tree, _message_above(tree, record), record.node)


def replies(tree: SessionTree, record_id: str, node: str) -> list[Record]:
    """Return the messages of a node that come next after a record, oldest first."""
    found = [
        each
        for each in _next_messages(tree, record_id)
        if each.node == node and not tree.deleted(each.id)
    ]
    shown = [each for each in found if each.text.strip() or each.status == "complete"]
    return sorted(shown, key=lambda each: each.seq)


def leaf_below(tree: SessionTree, record_id: str) -> str:
    """Return where the path ended when it last went through a record.

    Raises:
        StoreError: there is no such record.
    """
    tree.get(record_id)
    below = _subtree(tree, record_id)
    latest = record_id
    for record in reversed(list(tree)):
        target = str(record.data.get("target")) if record.kind == Kind.HEAD else record.id
        if target in below:
            latest = target
            break
    return _down(tree, latest)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages in a row, none of which but the last has several that follow it."""

    messages: tuple[Record, ...]
    """As they read now; never empty."""
    depth: int
    """How many forks lie above it."""
    current: bool
    """Whether its first message lies on the current path."""
    last: bool
    """Whether it is the last of its siblings."""


def branch_map(tree: SessionTree) -> list[Stretch]:
    """Return all branches, each stretch before those that follow it, oldest first."""
    stretches: list[Stretch] = []
    waiting = [(each, 0, False) for each in _shown_next(tree, tree.root.id)]
    waiting = _as_siblings(waiting)
    while waiting:
        first, depth, last = waiting.pop()
        messages = [first]
        following = _shown_next(tree, first.id)
        while len(following) == 1:
            messages.append(following[0])
            following = _shown_next(tree, following[0].id)
        stretches.append(Stretch(tuple(messages), depth, tree.on_path(first.id), last))
        waiting += _as_siblings([(each, depth + 1, False) for each in following])
    return stretches


def _as_siblings(rows: Sequence[tuple[Record, int, bool]]) -> list[tuple[Record, int, bool]]:
    """Return rows to be taken from the end, the last sibling marked."""
    marked = [(first, depth, at == len(rows) - 1) for at, (first, depth, _) in enumerate(rows)]
    return marked[::-1]


def _shown_next(tree: SessionTree, record_id: str) -> list[Record]:
    """Return the next messages as they read now; for a deleted one those that follow it."""
    found: list[Record] = []
    for each in _next_messages(tree, record_id):
        shown = tree.shown(each)
        if shown is None:
            found += _shown_next(tree, each.id)
        else:
            found.append(shown)
    return sorted(found, key=lambda each: each.seq)


def _next_messages(tree: SessionTree, record_id: str) -> Iterator[Record]:
    """Yield the messages below a record that have no other message in between."""
    waiting = tree.children(record_id)[::-1]
    while waiting:
        record = waiting.pop()
        if record.kind == Kind.MESSAGE:
            yield record
        else:
            waiting += tree.children(record.id)[::-1]


def _message_above(tree: SessionTree, record: Record) -> str:
    """Return the message before a record, or the root."""
    while record.parent is not None:
        record = tree.get(record.parent)
        if record.kind == Kind.MESSAGE:
            break
    return record.id


def _subtree(tree: SessionTree, record_id: str) -> set[str]:
    found: set[str] = set()
    waiting = [record_id]
    while waiting:
        each = waiting.pop()
        found.add(each)
        waiting += (child.id for child in tree.children(each))
    return found


def _down(tree: SessionTree, record_id: str) -> str:
    """Return the end of what follows a record without a choice of messages."""
    while True:
        children = tree.children(record_id)
        if len(children) != 1 or children[0].kind == Kind.MESSAGE:
            return record_id
        record_id = children[0].id
