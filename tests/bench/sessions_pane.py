"""What the Sessions pane costs with ten thousand sessions: `python -m tests.bench.sessions_pane`.

Taken in the running app, headless, from the moment a pane is asked for until its rows are
painted, over an index that is up to date. Each round is a process of its own, so that
nothing of the pane is imported before it is opened.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.ids import SystemSource
from core.runtime import Options, Runtime
from core.sessions.store import SessionStore
from tests.bench._children import end_with_parent
from tests.bench.sessions import RARE, SESSIONS, fill
from tests.bench.store import Figure
from tests.pilot.salon import DrawnSalon, seated, until

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
TYPED = "talk 99"
BARS = {
    "opened first": 300.0,
    "opened again": 100.0,
    "a letter typed": 100.0,
    "first place found": 1000.0,
}
_STEP = 0.002
"""Seconds between two looks at the screen."""


async def measure(folder: Path) -> dict[str, float]:
    """Return milliseconds until what was asked for stood on the screen."""
    options = Options(assignments=("model=eliza:doctor",), sessions=folder, data_dir=folder / "d")
    app = DrawnSalon(Runtime(options, {"HOME": str(folder), "PATH": ""}))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: seated(app))
        await asyncio.sleep(0.5)
        found = {"opened first": await _seconds(app.action_pane("sessions"), lambda: rows(app))}
        await asyncio.sleep(1.0)
        await app.action_pane("meetup")
        await asyncio.sleep(0.5)
        found["opened again"] = await _seconds(app.action_pane("sessions"), lambda: rows(app))
        await asyncio.sleep(1.0)
        await pilot.press("slash")
        found["a letter typed"] = max([await _letter(pilot, each) for each in TYPED])
        await pilot.press("ctrl+f", *RARE)
        pressed = pilot.press("enter")
        found["first place found"] = await _seconds(pressed, lambda: RARE in rows(app).lower())
        await app.shutdown()
    return {name: seconds * 1000 for name, seconds in found.items()}


async def _letter(pilot, letter: str) -> float:  # type: ignore[no-untyped-def]
    model = pilot.app.screen.controller.model
    typed = model.filter + letter
    pressed = pilot.press("space" if letter == " " else letter)
    return await _seconds(pressed, lambda: model.filter == typed)


async def _seconds(deed, there: Callable[[], object]) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    doing = asyncio.ensure_future(deed)
    while not there():  # noqa: ASYNC110 - what is painted tells nobody
        await asyncio.sleep(_STEP)
    seconds = time.perf_counter() - start
    await doing
    return seconds


def rows(app: DrawnSalon) -> str:
    """Return what the list shows, if its pane is in front and painted."""
    if app.current_mode != "sessions" or app.screen._controller is None:  # type: ignore[attr-defined]
        return ""
    there = app.screen.controller.rows  # type: ignore[attr-defined]
    if not there.rows:
        return ""
    return "".join(there.render_line(y).text for y in range(there.size.height)).strip()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.sessions_pane", description=__doc__
    )
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    parser.add_argument("--folder", type=Path, help="where to write; a folder on the disk to judge")
    parser.add_argument("--round", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.round is not None:
        print(json.dumps(asyncio.run(measure(options.round))))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-pane-", dir=options.folder) as name:
        folder = Path(name)
        fill(folder)
        asyncio.run(SessionStore(folder, SystemSource()).list())
        runs = [_round(folder) for _ in range(ROUNDS)]
    figures = [
        Figure(
            f"{SESSIONS:,} sessions: {name}", statistics.median(r[name] for r in runs), "ms", bar
        )
        for name, bar in BARS.items()
    ]
    for figure in figures:
        print(figure)
    return 1 if options.check and any(figure.missed for figure in figures) else 0


def _round(folder: Path) -> dict[str, float]:
    call = [sys.executable, "-m", "tests.bench.sessions_pane", "--round", str(folder)]
    done = subprocess.run(
        call,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=end_with_parent,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
