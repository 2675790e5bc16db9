"""What one input costs: CPU seconds and memory."""

from __future__ import annotations

import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

MOST_SECONDS = 1.0
MOST_MEGABYTES = 200.0
_STOPPED_AFTER = 4.0
"""CPU seconds after which an input is given up: it may have no end."""
_KIB = 1024 if sys.platform != "darwin" else 1024 * 1024
_RESET = Path("/proc/self/clear_refs")
_NOTABLE = 20.0
"""Megabytes above the usual from which the system's note of the highest use is begun anew."""


class TooSlow(BaseException):
    """An input was given up; no handler of errors takes it for one of the program's."""


@dataclass
class Cost:
    """CPU seconds of the whole process, and megabytes that were in use beside the usual."""

    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def excessive(self) -> str:
        """What of it is too much, in words; empty if nothing is."""
        if self.seconds > MOST_SECONDS:
            return f"took {self.seconds:.2f} s of CPU"
        if self.megabytes > MOST_MEGABYTES:
            return f"took {self.megabytes:.0f} MB"
        return ""


class Meter:
    """Measures inputs one after the other."""

    def __init__(self) -> None:
        self._usual = _peak()

    @contextmanager
    def measured(self) -> Iterator[Cost]:
        """Yield the cost, which is known when the block ends. Raises `TooSlow`."""
        cost = Cost()
        before = signal.signal(signal.SIGPROF, _give_up)
        signal.setitimer(signal.ITIMER_PROF, _STOPPED_AFTER)
        started = time.process_time()
        try:
            yield cost
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
            cost.seconds = time.process_time() - started
            cost.megabytes = _peak() - self._usual
            if cost.megabytes > _NOTABLE:
                self._begin_anew()

    def _begin_anew(self) -> None:
        """Forget the highest use where the system can; elsewhere only growth is seen."""
        if _RESET.exists():
            _RESET.write_text("5", "ascii")
        else:
            self._usual = _peak()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB / 1e6


def _give_up(number: int, frame: FrameType | None) -> None:
    raise TooSlow
