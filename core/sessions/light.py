"""The structure of a session without its texts, which take the time to parse."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from core.sessions.codec import salvage_record
from core.sessions.record import CODE, OFF_PATH_KINDS, Kind, Record
from core.sessions.tree import SessionTree

_WHOLE = frozenset({Kind.SESSION, Kind.HEAD, Kind.EDIT, Kind.DELETE, Kind.META})
"""Kinds whose data or text say how others are to be read."""
_START = re.compile(
    rb'\{"v":\d+,"id":"([^"\\]+)","seq":-?\d+,"parent":(?:null|"([^"\\]+)"),"kind":"(\w+)"'
)
_NEVER = datetime.fromtimestamp(0, UTC)


def light_record(line: bytes) -> Record | None:
    """Return the structure of one line's record; `None` if it holds none.

    Only id, parent and kind are sure to be right, unless the kind says how other records
    are to be read: then all is.
    """
    found = _START.match(line)
    if found is not None:
        kind = found[3].decode()
        if kind not in _WHOLE:
            parent = None if found[2] is None else found[2].decode("utf-8", "replace")
            return Record(found[1].decode("utf-8", "replace"), kind, parent, CODE, _NEVER)
    with suppress(ValueError):
        return salvage_record(line)
    return None


class Outline:
    """The tree of a session whose records hold no text, but for a few that are asked for."""

    def __init__(self, whole: Collection[str] = ()) -> None:
        """Prepare to take in a file; the records whose ids are in `whole` are parsed."""
        self.tree = SessionTree()
        self._whole = whole
        self._last: str | None = None

    def take_in(self, block: bytes) -> None:
        """Take in the next whole lines of the file; those that hold no record are passed over."""
        for line in block.split(b"\n"):
            record = self._record(line) if line else None
            if record is None or record.id in self.tree:
                continue
            if record.parent is not None and record.parent not in self.tree:
                record = replace(record, parent=self._last)
            self.tree.apply(record)
            if record.kind not in OFF_PATH_KINDS:
                self._last = record.id

    def _record(self, line: bytes) -> Record | None:
        record = light_record(line)
        if record is None or record.id not in self._whole:
            return record
        with suppress(ValueError):
            return salvage_record(line)
        return None
