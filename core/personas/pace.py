"""Long work in a thread that leaves the interpreter to others in between."""

from __future__ import annotations

import time

_SLICE = 0.004
"""Seconds of work after which other threads get a turn."""
_REST = 0.0005


class Pace:
    """Counts the time of a piece of work, from when it is made."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._until = self._began + _SLICE

    @property
    def spent(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._began

    def rest(self) -> None:
        """Let others have a turn, if one is due; call it between small steps."""
        if time.monotonic() > self._until:
            # Only a real pause hands the interpreter over: a thread that merely offers it
            # mostly takes it back itself.
            time.sleep(_REST)
            self._until = time.monotonic() + _SLICE
