"""How many model calls there may be at a time, whether any may begin, and how long it takes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from core.lab.state import Counts

_RECENT = 200
"""Finished units from which the time left is told."""


class ConcurrencyLimit:
    """Lets through so many at a time, in the order they came, and nobody while it is closed."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside = 0
        self._open = True
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def open(self) -> bool:
        """Whether anybody is let through."""
        return self._open

    @property
    def inside(self) -> int:
        """How many are through and not done."""
        return self._inside

    @property
    def limit(self) -> int:
        """How many may be."""
        return self._limit

    def set_limit(self, limit: int) -> None:
        """Let through so many from now on."""
        self._limit = limit
        self._let_in()

    def close(self) -> None:
        """Let nobody through until it is opened again."""
        self._open = False

    def reopen(self) -> None:
        """Let them through again."""
        self._open = True
        self._let_in()

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Wait for one's turn; make room when the block ends."""
        await self._enter()
        try:
            yield
        finally:
            self._inside -= 1
            self._let_in()

    async def _enter(self) -> None:
        if self._open and not self._waiting and self._inside < self._limit:
            self._inside += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._inside -= 1
                self._let_in()
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise

    def _let_in(self) -> None:
        while self._open and self._waiting and self._inside < self._limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    total: int
    seconds_left: float | None
    """`None` until there is something to tell it from."""

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return self.done / self.total if self.total else 1.0


class Clock:
    """Tells from the last units how long the others will take."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=_RECENT)

    def note(self, done: int) -> None:
        """Note how many units are done now."""
        if not self._seen or self._seen[-1][1] != done:
            self._seen.append((time.monotonic(), done))

    def restart(self) -> None:
        """Forget the pace: nothing was done meanwhile."""
        self._seen.clear()

    def progress(self, counts: Counts) -> Progress:
        """Return how far a run is that has got so far."""
        left = None
        if len(self._seen) > 1 and self._seen[-1][1] > self._seen[0][1]:
            seconds = time.monotonic() - self._seen[0][0]
            left = seconds / (self._seen[-1][1] - self._seen[0][1]) * (counts.total - counts.done)
        return Progress(counts.done, counts.total, left)


def duration(seconds: float) -> str:
    """Return a time to wait: `40 s`, `3 min`, `2 h 5 min`."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
