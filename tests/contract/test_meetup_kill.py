"""A meetup that is killed: every turn that was announced is in the file, and the file opens."""

from __future__ import annotations

import asyncio
import json
import random
import time
from pathlib import Path

import pytest

from core.ids import SystemSource
from core.runtime import Options, Runtime
from core.sessions.store import SessionStore
from salon_process import SalonProcess


def run_and_kill(folder: Path, seconds: float) -> list[dict[str, str]]:
    """Start a meetup, kill it some time after its first words; return what it announced."""
    command = ["--sessions", str(folder), "meetup", "freud", "ada"]
    flags = ["--model", "eliza:doctor", "--turns", "0", "--no-loop-check", "--json"]
    out = folder / "out"
    with (
        out.open("wb") as file,
        SalonProcess(folder).start(*command, *flags, stdout=file, stderr=None) as process,
    ):
        while not out.stat().st_size and process.poll() is None:
            time.sleep(0.002)
        time.sleep(seconds)
        process.kill()
    assert process.returncode == -9
    # The last line may have been cut off by the kill.
    *whole, _ = out.read_text().split("\n")
    return [json.loads(line) for line in whole]


async def check(folder: Path, events: list[dict[str, str]]) -> None:
    store = SessionStore(folder, SystemSource())
    session = await store.open(events[0]["session"])
    try:
        tree = session.tree
        for event in events:
            if event["event"] in {"turn_finished", "control", "notice"}:
                record = tree.get(event["record"])
                assert record.text == event.get("text", event.get("word"))
                assert tree.on_path(record.id)
        begun = [event["record"] for event in events if event["event"] == "turn_started"]
        lost = [each for each in begun if each not in tree]
        assert lost in ([], begun[-1:])
        await go_on(folder, session.id, len(tree))
    finally:
        await session.close()


async def go_on(folder: Path, session_id: str, records: int) -> None:
    """Check that another process could go on: here on a copy, for the file is locked."""
    copy = folder / "copy"
    copy.mkdir(exist_ok=True)
    file = copy / f"{session_id}.jsonl"
    file.write_bytes((folder / file.name).read_bytes())
    async with Runtime(Options(sessions=copy), {"HOME": str(folder)}) as runtime:
        session = await runtime.store.open(session_id)
        try:
            engine = await runtime.meetups.resume(session, 2)
            turns = engine.state.turns
            assert await engine.run() == "turns"
            assert engine.state.turns == turns + 2
            assert len(session.tree) > records
        finally:
            await session.close()


def kill_often(folder: Path, times: int) -> int:
    rng = random.Random(times)
    announced = 0
    for number in range(times):
        place = folder / str(number)
        place.mkdir()
        events = run_and_kill(place, rng.uniform(0, 0.8))
        asyncio.run(check(place, events))
        announced += sum(each["event"] == "turn_finished" for each in events)
    return announced


def test_killed_at_any_moment_it_loses_nothing_that_was_announced(tmp_path: Path) -> None:
    assert kill_often(tmp_path, 5) > 5


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_a_hundred_moments_it_loses_nothing(tmp_path: Path) -> None:
    assert kill_often(tmp_path, 100) > 100
