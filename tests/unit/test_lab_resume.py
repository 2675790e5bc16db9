"""Runs of the lab that are cut off and gone on with, paused, or repeated from their records."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.events import Started
from core.ids import CountingSource
from core.lab.commands import End, Pause, Resume, SetParallel
from core.lab.state import LabState
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.sessions.codec import encode_line
from core.sessions.memory import MemorySession
from core.sessions.record import Record
from core.sessions.requests import rebuild
from lab_kit import PLAYERS, Stage, assistant, content, stage, world

OPTIONS: dict[str, Any] = {
    "settings": ("none", "learnt-1", "learnt-3", "retrieval"),
    "judged": True,
    "parallel": 5,
}


async def undisturbed() -> Stage:
    run = await stage(world(3, 4), **OPTIONS)
    assert await run.run() == "done"
    return run


async def cut_off(records: Sequence[Record]) -> MemorySession:
    """Return a session that died after these records."""
    source = CountingSource()
    for _ in range(100_000):
        source.new_id()
    session = MemorySession(records[0].id, source)
    await session.append(*records)
    return session


def outline(stage: Stage) -> dict[str, Any]:
    return stage.engine.state.outline()


@pytest.mark.parametrize(
    "times", [4, pytest.param(30, marks=[pytest.mark.slow, pytest.mark.timeout(300)])]
)
async def test_whatever_record_was_the_last_the_run_goes_on_to_the_same_end(times: int) -> None:
    whole = await undisturbed()
    records = list(whole.session.tree)
    first = len([each for each in records if each.data.get("given")])
    rng = random.Random(7)
    for at in rng.sample(range(first + 40, len(records) - 2), times):
        session = await cut_off(records[:at])
        again = await stage(world(3, 4), session=session, **OPTIONS)
        assert await again.run() == "done"
        assert content(again.session) == content(whole.session), at
        assert outline(again) == outline(whole)


async def test_wherever_it_is_cancelled_the_run_goes_on_to_the_same_end() -> None:
    whole = await undisturbed()
    rng = random.Random(3)
    run = await stage(world(3, 4), **OPTIONS)
    session = run.session
    for _ in range(12):
        task = asyncio.create_task(run.run())
        for _ in range(rng.randrange(20, 400)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        run = await stage(world(3, 4), session=session, **OPTIONS)
    assert await run.run() == "done"
    assert content(run.session) == content(whole.session)
    assert outline(run) == outline(whole)


async def test_the_fold_of_all_records_is_the_state_and_every_request_can_be_rebuilt() -> None:
    run = await undisturbed()
    assert LabState.fold(run.session.tree.path).outline() == outline(run)
    for episode in run.engine.state.episodes.values():
        assert episode.done == sum(each.over for each in episode.conversations.values()) == 4
    asked = [each for each in run.session.tree if each.request is not None]
    assert asked
    for record in asked:
        assert record.request is not None
        assert rebuild(run.session.tree, record.request).hash() == record.request


async def test_a_run_repeats_exactly_on_what_was_recorded(tmp_path: Path) -> None:
    whole = await undisturbed()
    file = tmp_path / "run.jsonl"
    file.write_bytes(b"".join(encode_line(each.to_json()) for each in whole.session.tree))
    replayed = await stage(world(3, 4), recording=str(file), **OPTIONS)
    assert await replayed.run() == "done"
    assert outline(replayed) == outline(whole)


async def test_a_pause_lets_nothing_begin_and_a_run_can_be_closed_and_gone_on_with() -> None:
    run = await stage(world(3, 4), **OPTIONS)
    task = asyncio.create_task(run.run())
    for _ in range(60):
        await asyncio.sleep(0)
    await run.engine.send(Pause())
    for _ in range(60):
        await asyncio.sleep(0)
    asked = len(run.provider.requests)
    assert run.engine.calls == 0
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(run.provider.requests) == asked
    assert not run.engine.going
    await run.engine.send(SetParallel(9))
    await run.engine.send(Resume())
    for _ in range(60):
        await asyncio.sleep(0)
    assert len(run.provider.requests) > asked
    await run.engine.send(End())
    assert await task == "closed"
    again = await stage(world(3, 4), session=run.session, **OPTIONS)
    assert await again.run() == "done"
    assert outline(again) == outline(await undisturbed())


async def test_a_run_of_people_who_were_given_says_that_it_begins() -> None:
    run = await stage(world(1, 2), settings=("none",))
    await run.run()
    again = await stage(world(1, 2), settings=("none",), session=run.session)
    await again.run()
    first, second = (each.events[0] for each in (run, again))
    assert isinstance(first, Started)
    assert isinstance(second, Started)
    assert (first.resumed, second.resumed) == (False, True)


async def test_no_more_calls_than_allowed_are_under_way() -> None:
    most = 0

    def slow(request: ModelRequest) -> Reply:
        nonlocal most
        most = max(most, run.engine.calls)
        return Reply.read({"text": assistant(request), "delay": 0.001})

    run = await stage(world(6, 2), {"assistant": slow}, settings=("none",), parallel=3)
    assert await run.run() == "done"
    assert most == 3


async def test_a_failure_ends_a_run_that_nobody_watches_and_it_goes_on_from_there() -> None:
    calls = 0

    def failing(request: ModelRequest) -> str | Reply:
        nonlocal calls
        calls += 1
        if calls == 5:
            return Reply.read({"text": "", "error": {"kind": "auth", "message": "No key."}})
        return assistant(request)

    run = await stage(world(3, 4), {"assistant": failing}, **OPTIONS)
    assert await run.run() == "failed"
    (failure,) = run.engine.state.failures.values()
    assert "No key." in failure.text
    again = await stage(world(3, 4), session=run.session, **OPTIONS)
    assert await again.run() == "done"
    assert content(again.session) == content((await undisturbed()).session)


async def test_a_failure_waits_for_whoever_watches() -> None:
    calls = 0

    def failing(request: ModelRequest) -> str | Reply:
        nonlocal calls
        calls += 1
        if calls == 5:
            return Reply.read({"text": "", "error": {"kind": "auth", "message": "No key."}})
        return PLAYERS["user"](request)

    run = await stage(world(3, 4), {"user": failing}, attended=True, **OPTIONS)
    task = asyncio.create_task(run.run())
    for _ in range(400):
        await asyncio.sleep(0)
    assert run.engine.state.failures
    assert not task.done()
    await run.engine.send(Resume())
    assert await task == "done"
    assert content(run.session) == content((await undisturbed()).session)


@pytest.mark.parametrize("nonsense", ["nonsense", json.dumps({"score": 11, "reason": ""})])
async def test_what_is_never_in_the_form_asked_for_is_flagged_and_counted(nonsense: str) -> None:
    run = await stage(world(2, 2), {"judge": lambda request: nonsense}, **OPTIONS)
    assert await run.run() == "done"
    scores = [each for episode in run.engine.state.episodes.values() for each in episode.scores]
    assert scores
    assert all(each.data["value"] is None for each in scores)
    assert len(run.engine.state.gaps) == len(scores)
    judged = [each for each in run.provider.requests if each.model == "judge"]
    assert len(judged) == 2 * len(scores)
    complaints = [each for each in judged if "cannot be used" in each.messages[-1].content]
    assert len(complaints) == len(scores)
