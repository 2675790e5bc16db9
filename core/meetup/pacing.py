"""How long to wait before the next turn: a rate limit and somebody who reads along."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pacer:
    """Computes waits from times that the caller measures; it never sleeps itself."""

    last_start: float | None = None
    """When the last turn began, in seconds of a monotonic clock."""
    last_end: float | None = None
    words: int = 0
    """Length of the last message."""

    def started(self, now: float) -> None:
        """Note that a turn begins."""
        self.last_start = now

    def finished(self, now: float, text: str) -> None:
        """Note that a turn is over and what a reader has to read."""
        self.last_end = now
        self.words = len(text.split())

    def wait(self, now: float, *, rate: float, pace: float) -> float:
        """Return the seconds until the next turn may begin, 0 if it may now.

        Args:
            now: the present, on the clock of `started` and `finished`.
            rate: most messages a minute; 0: no limit.
            pace: words a minute that the reader reads; 0: no waiting.
        """
        due = now
        if rate and self.last_start is not None:
            due = max(due, self.last_start + 60.0 / rate)
        if pace and self.last_end is not None:
            due = max(due, self.last_end + 60.0 * self.words / pace)
        return due - now
