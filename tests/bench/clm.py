"""What a large population costs: `python -m tests.bench.clm [--check]`.

The market world with hierarchical Thompson sampling under a daily budget, every day written
out as a blob. Each size runs in a process of its own, so that its memory can be told.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import yaml

from core.clm.market import Market
from core.clm.population_learners import HierarchicalThompsonPopulation
from core.clm.population_run import Day, PopulationRun
from core.clm.setup import market_stakes, read_setup
from tests.bench._children import end_with_parent

SMALL, LARGE = 10_000, 1_000_000
DAYS = 30
REPEATS = 5
"""Runs of the small population, of which the fastest counts; the large one runs twice."""
SETTINGS = Path(__file__).resolve().parents[2] / "config" / "clm.yml"


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def missed(self) -> bool:
        return self.bar is not None and self.value > self.bar

    def __str__(self) -> str:
        bar = "" if self.bar is None else f"  bar {self.bar:g} {self.unit}"
        return f"{self.name:<58}{self.value:10.3f} {self.unit:<3}{bar}{'  MISSED' * self.missed}"


class Cost(NamedTuple):
    """What a run took, its making and blobs included."""

    processor: float
    """Seconds; what others do on the machine meanwhile does not count."""
    seconds: float
    gigabytes: float
    """The most memory held."""


def simulate(size: int, folder: Path) -> Cost:
    """Let a population live, and return what that took."""
    setup = read_setup(yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))["clm"])
    stakes = market_stakes(setup.market, setup.actions)

    def write(day: Day) -> None:
        (folder / f"{size}-{day.day}.npz").write_bytes(day.to_bytes())

    start, processor = time.perf_counter(), time.process_time()
    world = Market(setup.market, setup.actions, size, seed=1)
    policy = HierarchicalThompsonPopulation(stakes=stakes)
    PopulationRun(world, policy, budget=size * 0.02).run(DAYS, write)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return Cost(time.process_time() - processor, time.perf_counter() - start, most)


def alone(size: int, folder: Path) -> Cost:
    """Run a population in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.clm", "--size", str(size)]
    done = subprocess.run(
        [*command, "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=end_with_parent,
    )
    return Cost(*json.loads(done.stdout))


def measure(folder: Path) -> list[Figure]:
    small = min(alone(SMALL, folder) for _ in range(REPEATS))
    large = min(alone(LARGE, folder) for _ in range(2))
    written = sum(each.stat().st_size for each in folder.glob(f"{LARGE}-*.npz"))
    few, many = (
        cost.processor / size / DAYS * 1e9 for cost, size in ((small, SMALL), (large, LARGE))
    )
    return [
        Figure(f"{LARGE:,} customers × {DAYS} days", large.processor, "s", 60.0),
        Figure("that by the clock, others on the machine included", large.seconds, "s"),
        Figure("most memory held", large.gigabytes, "GB", 2.0),
        Figure("blobs written", written / 1e9, "GB"),
        Figure(f"a customer's day at {SMALL:,}", few, "ns"),
        Figure(f"a customer's day at {LARGE:,}", many, "ns"),
        Figure(f"a customer's day at {LARGE:,} : at {SMALL:,}", many / few, "×", 1.3),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.clm", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    parser.add_argument("--folder", type=Path, help="where to write; a folder on the disk to judge")
    parser.add_argument("--size", type=int, help="run one population, and print what it took")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-clm-", dir=options.folder))
    if options.size:
        print(json.dumps(simulate(options.size, options.folder or folder)))
        shutil.rmtree(folder)
        return 0
    try:
        figures = measure(folder)
    finally:
        shutil.rmtree(folder)
    for figure in figures:
        print(figure)
    return 1 if options.check and any(figure.missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
