"""What five thousand personas cost: `python -m tests.bench.personas [--check]`.

The list is read through the library and searched through the index as the pane does it; the
pane's own figures are taken in the running app, headless, from the key press to the moment
when the list's rows are painted. Starts are processes of their own, so that nothing is warm.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import events

from core.personas.search import PersonaIndex
from core.runtime import Options, Runtime
from tests.bench._children import end_with_parent
from tests.pilot.salon import DrawnSalon, seated, until
from tui.personas.persona_list import PersonaList
from tui.personas.screen import PersonasScreen

ROOT = Path(__file__).resolve().parents[2]
COUNT = 5_000
QUERIES = ("honey bees", "deutsch", "sea light", "ada 00", "zzzz", "e", "tuesday secret hive")
"""Typed letter by letter, and taken back."""


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


def write_personas(folder: Path, count: int) -> None:
    """Make personas out of those at hand, each with a name of its own."""
    folder.mkdir()
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "personas").glob("*.md"))]
    for number in range(count):
        head, colon, rest = texts[number % len(texts)].partition(" (")
        (folder / f"p{number:05}.md").write_text(f"{head} {number:05}{colon}{rest}", "utf-8")


def runtime(home: Path) -> Runtime:
    options = Options(
        assignments=("model=eliza:doctor",), sessions=home / "sessions", data_dir=home / "data"
    )
    return Runtime(options, {"HOME": str(home), "SALON_PERSONAS": str(home / "personas")})


# One start each, in a process of its own: prints its figures as JSON.


def listing(home: Path) -> dict[str, Any]:
    """Seconds to list, first and again, and to read all texts; megabytes they take."""
    library = runtime(home).library
    index = PersonaIndex(library)
    began = time.perf_counter()
    count = len(index.refresh())
    first = time.perf_counter() - began
    before = _resident()
    began = time.perf_counter()
    while index.unread:
        index.read_on(0.1)
    texts = time.perf_counter() - began
    megabytes = _resident() - before
    while index.read_on(0.1):
        pass
    began = time.perf_counter()
    index.refresh()
    return {
        "count": count,
        "first": first,
        "again": time.perf_counter() - began,
        "texts": texts,
        "megabytes": megabytes,
        "text megabytes": index.text_bytes / 1e6,
    }


def pane(home: Path) -> dict[str, Any]:
    """Seconds from the key that opens the pane to its painted list, and for each key typed."""
    return asyncio.run(_pane(home))


async def _pane(home: Path) -> dict[str, Any]:
    app = DrawnSalon(runtime(home))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: seated(app))
        await pilot.pause(1.0)
        began = time.perf_counter()
        app.simulate_key("f2")
        await _until(lambda: _listed(app))
        screen = app.screen
        assert isinstance(screen, PersonasScreen)
        await _frame(screen)
        opened = time.perf_counter() - began
        reading = await _typed(screen, "reading")
        await _until(lambda: screen.ready and not screen.controller.reading)
        keys = [seconds for query in QUERIES for seconds in await _typed(screen, query)]
        await app.shutdown()
    return {"opened": opened, "keys": keys, "while reading": reading}


def _listed(app: DrawnSalon) -> bool:
    """Whether the list has its rows."""
    screen = app.screen
    return isinstance(screen, PersonasScreen) and any(
        each.rows for each in screen.query(PersonaList)
    )


async def _typed(screen: PersonasScreen, query: str) -> list[float]:
    """Type a query and take it back; seconds from each key to its answer on the screen."""
    await _until(lambda: screen.ready)
    controller, typed = screen.controller, screen.controller.filter_input
    screen.set_focus(typed)
    spent = []
    for key in (*query, *("backspace" for _ in query)):
        shown = controller.shown
        began = time.perf_counter()
        screen.app.post_message(events.Key("space", " ") if key == " " else events.Key(key, None))
        await _until(lambda: controller.shown != shown and controller.shown == typed.value)  # noqa: B023
        await _frame(screen)
        spent.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    return spent


async def _frame(screen: PersonasScreen) -> None:
    """Wait until what has changed is painted."""
    painted = asyncio.Event()
    screen.call_after_refresh(painted.set)
    await painted.wait()


async def _until(true: Callable[[], object]) -> None:
    while not true():  # noqa: ASYNC110 - a bench looks on from outside
        await asyncio.sleep(0.001)


def _resident() -> float:
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no resident memory to be read")


def start(what: str, home: Path) -> dict[str, Any]:
    """Take one start's figures in a fresh process."""
    call = [sys.executable, "-m", "tests.bench.personas", "--start", what, str(home)]
    done = subprocess.run(
        call,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=end_with_parent,
    )
    values: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return values


def forget(home: Path) -> None:
    """Throw away what an earlier start has left."""
    for path in (home / "data" / "cache").glob("*"):
        path.unlink()


def measure(home: Path, runs: int) -> list[Figure]:
    """Take all figures, the medians of several starts."""
    cold, warm, panes_cold, panes_warm = [], [], [], []
    for _ in range(runs):
        forget(home)
        cold.append(start("listing", home))
        warm.append(start("listing", home))
        forget(home)
        panes_cold.append(start("pane", home))
        panes_warm.append(start("pane", home))

    def median(values: list[dict[str, Any]], key: str) -> float:
        return statistics.median(each[key] for each in values)

    panes = (*panes_cold, *panes_warm)
    keys = [key for each in panes for key in each["keys"]]
    # The same keys are typed in every start: what is slow in most of them is slow, the rest is
    # whatever else the machine was doing.
    slowest = max(map(statistics.median, zip(*(each["keys"] for each in panes), strict=True)))
    busy = [key for each in panes_cold for key in each["while reading"]]
    count = f"{COUNT:,}"
    return [
        Figure(f"list {count} personas, nothing kept", median(cold, "first"), "s"),
        Figure(f"list {count} personas, headers kept on disk", median(warm, "first"), "s"),
        Figure(f"list {count} personas again, in the same process", median(warm, "again"), "s"),
        Figure("read all texts for searching (in the background)", median(warm, "texts"), "s"),
        Figure("memory that the texts take", median(warm, "megabytes"), "MB"),
        Figure("open the pane, nothing kept", median(panes_cold, "opened"), "s", 1.0),
        Figure("open the pane, headers kept on disk", median(panes_warm, "opened"), "s", 0.3),
        Figure("filter, a key, median", statistics.median(keys) * 1000, "ms"),
        Figure("filter, the slowest key, median of all starts", slowest * 1000, "ms", 50),
        Figure("filter, a key, worst of all", max(keys) * 1000, "ms"),
        Figure("filter, a key, worst while texts are being read", max(busy) * 1000, "ms"),
    ]


def main() -> None:
    """Measure and print; with `--check`, fail where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--start", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.start:
        what, folder = options.start
        print(json.dumps({"listing": listing, "pane": pane}[what](Path(folder))))
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_personas(home / "personas", COUNT)
        os.sync()
        figures = measure(home, options.runs)
    for figure in figures:
        print(figure)
    if options.check and any(figure.missed for figure in figures):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
