"""What keeping a session costs: `python -m tests.bench.store [--check]`.

Every figure is taken through the store as an engine uses it, end to end: event loop, writer
thread, fsync, event loop.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from core.ids import SystemSource
from core.sessions.codec import encode_line
from core.sessions.record import Author, Kind, Record
from core.sessions.store import SessionStore
from core.sessions.stored import StoredSession
from tests.bench._open import SPEC, seconds_until_shown

SMALL, LARGE = 100, 100_000
SESSIONS = 10_000
ROUNDS, APPENDS = 7, 60
TAIL = 64
TEXT = "The engine weaves algebraic patterns just as the loom weaves flowers and leaves. " * 8


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


class Bench:
    def __init__(self, folder: Path) -> None:
        self.source = SystemSource()
        self.store = SessionStore(folder, self.source)

    def message(self, parent: str | None, text: str = TEXT) -> Record:
        return Record(
            id=self.source.new_id(),
            kind=Kind.MESSAGE,
            parent=parent,
            author=Author("persona", "Ada Lovelace"),
            at=self.source.now(),
            node="a",
            text=text,
            model="local:smollm2",
            data={"turn": 1, "seconds": 1.5},
        )

    async def grown(self, records: int) -> str:
        """Create a session of that many records; returns its id."""
        session = await self.store.create("meetup", {**SPEC, "title": f"{records} records"})
        parent, left = session.id, records - 1
        while left:
            group = []
            for _ in range(min(left, 2000)):
                group.append(self.message(parent))
                parent = group[-1].id
            await session.append(*group)
            left -= len(group)
        await session.close()
        return session.id

    async def append(self, session: StoredSession) -> float:
        """Seconds of one append, the median of some."""
        times = []
        for _ in range(APPENDS):
            record = self.message(session.tree.head)
            start = time.perf_counter()
            await session.append(record)
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    def bare(self, path: Path) -> float:
        """Seconds of a bare append and fsync of the same line, the median of some."""
        line = encode_line(self.message(None).to_json())
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        times = []
        for _ in range(APPENDS):
            start = time.perf_counter()
            os.write(descriptor, line)
            os.fsync(descriptor)
            times.append(time.perf_counter() - start)
        os.close(descriptor)
        return statistics.median(times)

    async def appends(self, small: str, large: str) -> list[Figure]:
        short, long = await self.store.open(small), await self.store.open(large)
        rounds = []
        for _ in range(ROUNDS):
            bare = self.bare(self.store.folder / "bare")
            rounds.append((bare, await self.append(short), await self.append(long)))
        await short.close()
        await long.close()
        bare, at_small, at_large = (statistics.median(each) for each in zip(*rounds, strict=True))
        return [
            Figure("a bare append + fsync", bare * 1e3, "ms"),
            Figure(f"append at {SMALL} records", at_small * 1e3, "ms"),
            Figure(f"append at {LARGE:,} records", at_large * 1e3, "ms"),
            Figure(f"append at {LARGE:,} : at {SMALL}", at_large / at_small, "×", 1.5),
            Figure(f"append at {LARGE:,} : bare append + fsync", at_large / bare, "×", 3.0),
        ]

    async def reads(self, large: str) -> list[Figure]:
        size = (self.store.folder / f"{large}.jsonl").stat().st_size / 1e6
        tail = min([await _timed(lambda: self.store.tail(large, TAIL)) for _ in range(5)])
        stall = asyncio.create_task(longest_stall())
        whole = await _timed(lambda: self.store.read(large))
        stall.cancel()
        longest = await stall
        return [
            Figure(f"last {TAIL} of {LARGE:,} records ({size:.0f} MB)", tail * 1e3, "ms", 10.0),
            Figure(f"all {LARGE:,} records", whole, "s"),
            Figure("the event loop's longest wait meanwhile", longest * 1e3, "ms"),
        ]

    async def listing(self) -> list[Figure]:
        for _ in range(SESSIONS):
            root = replace(self.message(None), kind=Kind.SESSION, data={"engine": "meetup"})
            lines = [root, self.message(root.id)]
            content = b"".join(
                encode_line(replace(e, seq=i).to_json()) for i, e in enumerate(lines)
            )
            (self.store.folder / f"{root.id}.jsonl").write_bytes(content)
        first = await _timed(self.store.list)
        cached = min([await _timed(self.store.list) for _ in range(3)])
        return [
            Figure(f"list of {SESSIONS:,} sessions, index rebuilt", first, "s"),
            Figure(f"list of {SESSIONS:,} sessions, cached", cached * 1e3, "ms", 300.0),
        ]


async def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    await work()  # type: ignore[misc]
    return time.perf_counter() - start


async def longest_stall() -> float:
    longest = 0.0
    try:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - start)
    except asyncio.CancelledError:
        return longest


async def measure(folder: Path) -> list[Figure]:
    bench = Bench(folder)
    small, large = await bench.grown(SMALL), await bench.grown(LARGE)
    appends = await bench.appends(small, large)
    reads = await bench.reads(large)
    shown, whole = await seconds_until_shown(folder, large, "weaves flowers")
    opened = [
        Figure(f"{LARGE:,} records in the running app: the end is shown", shown, "s", 0.3),
        Figure(f"{LARGE:,} records in the running app: all are there", whole, "s"),
    ]
    return [*appends, *reads, *opened, *await bench.listing()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.store", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    parser.add_argument("--folder", type=Path, help="where to write; a folder on the disk to judge")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-store-", dir=options.folder))
    try:
        figures = asyncio.run(measure(folder))
    finally:
        shutil.rmtree(folder)
    for figure in figures:
        print(figure)
    return 1 if options.check and any(figure.missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
