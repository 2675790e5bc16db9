"""Moves of the path for the sake of a reply, taken back if nothing comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from core.sessions.branches import has_words
from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree

HOME = "home"
"""Key of a head record's data: where the path ended before it was moved for a reply."""


@dataclass(frozen=True, slots=True)
class Detour:
    """The path was moved to `start` so that a reply can follow there."""

    start: str
    home: str
    """Where it ended before."""
    since: int
    """Number of the record that moved it."""

    @classmethod
    def of(cls, head: Record) -> Self | None:
        """Return what a head record says; `None` where it is for good."""
        if HOME not in head.data:
            return None
        return cls(str(head.data["target"]), str(head.data[HOME]), head.seq)

    def in_vain(self, tree: SessionTree) -> bool:
        """Whether the path still ends where it was moved to, without words or an error."""
        # A copy of the session under another id knows its own first record only.
        if self.home not in tree or not self._is_pending(tree):
            return False
        return not any(
            record.seq > self.since and (_is_error(record) or has_words(record))
            for record in self._next(tree)
        )

    def _is_pending(self, tree: SessionTree) -> bool:
        for record in reversed(tree.path):
            if record.id == self.start:
                return True
            if has_words(record):
                return False
        return False

    def _next(self, tree: SessionTree) -> Iterator[Record]:
        """Yield what follows the start, up to the next messages."""
        waiting = tree.children(self.start)
        while waiting:
            record = waiting.pop()
            yield record
            if record.kind != Kind.MESSAGE:
                waiting += tree.children(record.id)


def _is_error(record: Record) -> bool:
    return record.kind == Kind.NOTICE and record.data.get("code") == "error"


def mended_end(tree: SessionTree) -> str | None:
    """Return where the path has to end after its process died in mid-reply; `None`: as it does.

    Opening the session has put what was said of the replies after what they answer. A single
    one goes on from the end of the path, whatever was set meanwhile; those that were compared
    stand beside it; where nothing was said the path goes back.
    """
    cut_off = _cut_off(tree)
    reply = cut_off[-1] if cut_off else None
    if reply is not None and reply.data.get("compared"):
        end = reply.parent
    elif reply is not None and has_words(reply):
        end = reply.id
    else:
        detour = _last_detour(tree)
        end = detour.home if detour is not None and detour.in_vain(tree) else tree.head
    return None if end == tree.head else end


def _cut_off(tree: SessionTree) -> list[Record]:
    """Return the replies at the end of the file that opening has put there."""
    found: list[Record] = []
    for record in reversed(list(tree)):
        if record.status == "interrupted":
            found.append(record)
        elif record.kind != Kind.META:
            break
    return found[::-1]


def _last_detour(tree: SessionTree) -> Detour | None:
    heads = (each for each in reversed(list(tree)) if each.kind == Kind.HEAD)
    last = next(heads, None)
    return None if last is None else Detour.of(last)
