"""Erasing is all or nothing, whenever the process that does it is killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store_samples import say, store_in, stored, texts

ROOT = Path(__file__).resolve().parents[2]
SECRET = b"the key lies under the mat"

ERASER = """
import asyncio, sys
from pathlib import Path
from store_samples import store_in

async def main(folder):
    store = store_in(Path(folder))
    for row in await store.list():
        await store.erase(row.id)
        print(row.id, flush=True)

asyncio.run(main(sys.argv[1]))
"""


def killed_eraser(folder: Path, delay: float) -> list[str]:
    """Let a process erase sessions until it is killed; returns those it was done with."""
    process = subprocess.Popen(
        [sys.executable, "-c", ERASER, str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": ""},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0]
    return (first + rest).decode().split("\n")[:-1]


@pytest.mark.slow
async def test_a_killed_erasure_leaves_whole_sessions(tmp_path: Path) -> None:
    rng = random.Random(7)
    for attempt in range(10):
        folder = tmp_path / str(attempt)
        store = store_in(folder)
        for _ in range(40):
            await stored(store, SECRET.decode(), "x" * 20_000)
        done = killed_eraser(folder, rng.uniform(0, 0.15))
        assert done
        for row in await store.list():
            session = await store.open(row.id)
            assert session.notices == []
            said = texts(list(session.tree))
            assert said in (["", ""], [SECRET.decode(), "x" * 20_000])
            assert said == ["", ""] or row.id not in done
            await say(session, "It goes on.")
            await session.close()
        assert len(await store.list()) == 40
        for session_id in done:
            held = [each for each in folder.glob(f"{session_id}*") if SECRET in each.read_bytes()]
            assert held == []
