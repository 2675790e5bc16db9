"""What is promised of other processes: those that write at the same time, and those that die."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import SessionBusy
from core.sessions.codec import decode_record
from core.sessions.record import Kind
from store_samples import say, store_in, stored, texts

ROOT = Path(__file__).resolve().parents[2]

WRITER = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from store_samples import message, store_in

async def main(folder):
    store = store_in(Path(folder))
    while True:
        session = await store.create("meetup", {})
        for turn in range(30):
            draft = message(session.tree.head, "")
            for piece in ("to ", "be ", "or not " * 200):
                session.checkpoint(draft, piece)
            group = [replace(draft, text=f"turn {turn}"), message(draft.id, "x" * turn * 100)]
            for record in await session.append(*group):
                print(session.id, record.id, flush=True)
        await session.close()

asyncio.run(main(sys.argv[1]))
"""

HOLDER = """
import asyncio, sys
from pathlib import Path
from store_samples import message, say, store_in

async def main(folder, session_id):
    session = await store_in(Path(folder)).open(session_id)
    session.checkpoint(message(session.tree.head, ""), "half a sentence")
    await asyncio.sleep(0.5)
    await say(session, "held")
    print("held", flush=True)
    await asyncio.sleep(60)

asyncio.run(main(*sys.argv[1:]))
"""


@contextmanager
def running(code: str, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def killed_writer(folder: Path, delay: float) -> list[tuple[str, str]]:
    """Let a process write until it is killed; returns session and record of what it announced."""
    with running(WRITER, folder) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        announced = first + process.stdout.read()
    whole = announced[: announced.rindex(b"\n")].decode().splitlines()
    return [(session, record) for session, record in (line.split() for line in whole)]


async def check_everything_announced_is_there(
    folder: Path, announced: list[tuple[str, str]]
) -> None:
    store = store_in(folder)
    trees = {}
    for row in await store.list():
        view = await store.read(row.id)
        session = await store.open(row.id)
        assert list(session.tree) == list(view.tree)
        assert [record.seq for record in session.tree] == list(range(len(session.tree)))
        for record in session.tree:
            if record.status == "interrupted":
                assert ("to be " + "or not " * 200).startswith(record.text)
        await say(session, "goes on")
        await session.close()
        lines = session.path.read_bytes().splitlines()
        assert [decode_record(line) for line in lines] == list(session.tree)
        trees[row.id] = session.tree
    assert [each for each in announced if each[1] not in trees[each[0]]] == []


async def kill_at_random_moments(folder: Path, times: int) -> None:
    chance = random.Random(times)
    for number in range(times):
        each = folder / str(number)
        announced = await asyncio.to_thread(killed_writer, each, chance.uniform(0, 0.3))
        assert announced
        await check_everything_announced_is_there(each, announced)


async def test_a_killed_writer_loses_nothing_it_announced(tmp_path: Path) -> None:
    await kill_at_random_moments(tmp_path, 5)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_hundred_killed_writers_lose_nothing_they_announced(tmp_path: Path) -> None:
    await kill_at_random_moments(tmp_path, 100)


async def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    with running(HOLDER, tmp_path, path.stem) as process:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == b"held\n"
        with pytest.raises(SessionBusy, match=f"being written by process {process.pid}\\.") as busy:
            await store.open(path.stem)
        assert busy.value.hint == "Read it, fork it, or end that process."
        with pytest.raises(SessionBusy):
            await store.trash(path.stem)
        view = await store.read(path.stem)
        assert view.busy
        assert texts(view.tree.path) == ["one", "held"]
        assert "half a sentence" in texts(list(view.tree))
        assert [row.busy for row in await store.list()] == [True]

        process.kill()
        await asyncio.to_thread(process.wait)
        assert [row.busy for row in await store.list()] == [False]
        session = await store.open(path.stem)
    assert [(each.text, each.status) for each in session.tree if each.kind == Kind.MESSAGE] == [
        ("one", "complete"),
        ("held", "complete"),
        ("half a sentence", "interrupted"),
    ]
    await session.close()


async def test_two_processes_never_write_to_one_session(tmp_path: Path) -> None:
    path = await stored(store_in(tmp_path), "one")
    with (
        running(HOLDER, tmp_path, path.stem) as first,
        running(HOLDER, tmp_path, path.stem) as second,
    ):
        ended = await asyncio.to_thread(_first_to_end, first, second)
        assert ended.returncode == 1
        other = second if ended is first else first
        assert other.stdout is not None
        assert await asyncio.to_thread(other.stdout.readline) == b"held\n"
    assert texts(list((await store_in(tmp_path).read(path.stem)).tree)).count("held") == 1


def _first_to_end(*processes: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    while True:
        for process in processes:
            if process.poll() is not None:
                return process
        time.sleep(0.01)
