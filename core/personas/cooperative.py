"""Long work in a thread that leaves the interpreter to others in between."""

from __future__ import annotations

import time


class Pace:
    """Counts the time of a piece of work, from when it is made.

    Args:
        stretch: Seconds of work after which other threads get a turn.
        rest: Seconds that they get for certain.
    """

    def __init__(self, stretch: float = 0.004, rest: float = 0.0005) -> None:
        self._stretch = stretch
        self._rest = rest
        self._began = time.monotonic()
        self._until = self._began + stretch

    @classmethod
    def gentle(cls) -> Pace:
        """Return the pace of work in the background, while somebody types."""
        return cls(stretch=0.0015, rest=0.001)

    @property
    def spent(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._began

    def rest(self) -> None:
        """Let others have a turn, if one is due; call it between small steps."""
        if time.monotonic() > self._until:
            # Only a real pause hands the interpreter over: a thread that merely offers it
            # mostly takes it back itself.
            time.sleep(self._rest)
            self._until = time.monotonic() + self._stretch
