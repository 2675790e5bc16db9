"""What a team costs beside its models: `python -m tests.bench.teams`.

A team of three levels works on a session on disk that holds 10,000 records. Its model answers
at once, so that the time of a step is that of everything else: prompt, records, fold, events.
Then four nodes stream at once and are told to stop, and the time until nobody thinks is taken.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from pathlib import Path
from statistics import median

from core.ids import SystemSource
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.sessions.store import SessionStore
from core.teams.commands import Apply, Say, SetAutonomy, Stop
from core.teams.engine import TeamEngine
from core.teams.setup import ENGINE
from core.teams.team import Team
from tests.teams_kit import ask, engine_on, final, node, provider_of, several, team

_RECORDS = 10_000
_REQUESTS = 60
_BATCH = 10
_CONTEXT = 4096
"""Tokens: what a slot of the embedded model has."""
_STREAMS = 4
_BAR_STEP = 0.002
_BAR_STOP = 0.1


def _answer(path: str, ordinal: int, request: ModelRequest) -> Reply:
    """Answer in one piece: what streaming costs is measured elsewhere."""
    text = _words(path, ordinal)
    return Reply(text, chunks=(text,))


def _words(path: str, ordinal: int) -> str:
    words = f"This is what {path} has to say about number {ordinal}, in a dozen words or so."
    if path == "top":
        return final(words) if ordinal % 2 else ask("mid", words)
    if path == "top/mid":
        return final(words) if ordinal % 2 else ask("low", words)
    return words


async def _ask_often(engine: TeamEngine, until: int) -> None:
    while len(engine.log.session.tree) < until:
        await engine.send(Say("What now?"))
        await engine.idle()


async def step_at(records: int, folder: Path) -> float:
    """Return the time of a step at that many records, in seconds.

    It is the median of a batch of requests, of the batch that was disturbed least: these
    machines are shared.
    """
    deep = team(node("top", node("mid", node("low"))))
    store = SessionStore(folder, SystemSource())
    session = await store.create(ENGINE, deep.to_json())
    engine = engine_on(session, provider_of(_answer), longest_alone=10**9, context_length=_CONTEXT)
    run = asyncio.create_task(engine.run())
    await engine.send(SetAutonomy("apply"))
    await _ask_often(engine, records)
    gc.freeze()  # as the app does once it is furnished
    times = []
    for _ in range(_REQUESTS):
        before, began = engine.state.steps, time.perf_counter()
        await engine.send(Say("And now?"))
        await engine.idle()
        times.append((time.perf_counter() - began) / (engine.state.steps - before))
    gc.unfreeze()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    await session.close()
    return min(median(times[at : at + _BATCH]) for at in range(0, _REQUESTS, _BATCH))


def _streaming_team() -> Team:
    return team(node("lead", *(node(f"n{i}") for i in range(_STREAMS)), parallel=True))


def _stream(path: str, ordinal: int, request: ModelRequest) -> Reply:
    if path == "lead":
        return Reply(several(**{f"n{i}": "Talk." for i in range(_STREAMS)}))
    return Reply("word " * 4000, tokens_per_second=200)


async def stop_four(folder: Path) -> float:
    """Return the time from Stop until nobody thinks, in seconds."""
    store = SessionStore(folder, SystemSource())
    session = await store.create(ENGINE, _streaming_team().to_json())
    engine = engine_on(session, provider_of(_stream))
    run = asyncio.create_task(engine.run())
    await engine.send(Say("Talk, all of you."))
    await engine.idle()
    for _ in range(_STREAMS):
        await engine.send(Apply())
    await asyncio.sleep(0.5)
    assert all(engine.is_thinking(f"lead/n{i}") for i in range(_STREAMS))
    began = time.perf_counter()
    await engine.send(Stop())
    await engine.idle()
    took = time.perf_counter() - began
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    await session.close()
    return took


def main() -> None:
    """Measure and print; with `--check`, fail where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        early = asyncio.run(step_at(100, Path(folder)))
        late = asyncio.run(step_at(_RECORDS, Path(folder)))
        stop = max(asyncio.run(stop_four(Path(folder))) for _ in range(5))
    print(f"a step at 100 records             {early * 1000:6.2f} ms")
    print(f"a step at {_RECORDS:,} records          {late * 1000:6.2f} ms   bar 2 ms")
    print(f"{_STREAMS} nodes, Stop to idle, slowest of 5 {stop * 1000:6.1f} ms   bar 100 ms")
    if options.check and (late > _BAR_STEP or stop > _BAR_STOP):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
