"""What a chat that was left says of its human is learnt in the background."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.runtime import Runtime
from pilot.chat_kit import chatting, say
from pilot.profile_kit import BERGEN, SAID, Answer, answering
from pilot.salon import runtime_for, until


def told(pilot: Pilot[int]) -> list[str]:
    return [each.message for each in pilot.app._notifications]


async def waiting(runtime: Runtime) -> int:
    return len((await runtime.own_profile.load()).state.pending)


async def done(pilot: Pilot[int]) -> None:
    """Wait until nothing is learnt any more."""
    await pilot.pause()
    await until(
        pilot,
        lambda: all(each.is_finished for each in pilot.app.workers if each.group == "own-profile"),
    )
    await pilot.pause()


def talker(folder: Path, answer: Answer = BERGEN) -> Runtime:
    return answering(runtime_for(folder, model="scripted:talk"), answer)


@pytest.mark.parametrize("left_by", ["/clear", "/new ada"])
async def test_it_is_learnt_from_once_it_is_left(tmp_path: Path, left_by: str) -> None:
    runtime = talker(tmp_path)
    await runtime.own_profile.switch(True)
    async with chatting(runtime) as (pilot, talk):
        await say(pilot, talk, SAID)
        assert not await waiting(runtime)
        await talk.input.typed(left_by)
        await done(pilot)
        assert await waiting(runtime) == 2
        assert told(pilot) == ["Your profile: 2 edits proposed, ctrl+p Your profile shows them"]
        await say(pilot, talk, "The weather is bad.")
        await talk.input.typed("/clear")
        await done(pilot)
        assert len(told(pilot)) == 1, "nothing new: nothing said"


async def test_nothing_is_read_while_it_is_off(tmp_path: Path) -> None:
    asked: list[ModelRequest] = []

    def answer(request: ModelRequest) -> str | Reply:
        asked.append(request)
        return BERGEN(request)

    async with chatting(talker(tmp_path, answer)) as (pilot, talk):
        await say(pilot, talk, SAID)
        await talk.input.typed("/clear")
        await done(pilot)
        assert [each.schema for each in asked] == [None]
        assert not told(pilot)
        assert not (tmp_path / "data" / "profile").exists()


async def test_a_model_that_fails_is_told_of_and_the_talk_goes_on(tmp_path: Path) -> None:
    def answer(request: ModelRequest) -> str:
        return "I see." if request.schema is None else "boats, boats"

    runtime = talker(tmp_path, answer)
    await runtime.own_profile.switch(True)
    async with chatting(runtime) as (pilot, talk):
        await say(pilot, talk, SAID)
        await talk.input.typed("/clear")
        await done(pilot)
        assert len(told(pilot)) == 1
        assert told(pilot)[0].startswith("Nothing was learnt from the last chat.")
        assert not talk.status.problem
        await say(pilot, talk, "Go on.")
        await talk.input.typed("/clear")
        await done(pilot)
        assert len(told(pilot)) == 1, "the same again is not said again"
        assert len(await runtime.own_learning().unheard()) == 2


async def test_the_next_chat_does_not_wait_and_leaving_the_app_learns_nothing(
    tmp_path: Path,
) -> None:
    reading = asyncio.Event()

    def answer(request: ModelRequest) -> str | Reply:
        if request.schema is None:
            return "I see."
        reading.set()
        return Reply("{}", delay=60)

    runtime = talker(tmp_path, answer)
    await runtime.own_profile.switch(True)
    async with chatting(runtime) as (pilot, talk):
        await say(pilot, talk, SAID)
        await talk.input.typed("/clear")
        await until(pilot, reading.is_set)
        await say(pilot, talk, "Go on.")
        reading.clear()
    assert not reading.is_set()
    assert not await waiting(runtime)
