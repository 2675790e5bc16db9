"""What a turn costs on the command line: `python -m tests.bench.soak_cli [--check]`.

A meetup of two rule engines, saved, is run as `salon meetup … --json`, and a chat is steered
over a pipe. Printed are CPU milliseconds a turn and resident memory early and late. Linux only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.bench._children import end_with_parent

EARLY, WINDOW = 200, 200
BAR = 1.2
"""Most that a late turn may cost, as a multiple of an early one."""
_FINISHED = '"event": "turn_finished"'


@contextmanager
def _salon(folder: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tui", "--sessions", folder, *arguments]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,
    ) as process:
        yield process
        process.kill()


def _cost(process: subprocess.Popen[str]) -> tuple[float, float]:
    """Return the CPU seconds and the resident MB of a process so far."""
    seen = psutil.Process(process.pid)
    times = seen.cpu_times()
    return times.user + times.system, seen.memory_info().rss / 1e6


def _finished(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if _FINISHED in line:
            return
    raise RuntimeError("the run ended early")


def _measure(name: str, process: subprocess.Popen[str], turns: int, *, ask: bool) -> float:
    """Print what turns cost early and late; return the ratio."""
    marks: dict[int, tuple[float, float]] = {}
    points = (EARLY - WINDOW // 2, EARLY + WINDOW // 2, turns - WINDOW, turns)
    assert process.stdin is not None
    for turn in range(1, turns + 1):
        if ask:
            command = {"do": "send", "text": f"I think of tree {turn}."}
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
        _finished(process)
        if turn in points:
            marks[turn] = _cost(process)
    costs = [
        (marks[stop][0] - marks[start][0]) * 1000 / (stop - start)
        for start, stop in (points[:2], points[2:])
    ]
    ratio = costs[1] / costs[0]
    print(
        f"{name}: {costs[0]:.2f} ms CPU a turn at {EARLY}, {costs[1]:.2f} at {turns} "
        f"(x {ratio:.2f}); {marks[points[0]][1]:.0f} MB, {marks[turns][1]:.0f} MB",
        flush=True,
    )
    return ratio


def main() -> int:
    """Measure; with `--check` the status says whether the bar is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=20_000)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as place:
        meetup = ("meetup", "freud", "ada", "--model", "eliza:doctor", "--no-loop-check", "--json")
        limit = ("--turns", str(given.turns + 1))
        with _salon(str(Path(place) / "plain"), *meetup, *limit) as process:
            ratios.append(_measure("meetup", process, given.turns, ask=False))
        trimmed = ("--set", "context_length=4096")
        with _salon(str(Path(place) / "trimmed"), *meetup, *limit, *trimmed) as process:
            ratios.append(_measure("meetup, trimmed", process, given.turns, ask=False))
        chat = ("chat", "freud", "--model", "eliza:doctor", "--json", "--steer")
        with _salon(str(Path(place) / "chat"), *chat) as process:
            ratios.append(_measure("chat", process, given.turns, ask=True))
    return int(given.check and max(ratios) > BAR)


if __name__ == "__main__":
    sys.exit(main())
