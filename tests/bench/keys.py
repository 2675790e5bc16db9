"""What a key costs in the running app: `python -m tests.bench.keys [--against CHECKOUT] [--check]`.

Processor time of the whole process from the press of a key until the app is idle again, taken
headless in one chat: the median of many presses. `--against` runs this same file with the
interpreter and the code of another checkout (its `.venv` and folder), in turn with this one,
and prints the ratios; `--check` fails where a ratio misses its bar.
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
from collections.abc import Sequence
from pathlib import Path

HERE = Path.cwd()
if __name__ == "__main__" and not __package__:
    # Run as a file, by another checkout's interpreter: what is imported is that checkout's.
    sys.path[0] = str(HERE)
sys.path.insert(1, str(HERE / "tests"))

from pilot.chat_kit import chatting, write  # noqa: E402
from pilot.salon import runtime_for, until  # noqa: E402

MESSAGES = 24
PRESSES = 24
ROUNDS = 2
BARS = {"cursor key in a transcript": 0.25}
"""Ratios to the other checkout; 1.0 for what is not named, and a tenth for noise."""
_NOISE = 0.1


async def measure(folder: Path, presses: int) -> dict[str, float]:
    """Return milliseconds of processor time by what is done."""
    async with chatting(runtime_for(folder)) as (pilot, chat):
        for number in range(MESSAGES // 2):
            await write(pilot, chat, f"I have had {number} dreams of my mother")
            await until(pilot, lambda: _replies(chat) > number and not _session(chat).replying)  # noqa: B023
        gc.collect()

        async def cost(*keys: str) -> float:
            for key in keys:
                await pilot.press(key)
            taken = []
            for at in range(presses):
                began = time.process_time()
                await pilot.press(keys[at % len(keys)])
                taken.append(time.process_time() - began)
            return statistics.median(taken) * 1000

        figures = {"letter in the prompt": await cost("a", "backspace")}
        await pilot.press("escape")
        figures["cursor key in a transcript"] = await cost("k", "k", "j", "j")
        figures["scroll a transcript"] = await cost("pageup", "pagedown")
        figures["focus from prompt to transcript and back"] = await cost("i", "escape")
        figures["palette opened and closed"] = await cost("ctrl+p", "escape")
        figures["pane switched"] = await cost("f5", "f3")
        return figures


def _session(chat):  # type: ignore[no-untyped-def]
    """Return the chat of a pane; an older checkout calls it differently."""
    return chat.session if hasattr(chat, "session") else chat.stage


def _replies(chat) -> int:  # type: ignore[no-untyped-def]
    state = _session(chat).state
    return 0 if state is None else len(state.messages) // 2


def run_in(checkout: Path, presses: int) -> dict[str, float]:
    """Return the figures of a checkout, taken in a process of its own."""
    python = checkout / ".venv" / "bin" / "python"
    call = [str(python), __file__, "--json", "--presses", str(presses)]
    # Another checkout, which runs this file as well, may not have it.
    from tests.bench._children import end_with_parent

    done = subprocess.run(
        call,
        cwd=checkout,
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=end_with_parent,
    )
    return dict(json.loads(done.stdout))


def report(own: dict[str, float], other: dict[str, float]) -> bool:
    """Print what everything costs; return whether all bars were met."""
    met = True
    for name, value in own.items():
        line = f"{name:<44} {value:7.1f} ms"
        if name in other:
            ratio, bar = value / other[name], BARS.get(name, 1.0 + _NOISE)
            met &= ratio <= bar
            line += f"  before {other[name]:7.1f} ms  ratio {ratio:5.2f} (bar {bar:g})"
            line += "  ok" if ratio <= bar else "  MISSED"
        print(line)
    return met


def _least(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: min(run[name] for run in runs) for name in runs[0]} if runs else {}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=PRESSES)
    parser.add_argument("--against", type=Path, help="a checkout with a .venv of its own")
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    parser.add_argument("--json", action="store_true", help="one run, as JSON")
    options = parser.parse_args()
    if options.json:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(asyncio.run(measure(Path(folder), options.presses))))
        return 0
    own: list[dict[str, float]] = []
    other: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        own.append(run_in(HERE, options.presses))
        if options.against is not None:
            other.append(run_in(options.against.resolve(), options.presses))
    met = report(_least(own), _least(other))
    return int(options.check and not met)


if __name__ == "__main__":
    sys.exit(main())
