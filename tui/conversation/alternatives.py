"""How the alternatives of a message are shown."""

from __future__ import annotations

from core.sessions.branches import alternatives
from core.sessions.record import Kind, Record
from core.sessions.tree import SessionTree
from core.text import clean_line


def place_marks(record: Record, tree: SessionTree) -> list[str]:
    """Return which alternative a message is, of which model if theirs differ; empty if alone."""
    if _alone(record, tree):
        return []
    options = alternatives(tree, record.id)
    number = next((n for n, each in enumerate(options, 1) if each.id == record.id), 0)
    if len(options) < 2 or not number:
        return []
    marks = [f"‹ {number} of {len(options)} ›"]
    if record.model and len({each.model for each in options}) > 1:
        marks.append(clean_line(record.model))
    return marks


def has_neighbour(record: Record, tree: SessionTree, step: int) -> bool:
    """Whether a message has an alternative so many further, or back if below 0."""
    if _alone(record, tree):
        return False
    ids = [each.id for each in alternatives(tree, record.id)]
    return record.id in ids and 0 <= ids.index(record.id) + step < len(ids)


def _alone(record: Record, tree: SessionTree) -> bool:
    """Whether it is the only message at its place; saves a search in a long session."""
    if record.parent is None:
        return True
    above = tree.get(record.parent)
    return above.kind == Kind.MESSAGE and len(tree.children(above.id)) == 1
