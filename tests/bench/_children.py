"""Child processes that end with the benchmark that started them, however that ends."""

from __future__ import annotations

import ctypes
import signal
import sys

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def end_with_parent() -> None:
    """Have this process killed when its parent ends. Pass it as `preexec_fn`. Linux only.

    A benchmark that is terminated or killed runs no cleanup of its own.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
