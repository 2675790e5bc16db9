"""A run that is killed goes on exactly where it was, and comes to what it would have come to."""

from __future__ import annotations

import asyncio
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from core.clm.simulation.commands import End, Run
from core.clm.simulation.spec import ENGINE
from core.clm.simulation.state import SimulationState
from core.ids import SystemSource
from core.runtime import Options, Runtime
from salon_process import SalonProcess, lines

DAYS = 6


def killed(salon: SalonProcess, seconds: float, *arguments: str) -> list[dict[str, Any]]:
    """Start a run, kill it some time after its first words; return what it announced."""
    out = salon.home / "out"
    with out.open("w") as file:
        process = salon.start("clm", "run", "--json", *arguments)
        process.stdout, piped = None, process.stdout
        assert piped is not None
        began = None
        while began is None or time.monotonic() - began < seconds:
            line = piped.readline()
            if not line:
                break
            file.write(line)
            began = began or time.monotonic()
        process.kill()
        file.write(piped.read().rpartition("\n")[0])
        piped.close()
        process.communicate()
    return lines(out.read_text())


async def gone_on(salon: SalonProcess) -> tuple[list[Any], int]:
    """Go on to the last day; return the course of the whole run and how much was found."""
    options = Options(sessions=salon.sessions)
    async with Runtime(options, {"HOME": str(salon.home)}) as runtime:
        (file,) = salon.sessions.glob("*.jsonl")
        session = await runtime.store.open(file.stem)
        engine = runtime.simulations.engine(session)
        found = len(session.tree.path)
        assert SimulationState.fold(session.tree.path).outline() == engine.state.outline()
        serving = asyncio.create_task(engine.run())
        if engine.state.over < DAYS:
            await engine.send(Run(DAYS - engine.state.over))
            await engine.idle()
        await engine.send(End())
        await serving
        course = [
            [each.kind, each.node, each.text, dict(each.data)]
            for each in session.tree.path[1:]
            if each.kind not in {"ended", "notice"}
        ]
        await session.close()
    return course, found


async def whole(spec: dict[str, Any]) -> list[Any]:
    """Return the course of the same run that nobody killed."""
    async with Runtime(Options(), {}) as runtime:
        from core.sessions.memory import MemorySession

        session = await MemorySession.create(SystemSource(), ENGINE, spec)
        engine = runtime.simulations.engine(session)
        serving = asyncio.create_task(engine.run())
        await engine.send(Run(DAYS))
        await engine.idle()
        await engine.send(End())
        await serving
        return [
            [each.kind, each.node, each.text, dict(each.data)]
            for each in session.tree.path[1:]
            if each.kind not in {"ended", "notice"}
        ]


def kill_often(folder: Path, times: int, *arguments: str) -> int:
    """Kill runs at random moments; return how many were killed in mid-day."""
    rng, half_done = random.Random(times), 0
    for number in range(times):
        home = folder / str(number)
        home.mkdir()
        salon = SalonProcess(home)
        announced = killed(salon, rng.uniform(0, 0.15), *arguments, "--days", str(DAYS))
        (file,) = salon.sessions.glob("*.jsonl")
        kinds = [json.loads(line)["kind"] for line in file.read_text().splitlines() if line]
        half_done += kinds[-1] not in {"day_ended", "ended", "session"}
        root = json.loads(file.read_text().splitlines()[0])["data"]
        course, found = asyncio.run(gone_on(salon))
        records = {"day_started", "decision", "impact", "learned", "day_ended"}
        assert sum(each["event"] in records for each in announced) <= found
        expected = asyncio.run(whole({k: v for k, v in root.items() if k != "engine"}))
        assert normal(course) == normal(expected)
    return half_done


def normal(course: list[Any]) -> Any:
    """Return a course as JSON reads it back."""
    return json.loads(json.dumps(course))


def test_killed_runs_go_on(tmp_path: Path) -> None:
    kill_often(tmp_path, 2, "--customers", "30")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_runs_go_on_always(tmp_path: Path) -> None:
    assert kill_often(tmp_path, 15, "--customers", "60", "--policy", "thompson") > 2
    (tmp_path / "market").mkdir()
    kill_often(tmp_path / "market", 4, "--world", "market", "--customers", "30")
