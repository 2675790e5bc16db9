"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("salon", deadline=None)
settings.load_profile("salon")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many tests run at a time.

    Those of panes wait for frames half of their time, so that twice as many fit; slow ones
    compute all the time.
    """
    cores = os.cpu_count() or 1
    return cores if config.option.markexpr == "slow" else 2 * cores
