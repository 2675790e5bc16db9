"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("salon", deadline=None)
settings.load_profile("salon")


def pytest_xdist_auto_num_workers() -> int:
    """Return how many tests run at a time: those of panes wait for frames half of theirs."""
    return 2 * (os.cpu_count() or 1)
