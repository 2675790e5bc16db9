"""What long use of the app costs: `python -m tests.bench.soak [chat|meetup] [--check]`.

A chat of 1,000 messages sent and a meetup of 2,000 turns in the running app, headless, on the
rule engine, each in a process of its own. Printed are the resident memory after a warm-up and
at the end, the size of the session file (the records), and the processor time of a cursor key
in the transcript at both times (99th percentile), app idle.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
from textual.pilot import Pilot

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from pilot.chat_kit import chatting, write
from pilot.salon import opened, runtime_for, until
from tests.bench._children import end_with_parent

COUNTS = {"chat": 1000, "meetup": 2000}
WARM_UP = {"chat": 50, "meetup": 100}
PRESSES = 200
GROWTH_BAR = 20.0
"""Megabytes above the size of the records."""
KEY_BAR = 1.2
"""Key at the end, times that at the beginning."""
_MEGA = 1024 * 1024
Look = Callable[[Pilot[int]], Awaitable[None]]


async def key_cost(pilot: Pilot[int]) -> float:
    """Return the 99th percentile of a cursor key in the transcript, in ms of processor time."""
    keys = ("k", "k", "j", "j")
    await pilot.press("escape", "G", "k")
    gc.collect()
    taken = []
    for at in range(PRESSES):
        began = time.process_time()
        await pilot.press(keys[at % len(keys)])
        taken.append(time.process_time() - began)
    return statistics.quantiles(taken, n=100, method="inclusive")[98] * 1000


def resident() -> float:
    """Return the resident memory of this process in MB."""
    gc.collect()
    return float(psutil.Process().memory_info().rss / _MEGA)


def records_in(folder: Path) -> float:
    """Return the size of the session files in MB."""
    files = [each for each in (folder / "sessions").rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files) / _MEGA


async def chat(folder: Path, count: int, look: Look) -> None:
    """Send messages, each after the reply to the one before."""
    async with chatting(runtime_for(folder)) as (pilot, talk):

        def replies() -> int:
            return 0 if talk.session.state is None else len(talk.session.state.messages) // 2

        for number in range(count):
            await write(pilot, talk, f"I am sad about number {number}, my mother says so")
            await until(pilot, lambda: replies() > number and not talk.session.replying)  # noqa: B023
            if number + 1 in {WARM_UP["chat"], count}:
                await look(pilot)


async def meetup(folder: Path, count: int, look: Look) -> None:
    """Let two talk without a pause but for the two times when keys are measured."""
    runtime = runtime_for(folder, "meetup.turns=0", "meetup.loops=false")
    async with opened(runtime) as (pilot, talk):
        stage = talk.stage
        for turns in (WARM_UP["meetup"], count):
            await talk.do("play")
            while stage.state is None or stage.state.turns < turns:
                await pilot.pause(0.05)
            await talk.do("pause")
            await until(pilot, lambda: not stage.playing)
            await look(pilot)


async def measure(what: str, count: int) -> dict[str, float]:
    """Return the figures of one soak."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        async def look(pilot: Pilot[int]) -> None:
            when = "end" if figures else "start"
            figures[f"key {when}"] = await key_cost(pilot)
            figures[f"memory {when}"] = resident()
            figures[f"records {when}"] = records_in(folder)

        await (chat if what == "chat" else meetup)(folder, count, look)
    return figures


def report(what: str, count: int, found: dict[str, float]) -> bool:
    """Print the figures; return whether the bars were met."""
    memory = found["memory end"] - found["memory start"]
    records = found["records end"] - found["records start"]
    ratio = found["key end"] / found["key start"]
    print(f"{what}, {count} times, the first {WARM_UP[what]} as warm-up")
    print(
        f"  memory {found['memory start']:.1f} to {found['memory end']:.1f} MB: {memory:+.1f},"
        f" of which records {records:.1f} (bar records + {GROWTH_BAR:g})"
    )
    print(
        f"  cursor key, p99 {found['key start']:.1f} to {found['key end']:.1f} ms of CPU:"
        f" ratio {ratio:.2f} (bar {KEY_BAR:g})"
    )
    return memory <= records + GROWTH_BAR and ratio <= KEY_BAR


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["chat", "meetup"], metavar="chat|meetup")
    parser.add_argument("--count", type=int, help="messages or turns instead of 1,000 or 2,000")
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    parser.add_argument("--json", action="store_true", help="one soak, in this process, as JSON")
    options = parser.parse_args()
    if options.json:
        (what,) = options.what
        print(json.dumps(asyncio.run(measure(what, options.count))))
        return 0
    met = True
    for what in options.what:
        count = options.count or COUNTS[what]
        call = [sys.executable, "-m", "tests.bench.soak", what, "--json", "--count", str(count)]
        done = subprocess.run(
            call, check=True, capture_output=True, text=True, preexec_fn=end_with_parent
        )
        met &= report(what, count, json.loads(done.stdout))
    return int(options.check and not met)


if __name__ == "__main__":
    sys.exit(main())
