"""What finding sessions costs: `python -m tests.bench.sessions [--check]`.

Ten thousand sessions of 130 MB in a folder of their own, listed and searched through the
store, as the pane and the commands do it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from pathlib import Path

from core.ids import SystemSource
from core.sessions.codec import encode_line
from core.sessions.index import Rebuild
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.store import SessionStore
from core.sessions.summary import arranged
from tests.bench._texts import words
from tests.bench.store import Figure, longest_stall

SESSIONS, MESSAGES, WORDS = 10_000, 20, 50
RARE, COMMON, ABSENT = "heliotrope", "engine", "zeugma"
ROUNDS = 5
LIST_BAR, SEARCH_BAR = 300.0, 1.0

_ID, _PARENT, _SEQ = "@id@", "@parent@", 424242
_SOURCE = SystemSource()


class Mould:
    """A line with its ids left open: encoding 210,000 records would take longer than all else."""

    def __init__(self, record: Record) -> None:
        line = encode_line(record.to_json())
        line = line.replace(b"%", b"%%").replace(_ID.encode(), b"%b")
        self._line = line.replace(_PARENT.encode(), b"%b").replace(str(_SEQ).encode(), b"%d")

    def cast(self, record_id: str, seq: int, parent: str) -> bytes:
        return self._line % (record_id.encode(), seq, parent.encode())


def moulds() -> Iterator[Mould]:
    """Messages of the two sides, one after the other."""
    drawn = words(4 * WORDS * MESSAGES)
    authors = {"persona": Author("persona", "Ada Lovelace"), "human": Author("human", "You")}
    for at in range(4 * MESSAGES):
        node = ("human", "persona")[at % 2]
        text = " ".join(drawn[at * WORDS : (at + 1) * WORDS]) + ", it’s said."
        yield Mould(
            Record(
                id=_ID,
                kind=Kind.MESSAGE,
                parent=_PARENT,
                author=authors[node],
                at=_SOURCE.now(),
                node=node,
                text=text,
                seq=_SEQ,
                data={"turn": at % MESSAGES + 1, "seconds": 1.5},
            )
        )


def fill(folder: Path) -> int:
    """Write the sessions; returns their bytes. The oldest one holds the rare word."""
    rng = random.Random(1)
    all_moulds = list(moulds())
    size = 0
    for number in range(SESSIONS):
        root_id = parent = _SOURCE.new_id()
        seats = {"persona": {"name": "Ada Lovelace", "model": "local:smollm2"}, "human": {}}
        data = {"engine": "chat", "title": f"Talk {number}", "seats": seats}
        root = Record(root_id, Kind.SESSION, None, CODE, _SOURCE.now(), data=data, seq=0)
        lines = [encode_line(root.to_json())]
        for seq in range(1, MESSAGES + 1):
            record_id = _SOURCE.new_id()
            lines.append(rng.choice(all_moulds).cast(record_id, seq, parent))
            parent = record_id
        if not number:
            lines[-1] = lines[-1].replace(b"it\xe2\x80\x99s", RARE.upper().encode())
        content = b"".join(lines)
        (folder / f"{root_id}.jsonl").write_bytes(content)
        size += len(content)
    return size


async def listing(store: SessionStore) -> list[Figure]:
    heard: list[Rebuild] = []
    cold = await _seconds(lambda: store.list(heard.append))
    assert heard, "the index says that it was rebuilt"
    warm = statistics.median([await _seconds(store.list) for _ in range(ROUNDS)])
    changed = []
    for _ in range(ROUNDS):
        await store.pin("last", False)
        changed.append(await _seconds(store.list))
    summaries = await store.list()
    start = time.perf_counter()
    found = arranged(summaries, sort="title", words="ada 99", engine="chat")
    filtered = time.perf_counter() - start
    assert found
    return [
        Figure("list, index rebuilt", cold, "s"),
        Figure("list", warm * 1e3, "ms", LIST_BAR),
        Figure("list after a session changed", statistics.median(changed) * 1e3, "ms", LIST_BAR),
        Figure("sort and filter of the list", filtered * 1e3, "ms"),
    ]


async def searching(store: SessionStore) -> list[Figure]:
    figures = []
    for what, word in (("a rare", RARE), ("a common", COMMON), ("an absent", ABSENT)):
        runs = [await _search(store, word) for _ in range(ROUNDS)]
        first, total = (statistics.median(each) for each in zip(*runs, strict=True))
        if word != ABSENT:
            figures.append(Figure(f"search for {what} word: first hit", first, "s", SEARCH_BAR))
        end = "first 200" if word == COMMON else "to the end"
        figures.append(Figure(f"search for {what} word: {end}", total, "s", SEARCH_BAR))
    stall = asyncio.create_task(longest_stall())
    await _search(store, ABSENT)
    stall.cancel()
    return [*figures, Figure("the event loop's longest wait meanwhile", (await stall) * 1e3, "ms")]


async def _search(store: SessionStore, word: str) -> tuple[float, float]:
    """Seconds until the first hit and until the end."""
    first = 0.0
    start = time.perf_counter()
    async with aclosing(store.search(word)) as hits:
        async for _ in hits:
            first = first or time.perf_counter() - start
    assert bool(first) == (word != ABSENT)
    return first, time.perf_counter() - start


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def measure(folder: Path) -> list[Figure]:
    size = fill(folder)
    store = SessionStore(folder, _SOURCE)
    made = Figure(f"{SESSIONS:,} sessions", size / 1e6, "MB")
    return [made, *await listing(store), *await searching(store)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sessions", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    parser.add_argument("--folder", type=Path, help="where to write; a folder on the disk to judge")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-sessions-", dir=options.folder))
    try:
        figures = asyncio.run(measure(folder))
    finally:
        shutil.rmtree(folder)
    for figure in figures:
        print(figure)
    return 1 if options.check and any(figure.missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
