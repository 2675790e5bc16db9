"""Runs of teams in files: opened, looked at, gone on with, cut off, refused."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from core.errors import CommandError, ProviderErrorKind, StoreError
from core.events import Notice, Started, TurnStarted
from core.ids import CountingSource
from core.providers.base import ModelRequest
from core.providers.script import Fault, Reply
from core.runtime import Options, Runtime
from core.sessions.memory import MemorySession
from core.sessions.record import Kind, Record
from core.sessions.store import SessionStore
from core.teams.commands import Apply, Autopilot, Command, Go, Say
from core.teams.records import TeamKind
from core.teams.setup import ENGINE, stored_state
from core.teams.state import TeamState
from core.teams.team import Team
from core.teams.timeline import timeline
from store_samples import store_in
from teams_checks import check
from teams_kit import Stage, engine_on, final, node, playing, provider_of, several, team

DUO = team(node("lead", node("left"), node("right"), parallel=True))
SCRIPT: dict[str, list[str | Reply]] = {
    "lead": [several(left="l?", right="r?"), final("both")],
    "left": ["L"],
    "right": ["R"],
}


def answering(path: str, ordinal: int, request: ModelRequest) -> str | Reply:
    return SCRIPT[path.rpartition("/")[2]][ordinal]


async def begun(store: SessionStore, *commands: Command, what: Team = DUO, **kwargs: Any) -> str:
    """Play a run in a file and leave it; returns its id."""
    session = await store.create(ENGINE, what.to_json())
    async with playing(session, kwargs.pop("answers", answering), **kwargs) as stage:
        await stage.do(*commands)
    await session.close()
    return session.id


@asynccontextmanager
async def reopened(
    store: SessionStore, name: str, answers: Any = answering
) -> AsyncIterator[Stage]:
    session = await store.open(name)
    async with playing(session, answers) as stage:
        await stage.settle()
        yield stage
    await session.close()
    view = await store.read(name)
    check(TeamState.fold(view.tree.path), view.tree, settled=False)


def cut_behind(folder: Path, name: str, kind: str, count: int) -> None:
    """Leave of a session's file what was there when a record of a kind had been written."""
    file = folder / f"{name}.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    ends = [at for at, line in enumerate(lines, 1) if json.loads(line)["kind"] == kind]
    file.write_bytes(b"".join(lines[: ends[count - 1]]))


async def test_what_was_pending_is_pending_and_can_be_decided(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    name = await begun(store, Say("?"), Apply("2"))
    async with reopened(store, name) as stage:
        assert stage.pending == [("lead", "left", "l?"), ("lead/right", "", "R")]
        assert stage.state.nodes["lead"].waiting == {"right"}
        assert not stage.provider.requests
        await stage.do(Apply("1"), Apply("3"), Apply("4"), Apply())
        assert stage.finals == ["both"]


@pytest.mark.parametrize("count", [1, 2])
async def test_looking_at_a_run_sends_nothing_and_leaves_no_trace(
    tmp_path: Path, count: int
) -> None:
    store = store_in(tmp_path)
    name = await begun(store, Autopilot(), Say("?"))
    cut_behind(tmp_path, name, TeamKind.PROPOSAL_RESOLVED, count)
    before = (tmp_path / f"{name}.jsonl").read_bytes()
    async with reopened(store, name) as stage:
        assert (stage.engine.going, stage.engine.thinking) == (False, False)
        assert stage.state.autopilot is not None
        due = {each.node.path for each in stage.state.nodes.values() if each.due}
        assert due == {"lead/left", "lead/right"} - ({"lead/right"} if count == 1 else set())
    assert not stage.provider.requests
    assert [type(each) for each in stage.events] == [Started]
    assert (tmp_path / f"{name}.jsonl").read_bytes() == before


@pytest.mark.parametrize("count", range(1, 7))
async def test_going_on_from_behind_any_decision_comes_to_the_answer(
    tmp_path: Path, count: int
) -> None:
    store = store_in(tmp_path)
    name = await begun(store, Autopilot(), Say("?"))
    cut_behind(tmp_path, name, TeamKind.PROPOSAL_RESOLVED, min(count, 5))
    async with reopened(store, name) as stage:
        await stage.do(Go())
        assert stage.finals == ["both"]
        assert list(stage.state.states.values()) == ["applied"] * 5


async def test_a_final_answer_that_was_let_through_is_put_on_record_at_once(
    tmp_path: Path,
) -> None:
    store = store_in(tmp_path)
    name = await begun(store, Autopilot(), Say("?"))
    cut_behind(tmp_path, name, TeamKind.PROPOSAL_RESOLVED, 5)
    async with reopened(store, name) as stage:
        assert stage.finals == ["both"]
        assert not stage.engine.going
    async with reopened(store, name) as stage:
        assert stage.finals == ["both"]


@pytest.mark.parametrize("kind", [Kind.MESSAGE, TeamKind.PROPOSAL])
async def test_proposals_that_are_not_on_record_are_made_once(tmp_path: Path, kind: str) -> None:
    store = store_in(tmp_path)
    name = await begun(store, Say("?"))
    cut_behind(tmp_path, name, kind, 2 if kind == Kind.MESSAGE else 1)
    for _ in range(2):
        async with reopened(store, name) as stage:
            assert stage.pending == [("lead", "left", "l?"), ("lead", "right", "r?")]
            assert len(stage.state.proposals) == 2
            assert not stage.provider.requests


async def interrupted(folder: Path) -> tuple[SessionStore, str]:
    """Return a store with a run whose process died while its root was speaking."""
    words = " ".join(f"word{at}" for at in range(80))

    def slowly(path: str, ordinal: int, request: ModelRequest) -> Reply:
        return Reply(words, tokens_per_second=40)

    store = store_in(folder / "alive")
    session = await store.create(ENGINE, team(node("solo")).to_json())
    async with playing(session, slowly) as stage:
        await stage.engine.send(Say("Speak."))
        for number in range(100):
            await asyncio.sleep(0.05)
            dead = folder / str(number)
            shutil.copytree(folder / "alive", dead)
            view = await store_in(dead).read(session.id)
            if any(each.status == "interrupted" for each in view.tree):
                break
    await session.close()
    return store_in(dead), session.id


async def test_an_interrupted_reply_is_shown_and_does_not_count(tmp_path: Path) -> None:
    store, name = await interrupted(tmp_path)

    def again(path: str, ordinal: int, request: ModelRequest) -> str:
        assert ordinal == 0
        return "whole"

    async with reopened(store, name, again) as stage:
        tree = stage.engine.log.session.tree
        (partial,) = [each for each in tree if each.status == "interrupted"]
        assert partial.text.startswith("word0 word1")
        shown = [(each.what, each.node) for each in timeline(tree.path)]
        assert ("interrupted", "solo") in shown
        assert (stage.pending, stage.state.replies) == ([], 0)
        assert stage.state.root.spoken == 0
        assert stage.state.root.due
        await stage.do(Go())
        assert stage.pending == [("solo", "", "whole")]
    assert [each.content for each in stage.provider.requests[0].messages[1:]] == ["Speak."]


async def test_a_torn_last_line_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    name = await begun(store, Say("?"), Apply("2"))
    cut_behind(tmp_path, name, TeamKind.PROPOSAL_RESOLVED, 1)
    file = tmp_path / f"{name}.jsonl"
    whole = stored_state((await store.read(name)).tree).outline()
    with file.open("ab") as end:
        end.write(b'{"v": 1, "id": "01M8DFXJTYHDP7T6FC2JKJJQA4", "kind": "proposal", "te')
    assert stored_state((await store.read(name)).tree).outline() == whole
    async with reopened(store, name) as stage:
        assert stage.state.outline() == whole
        told = [each.record.data["code"] for each in stage.events if isinstance(each, Notice)]
        assert told == ["repaired"]
        assert not any(isinstance(each, TurnStarted) for each in stage.events)
        await stage.do(Autopilot())
        assert stage.finals == ["both"]


async def test_a_failure_and_a_question_still_wait(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    down = Reply(error=Fault(ProviderErrorKind.NETWORK))
    name = await begun(store, Say("?"), what=team(node("solo")), answers=lambda *_: down)
    async with reopened(store, name, lambda *_: "up") as stage:
        assert stage.state.root.standing == "failed"
        assert [each.data["code"] for each in stage.state.inbox] == ["error"]
        await stage.do(Go())
        assert stage.pending == [("solo", "", "up")]
    name = await begun(store, Autopilot(steps=1), Say("?"))
    async with reopened(store, name) as stage:
        assert stage.state.question is not None
        assert "taken its 1 steps" in stage.state.question.text
        assert stage.state.autopilot is None
        count = len(stage.state.states)
        await stage.do(Go())
        assert stage.state.question is None
        assert len(stage.state.states) >= count


@asynccontextmanager
async def runtime_in(folder: Path) -> AsyncIterator[Runtime]:
    options = Options(sessions=folder / "sessions", data_dir=folder / "data")
    async with Runtime(options, {"HOME": str(folder), "PATH": ""}) as runtime:
        yield runtime


async def test_the_session_of_another_engine_is_refused(tmp_path: Path) -> None:
    async with runtime_in(tmp_path) as runtime:
        session = await runtime.store.create("meetup", DUO.to_json())
        with pytest.raises(StoreError, match=r"is no run of a team \(it is: meetup\)"):
            runtime.team_runs.engine(session)
        with pytest.raises(StoreError, match="is no run of a team"):
            stored_state(session.tree)
        await session.close()


@pytest.mark.parametrize("missing", ["team", "root"])
async def test_a_session_that_does_not_say_who_its_team_is_is_refused(
    tmp_path: Path, missing: str
) -> None:
    data = {key: value for key, value in DUO.to_json().items() if key != missing}
    async with runtime_in(tmp_path) as runtime:
        session = await runtime.store.create(ENGINE, data)
        with pytest.raises(StoreError, match="does not say how its team was set up"):
            runtime.team_runs.engine(session)
        await session.close()


@pytest.mark.parametrize("last", range(1, 14))
async def test_a_record_that_cannot_be_stored_ends_the_run_and_is_not_announced(last: int) -> None:
    session = await MemorySession.create(CountingSource(), ENGINE, DUO.to_json())
    append, count = session.append, 0

    async def failing(*records: Record) -> tuple[Record, ...]:
        nonlocal count
        count += 1
        if count > last:
            raise StoreError("The disk is full.")
        return await append(*records)

    session.append = failing  # type: ignore[method-assign] # the disk fills up while it runs
    stage = Stage(engine_on(session, provider_of(answering)), provider_of(answering))
    subscription = stage.engine.subscribe()
    run = asyncio.create_task(stage.engine.run())
    with suppress(StoreError, CommandError):
        await stage.engine.send(Autopilot())
        await stage.engine.send(Say("?"))
    with pytest.raises(StoreError, match="The disk is full"):
        await asyncio.wait_for(run, 10)
    announced: list[Record] = []

    async def listen() -> None:
        async for event in subscription:
            announced.append(getattr(event, "record", session.tree.root))

    with pytest.raises(StoreError, match="The disk is full"):
        await listen()
    assert all(each.id in session.tree for each in announced)
    assert (stage.engine.ended, stage.engine.thinking) == (True, False)
    assert TeamState.fold(session.tree.path).outline() == stage.state.outline()
    with pytest.raises(CommandError, match="closed"):
        await stage.engine.send(Say("More?"))
    await asyncio.wait_for(stage.engine.idle(), 1)
