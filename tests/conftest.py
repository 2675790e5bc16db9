"""What holds for all tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    # Without bytecode each process of the tests would compile some thousand modules anew. Where
    # none is wanted beside the sources, it is kept with what else pytest keeps.
    kept = Path(__file__).resolve().parents[1] / ".pytest_cache" / "bytecode"
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(kept)
    sys.dont_write_bytecode = False

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
