"""What happens at once: words while replies end, a stop while code runs."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from core.ids import CountingSource
from core.providers.base import ModelRequest
from core.providers.script import Reply
from core.sessions.memory import MemorySession
from core.sessions.record import Record
from core.teams.commands import Answer, Autopilot, Fork, Go, Replay, Say, Stop, TakeOver
from core.teams.flow import Answer as FlowAnswer
from core.teams.flow import Ask, Step
from core.teams.setup import ENGINE
from teams_kit import node, playing, team


class HeldFlow:
    """A flow that waits, as code that fetches something would, until it may go on."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.begun = threading.Event()
        self.calls = 0

    def __call__(self, step: Step) -> Ask | FlowAnswer:
        self.calls += 1
        self.begun.set()
        assert self.may_go_on.wait(20)
        return FlowAnswer(f"{step.inbound} {' '.join(step.words)}".strip())


def nobody(path: str, ordinal: int, request: ModelRequest) -> str:
    raise AssertionError(f"{path} has no model")


@pytest.fixture
def held() -> HeldFlow:
    return HeldFlow()


async def test_a_stop_does_not_wait_for_code_that_runs(held: HeldFlow) -> None:
    flowing = team(node("lead", flow="held", autonomy="apply"))
    async with playing(flowing, nobody, {"held": held}) as stage:
        try:
            await asyncio.wait_for(stage.engine.send(Say("Hi.")), 10)
            await asyncio.to_thread(held.begun.wait, 10)
            assert stage.engine.is_thinking("lead")
            await asyncio.wait_for(stage.engine.send(Stop()), 10)
            await stage.settle()
        finally:
            held.may_go_on.set()
        assert (stage.state.proposals, stage.finals) == ({}, [])
        await stage.do(Go())
        assert (stage.finals, held.calls) == (["Hi."], 2)


async def test_what_is_said_while_code_runs_is_heard_before_its_answer_goes_up(
    held: HeldFlow,
) -> None:
    flowing = team(node("lead", flow="held", autonomy="apply"))
    async with playing(flowing, nobody, {"held": held}) as stage:
        try:
            await stage.engine.send(Say("Hi."))
            await asyncio.to_thread(held.begun.wait, 10)
            await asyncio.wait_for(stage.engine.send(Answer("lead", "Louder!")), 10)
        finally:
            held.may_go_on.set()
        await stage.settle()
        assert stage.finals == ["Hi. Louder!"]
        assert list(stage.state.states.values()) == ["answered", "applied"]


async def test_a_node_that_code_manages_can_be_taken_over_while_it_runs(held: HeldFlow) -> None:
    flowing = team(node("lead", flow="held", autonomy="apply"))
    async with playing(flowing, nobody, {"held": held}) as stage:
        try:
            await stage.engine.send(Say("Hi."))
            await asyncio.to_thread(held.begun.wait, 10)
            await asyncio.wait_for(stage.engine.send(TakeOver("lead", "Mine.")), 10)
        finally:
            held.may_go_on.set()
        await stage.settle()
        assert stage.finals == ["Mine."]
        assert list(stage.state.states.values()) == ["taken_over"]


class SlowToStoreWords(MemorySession):
    """A session on a disk that is busy just when a human speaks."""

    async def append(self, *records: Record) -> tuple[Record, ...]:
        if any(each.text == "Louder!" for each in records):
            await asyncio.sleep(0.2)
        return await super().append(*records)


async def test_words_count_that_are_being_stored_while_a_reply_ends() -> None:
    def answer(path: str, ordinal: int, request: ModelRequest) -> Reply:
        loud = any("Louder!" in each.content for each in request.messages)
        return Reply("HI." if loud else "Hi.", delay=0 if loud else 0.05)

    data: dict[str, Any] = team(node("lead")).to_json()
    session = await SlowToStoreWords.create(CountingSource(), ENGINE, data)
    async with playing(session, answer) as stage:
        await stage.engine.send(Autopilot())
        await stage.engine.send(Say("Hi?"))
        await stage.engine.send(Answer("lead", "Louder!"))
        await stage.settle()
        assert stage.finals == ["HI."]


async def test_a_replay_at_a_reply_has_it_proposed_anew() -> None:
    def answer(path: str, ordinal: int, request: ModelRequest) -> str:
        return "HI." if any("Louder!" in each.content for each in request.messages) else "Hi."

    async with playing(team(node("lead")), answer) as stage:
        await stage.do(Autopilot(), Say("Hi?"))
        (reply,) = (each for each in stage.engine.log.session.tree.path if each.request)
        await stage.do(Replay(reply.id, "lead", "Louder!"))
        assert stage.pending == [("lead", "", "HI.")]
        assert list(stage.state.states.values()) == ["answered", "pending"]
        await stage.do(Fork(reply.id))
        assert stage.pending == [("lead", "", "Hi.")]


async def test_the_end_of_a_run_waits_for_no_code(held: HeldFlow) -> None:
    flowing = team(node("lead", flow="held", autonomy="apply"))
    try:
        async with playing(flowing, nobody, {"held": held}) as stage:
            await stage.engine.send(Say("Hi."))
            await asyncio.to_thread(held.begun.wait, 10)
        assert stage.engine.ended
        assert not stage.engine.thinking
    finally:
        held.may_go_on.set()
