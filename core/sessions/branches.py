"""The branches of a session: alternatives of a message, where a branch ends, a map of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree


def has_words(record: Record) -> bool:
    """Whether a record is a message with words that it did not take over from another."""
    return record.kind == Kind.MESSAGE and bool(_own_words(record).strip())


def alternatives(tree: SessionTree, record_id: str) -> list[Record]:
    """Return the messages of the same node that follow what this message follows.

    The message itself is among them, oldest first; deleted ones, and others that came to
    nothing, are not.

    Raises:
        StoreError: there is no such record.
    """
    record = tree.get(record_id)
    found = replies(tree, _message_above(tree, record), record.node)
    known = {each.id for each in found}
    if record.kind == Kind.MESSAGE and record.id not in known and not tree.deleted(record_id):
        found = sorted([*found, record], key=_place_in_file)
    return found


def replies(tree: SessionTree, record_id: str, node: str) -> list[Record]:
    """Return the messages of a node that come next after a record, oldest first.

    A reply that was brought to its end counts even if it has no words.
    """
    found = [
        each
        for each in _next_messages(tree, record_id)
        if each.node == node and not tree.deleted(each.id) and not _came_to_nothing(tree, each)
    ]
    return sorted(found, key=_place_in_file)


def leaf_below(tree: SessionTree, record_id: str) -> str:
    """Return where the path ended when it last went through a record.

    Where it never did, that is the newest end of what follows the record.

    Raises:
        StoreError: there is no such record.
    """
    tree.get(record_id)
    ended = tree.last_end(record_id)
    if ended is not None:
        return ended
    newest, waiting = tree.get(record_id), [record_id]
    while waiting:
        children = tree.children(waiting.pop())
        newest = max((newest, *children), key=_place_in_file)
        waiting += (each.id for each in children)
    return newest.id


def undone(tree: SessionTree) -> list[Record]:
    """Return what followed the last message of the path before the path was taken back to it.

    That is the rest of the path that was left last through this message; where none is on
    record, of the newest that follows it. Empty where no message follows.
    """
    last = next((each for each in reversed(tree.path) if each.kind == Kind.MESSAGE), tree.root)
    heads = (each.data.get("left") for each in reversed(list(tree)) if each.kind == Kind.HEAD)
    for left in heads:
        below = _below(tree, last.id, str(left))
        if any(has_words(each) for each in below):
            return below
    following = _shown_next(tree, last.id)
    return _below(tree, last.id, leaf_below(tree, following[-1].id)) if following else []


def _below(tree: SessionTree, record_id: str, end: str) -> list[Record]:
    """Return the records of the path to `end` that follow a record; none if it is not on it."""
    path = tree.path_to(end) if end in tree and not tree.on_path(end) else []
    at = next((n for n, each in enumerate(path) if each.id == record_id), len(path))
    return path[at + 1 :]


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
    """Return all branches, each stretch before those that follow it, oldest first.

    Messages that are deleted or came to nothing are passed over.
    """
    stretches: list[Stretch] = []
    waiting = _as_siblings(_shown_next(tree, tree.root.id), 0)
    while waiting:
        first, depth, last = waiting.pop()
        messages = [first]
        following = _shown_next(tree, first.id)
        while len(following) == 1:
            messages.append(following[0])
            following = _shown_next(tree, following[0].id)
        stretches.append(Stretch(tuple(messages), depth, tree.on_path(first.id), last))
        waiting += _as_siblings(following, depth + 1)
    return stretches


def _as_siblings(messages: Sequence[Record], depth: int) -> list[tuple[Record, int, bool]]:
    """Return messages to be taken from the end, with their depth, the last sibling marked."""
    last = len(messages) - 1
    return [(each, depth, at == last) for at, each in enumerate(messages)][::-1]


def _shown_next(tree: SessionTree, record_id: str) -> list[Record]:
    """Return the next messages as they read now; for one that is not shown what follows it."""
    found: list[Record] = []
    waiting = [record_id]
    while waiting:
        for each in _next_messages(tree, waiting.pop()):
            shown = tree.shown(each)
            if shown is None or (_came_to_nothing(tree, each) and not tree.on_path(each.id)):
                waiting.append(each.id)
            else:
                found.append(shown)
    return sorted(found, key=_place_in_file)


def _next_messages(tree: SessionTree, record_id: str) -> Iterator[Record]:
    """Yield the messages below a record that have no other message in between."""
    waiting = tree.children(record_id)
    while waiting:
        record = waiting.pop()
        if record.kind == Kind.MESSAGE:
            yield record
        else:
            waiting += tree.children(record.id)


def _message_above(tree: SessionTree, record: Record) -> str:
    """Return the message before a record, or the root."""
    while record.parent is not None:
        record = tree.get(record.parent)
        if record.kind == Kind.MESSAGE:
            break
    return record.id


def _came_to_nothing(tree: SessionTree, record: Record) -> bool:
    """Whether a reply broke off before its first word, or took over words and added none."""
    if has_words(record) or tree.edit_of(record.id) is not None:
        return False
    return record.status != "complete" or bool(record.data.get("taken_over"))


def _own_words(record: Record) -> str:
    taken_over = record.data.get("taken_over", 0)
    return record.text[taken_over:] if isinstance(taken_over, int) else record.text


def _place_in_file(record: Record) -> int:
    return record.seq
