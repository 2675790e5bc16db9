"""The end of a stored conversation, shown while the rest of it is still being read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.sessions.record import OFF_PATH_KINDS, Kind, Record


def conversation_of(tail: Sequence[Record]) -> list[Record]:
    """Return the current path as far as the last records of a session tell, as it reads now."""
    known = {record.id: record for record in tail}
    texts: dict[Any, Record] = {}
    deleted: dict[Any, bool] = {}
    head: str | None = None
    for record in tail:
        target = record.data.get("target")
        if record.kind == Kind.HEAD:
            head = str(target)
        elif record.kind == Kind.EDIT:
            texts[target] = record
        elif record.kind == Kind.DELETE:
            deleted[target] = bool(record.data.get("deleted", True))
        elif record.kind not in OFF_PATH_KINDS and head in {None, record.parent}:
            head = record.id
    path: list[Record] = []
    while head is not None and head in known:
        path.append(known[head])
        head = known[head].parent
    return [_shown(each, texts.get(each.id)) for each in path[::-1] if not deleted.get(each.id)]


def _shown(record: Record, edit: Record | None) -> Record:
    if edit is None:
        return record
    return replace(record, text=edit.text, data={**record.data, "edited": edit.id})
