"""Where ids and times come from, so that a test or a replay can supply its own."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80


class Source(Protocol):
    """Supplies record ids and the time of day."""

    def new_id(self) -> str:
        """Return a new ULID, greater than every one returned before."""
        ...

    def now(self) -> datetime:
        """Return the current time, with its zone (UTC)."""
        ...


def format_ulid(value: int) -> str:
    """Return the 26 characters of a 128-bit ULID (github.com/ulid/spec)."""
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


class SystemSource:
    """The machine's clock and random ULIDs that grow monotonically within a process."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def new_id(self) -> str:
        milliseconds = int(datetime.now(UTC).timestamp() * 1000)
        fresh = (milliseconds << _RANDOM_BITS) | int.from_bytes(os.urandom(10))
        with self._lock:
            self._last = max(fresh, self._last + 1)
            return format_ulid(self._last)

    def now(self) -> datetime:
        return datetime.now(UTC)


class CountingSource:
    """Ids and times that count up from a fixed start: two runs can be compared."""

    def __init__(self, start: datetime = datetime(2000, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._ids = 0
        self._ticks = 0

    def new_id(self) -> str:
        self._ids += 1
        return format_ulid(self._ids)

    def now(self) -> datetime:
        self._ticks += 1
        return self._start + timedelta(milliseconds=self._ticks)
