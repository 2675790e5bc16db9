"""Reading whole session files, and making the best of damaged ones."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import SessionDamaged
from core.sessions.codec import decode_record
from core.sessions.lines import ends_with_feed, read_lines
from core.sessions.record import CODE, OFF_PATH_KINDS, Kind, Record
from core.text import counted

_BREATH = 256
"""Lines parsed before other threads are let in: a few milliseconds of work."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file holds."""

    records: Sequence[Record]
    bad_lines: int
    """Lines in mid-file that hold no record."""
    size: int
    """Bytes up to the end of the last whole line."""
    torn: int
    """Bytes of a last line that was never finished."""
    unterminated: bool
    """Whether the last whole line lacks its line feed."""

    @property
    def rooted(self) -> bool:
        """Whether the first record is a session's root."""
        return bool(self.records) and self.records[0].kind == Kind.SESSION

    @property
    def damaged(self) -> bool:
        """Whether there is more to mend than a torn end."""
        return self.bad_lines > 0 or not self.rooted

    @property
    def next_seq(self) -> int:
        """The number of the next record."""
        highest = max((record.seq for record in self.records), default=-1)
        return max(highest + 1, len(self.records))


def scan_file(descriptor: int) -> Scan:
    """Read all records of an open file. Meant for a thread: it takes its time."""
    end = os.fstat(descriptor).st_size
    terminated = ends_with_feed(descriptor, end)
    records: list[Record] = []
    bad_lines = position = torn = 0
    for number, line in enumerate(read_lines(descriptor, end)):
        if number % _BREATH == 0:
            time.sleep(0)
        position += len(line) + 1
        if not line.strip():
            continue
        try:
            records.append(decode_record(line))
        except ValueError:
            if position > end and not terminated:
                torn = len(line)
            else:
                bad_lines += 1
    return Scan(records, bad_lines, end - torn, torn, not terminated and not torn)


def mend(scan: Scan, path: Path) -> list[Record]:
    """Return the readable records as one tree again.

    A record whose parent was lost follows what came before it in the file and keeps the
    lost id as `lost_parent`; a lost root is replaced by one of an unknown engine.

    Raises:
        SessionDamaged: there are no readable records.
    """
    if not scan.records:
        raise SessionDamaged(
            f"Session {path.stem} holds nothing that can be read.",
            f"Look at {path}, or put it away with: salon sessions delete {path.stem}",
        )
    mended = [] if scan.rooted else [_unknown_root(path.stem, scan.records[0])]
    known = {each.id for each in mended}
    last = mended[0].id if mended else None
    for record in scan.records:
        found = record
        if record.parent is not None and record.parent not in known:
            extra = {**record.extra, "lost_parent": record.parent}
            found = replace(record, parent=last, extra=extra)
        mended.append(found)
        known.add(found.id)
        if found.kind not in OFF_PATH_KINDS:
            last = found.id
    return mended


def _unknown_root(session_id: str, first: Record) -> Record:
    data = {"engine": "unknown", "recovered": True}
    return Record(session_id, Kind.SESSION, None, CODE, first.at, data=data)


def damage(scan: Scan) -> str:
    """Return what is wrong with a file, as the beginning of a sentence."""
    what = "It is damaged" if scan.rooted else "Its beginning is lost"
    bad, good = counted(scan.bad_lines, "line"), counted(len(scan.records), "record")
    return f"{what}: {bad} could not be read, {good} could"


def interrupted(count: int) -> str:
    """Return the notice for answers that were still being streamed when a process ended."""
    return f"{counted(count, 'answer')} had been cut off: the text so far is marked interrupted."
