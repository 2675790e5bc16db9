"""Reading whole session files, and making the best of damaged ones."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from core.errors import SessionDamaged
from core.sessions.codec import decode_record, salvage_record
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
    bad_bytes: int
    """Lines that hold a record and bytes that are not UTF-8."""
    tangled: int
    """Records whose id occurred before, or whose parent did not."""
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
        return bool(self.bad_lines or self.bad_bytes or self.tangled) or not self.rooted

    @property
    def malformed(self) -> int:
        """How many records hold values that cannot be understood."""
        return sum(1 for record in self.records if record.malformed)

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
    bad_lines = bad_bytes = position = torn = 0
    for number, line in enumerate(read_lines(descriptor, end)):
        if number % _BREATH == 0:
            time.sleep(0)
        position += len(line) + 1
        if not line.strip():
            continue
        record = _decoded(line)
        if record is not None:
            records.append(_numbered(record, len(records)))
        elif position > end and not terminated:
            torn = len(line)
        elif (record := _salvaged(line)) is not None:
            records.append(_numbered(record, len(records)))
            bad_bytes += 1
        else:
            bad_lines += 1
    whole = not terminated and not torn
    return Scan(records, bad_lines, bad_bytes, _tangled(records), end - torn, torn, whole)


def _decoded(line: bytes) -> Record | None:
    with suppress(ValueError):
        return decode_record(line)
    return None


def _salvaged(line: bytes) -> Record | None:
    with suppress(ValueError):
        return salvage_record(line)
    return None


def _numbered(record: Record, number: int) -> Record:
    """Give a record whose number cannot be read that of its place in the file."""
    return replace(record, seq=number) if "seq" in record.malformed else record


def _tangled(records: Sequence[Record]) -> int:
    """Return how many records do not fit in the tree of those before them."""
    known: set[str] = set()
    tangled = 0
    for record in records:
        tangled += record.id in known or _lost(record, known)
        known.add(record.id)
    return tangled


def _lost(record: Record, known: Collection[str]) -> bool:
    """Whether it cannot be told what a record follows."""
    return "parent" in record.malformed or (
        record.parent is not None and record.parent not in known
    )


def mend(scan: Scan, path: Path) -> list[Record]:
    """Return the readable records as one tree again.

    A record whose parent was lost follows what came before it in the file and keeps the
    lost id as `lost_parent`; one whose id occurred before gets a number behind it; a lost
    root is replaced by one of an unknown engine.

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
        found = _following(record, last) if _lost(record, known) else record
        if found.id in known:
            found = replace(found, id=_free_id(found.id, known))
        mended.append(found)
        known.add(found.id)
        if found.kind not in OFF_PATH_KINDS:
            last = found.id
    return mended


def _following(record: Record, last: str | None) -> Record:
    """Return a record whose parent was lost as one that follows `last`."""
    lost = record.malformed.get("parent", record.parent)
    malformed = {key: each for key, each in record.malformed.items() if key != "parent"}
    extra = {**record.extra, "lost_parent": lost}
    return replace(record, parent=last, extra=extra, malformed=malformed)


def _free_id(record_id: str, known: Collection[str]) -> str:
    numbered = (f"{record_id}-{number}" for number in count(2))
    return next(each for each in numbered if each not in known)


def _unknown_root(session_id: str, first: Record) -> Record:
    data = {"engine": "unknown", "recovered": True}
    return Record(session_id, Kind.SESSION, None, CODE, first.at, data=data)


def damage(scan: Scan) -> str:
    """Return what is wrong with a file, as the beginning of a sentence."""
    what = "It is damaged" if scan.rooted else "Its beginning is lost"
    bad, good = counted(scan.bad_lines, "line"), counted(len(scan.records), "record")
    found = [f"{bad} could not be read, {good} could"] if scan.bad_lines else []
    if scan.bad_bytes:
        found.append(f"{counted(scan.bad_bytes, 'line')} with bytes that are not UTF-8")
    if scan.tangled:
        found.append(f"{counted(scan.tangled, 'record')} with a repeated id or an unknown parent")
    return f"{what}: {'; '.join(found)}" if found else what


def not_understood(scan: Scan) -> list[str]:
    """Return the notices for values that are not what they have to be, none where all fit."""
    if not scan.malformed:
        return []
    records = counted(scan.malformed, "record")
    return [f"{records} with values that cannot be understood; the values are kept as they are."]


def interrupted(count: int) -> str:
    """Return the notice for answers that were still being streamed when a process ended."""
    return f"{counted(count, 'answer')} had been cut off: the text so far is marked interrupted."
