"""Whatever anybody does to a team at whatever moment: the run stays whole."""

from __future__ import annotations

import asyncio
import random
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import CommandError
from core.ids import CountingSource
from core.sessions.memory import MemorySession
from core.sessions.session import Session
from core.teams.commands import Go
from core.teams.setup import ENGINE
from core.teams.state import TeamState
from core.teams.team import Team
from store_samples import store_in
from teams_chance import Moody, all_in_turn, some_command, some_team
from teams_checks import check
from teams_kit import playing

DEEDS = 14


async def play(seed: int, session: Session, what: Team, deeds: int = DEEDS) -> None:
    rng = random.Random(seed)
    async with playing(
        session, Moody(what, seed), {"all_in_turn": all_in_turn}, longest_alone=12
    ) as stage:
        await stage.engine.send(Go())
        for _ in range(deeds):
            command = some_command(rng, stage)
            with suppress(CommandError):
                await stage.engine.send(command)
            settled = rng.random() < 0.7
            if settled:
                await stage.settle()
            else:
                for _ in range(rng.randrange(20)):
                    await asyncio.sleep(0)
            check(stage.state, session.tree, settled=settled and stage.engine.going)
    assert not stage.engine.thinking


async def play_in_memory(seed: int) -> None:
    what = some_team(random.Random(seed))
    session = await MemorySession.create(CountingSource(), ENGINE, what.to_json())
    await play(seed, session, what)


@pytest.mark.parametrize("tens", range(20))
async def test_random_runs_stay_whole(tens: int):
    for seed in range(tens * 10, tens * 10 + 10):
        await play_in_memory(seed)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(40))
async def test_many_random_runs_stay_whole(part: int):
    for seed in range(1000 + part * 250, 1000 + part * 250 + 250):
        await play_in_memory(seed)


@pytest.mark.parametrize("seed", range(8))
async def test_a_run_on_disk_reloads_as_it_was(seed: int):
    what = some_team(random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        store = store_in(Path(folder))
        session = await store.create(ENGINE, what.to_json())
        for part in range(4):
            await play(100 * seed + part, session, what, deeds=5)
            before = TeamState.fold(session.tree.path).outline()
            await session.close()
            session = await store.open(session.id)
            assert TeamState.fold(session.tree.path).outline() == before
        await session.close()
