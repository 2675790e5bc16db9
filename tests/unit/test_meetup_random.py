"""Whatever anybody does at whatever moment: nothing breaks and nothing is lost."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import CommandError
from core.events import Said, TurnFinished
from core.meetup.commands import (
    Command,
    Fork,
    Pause,
    Put,
    Redo,
    Regenerate,
    Resume,
    Say,
    SetRun,
    SetSeat,
    Step,
    Stop,
    Swipe,
    Undo,
    Whisper,
)
from core.meetup.spec import SIDES
from core.providers.base import ModelRequest
from core.providers.script import Fault, Reply
from core.sessions.record import Kind
from meetup_kit import Table, table

TEXTS = st.sampled_from([
    "Hello.",
    "Hm? /help",
    "/bye",
    "So long. /bye",
    "/start I am here.",
    "One\n/help\ntwo",
    "x " * 120,
    "Thank you, goodbye.",
])
SIDE = st.sampled_from(SIDES)
COMMANDS = st.one_of(
    st.builds(Pause, st.booleans()),
    st.just(Resume()),
    st.just(Step()),
    st.builds(Say, TEXTS),
    st.builds(Whisper, SIDE, TEXTS),
    st.builds(Put, SIDE, TEXTS),
    st.just(Regenerate()),
    st.builds(Undo, st.integers(1, 4)),
    st.builds(Redo, st.integers(1, 4)),
    st.builds(Swipe, st.sampled_from([-2, -1, 1, 2])),
    st.builds(SetSeat, SIDE, st.sampled_from([None, "scripted:y", "nobody:z"])),
    st.builds(SetSeat, SIDE, params=st.just({"temperature": 0.3})),
    st.builds(SetRun, st.integers(0, 30), loops=st.none() | st.booleans()),
    st.builds(Fork, st.integers(0, 6)),
)
OPERATIONS = st.lists(st.tuples(st.integers(0, 40), COMMANDS), max_size=14)
RARE_ENDS = st.sampled_from([Stop(), Say("/end"), None])


class Moody:
    """Answers, fails, says nothing, says goodbye, takes its time: as a seed has it."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)

    def __call__(self, request: ModelRequest) -> Reply:
        rng = self._rng
        if rng.random() < 0.1:
            kind = rng.choice(["network", "context_overflow", "refused"])
            return Reply(rng.choice(["", "Well, I "]), error=Fault.read({"kind": kind}))
        word = rng.choice(["", "", "", "", " /help", " /bye", "\n/start\n"])
        text = " ".join(["talk"] * rng.randrange(60)) + word
        return Reply(text, tokens_per_second=rng.choice([None, None, 20_000.0]))


async def play(meetup: Table, operations: list[tuple[int, Command]], stop: Command | None) -> None:
    before = asyncio.all_tasks()
    run = meetup.start()
    for moments, command in operations:
        for _ in range(moments):
            await asyncio.sleep(0)
        with suppress(CommandError):
            await meetup.send(command)
        meetup.check()
        if run.done():
            break
    if stop is not None and not run.done():
        with suppress(CommandError):
            await meetup.send(stop)
        await meetup.until(run.done)
    run.cancel()
    await meetup.until(run.done)
    assert run.cancelled() or run.exception() is None
    assert asyncio.all_tasks() == before
    meetup.check()
    nothing_is_lost(meetup)


def nothing_is_lost(meetup: Table) -> None:
    for event in meetup.events:
        if isinstance(event, TurnFinished | Said):
            assert meetup.session.tree.get(event.record.id).text == event.record.text
    ended = [each for each in meetup.session.tree if each.kind == Kind.ENDED]
    assert len(ended) <= 1


async def one_play(
    seed: int, operations: list[tuple[int, Command]], stop: Command | None, mode: tuple[bool, bool]
) -> None:
    meetup = await table(
        Moody(seed),
        turns=12,
        attended=mode[0],
        playing=mode[1],
        context_length=700,
        watch_loops=seed % 2 == 0,
        overflow="summarise" if seed % 3 == 0 else "drop",
        opening="Hello there." if seed % 5 == 0 else "",
    )
    if not mode[0]:
        # Nobody is there to resume it, so that a paused run does not wait for ever.
        meetup.engine.leave_alone()
    await play(meetup, operations, stop)


MODES = st.sampled_from([(True, True), (True, False), (False, True)])


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), OPERATIONS, RARE_ENDS, MODES)
def test_whatever_is_done_at_whatever_moment(
    seed: int,
    operations: list[tuple[int, Command]],
    stop: Command | None,
    mode: tuple[bool, bool],
) -> None:
    asyncio.run(one_play(seed, operations, stop, mode))


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=3000, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), OPERATIONS, RARE_ENDS, MODES)
def test_whatever_is_done_at_whatever_moment_many_times(
    seed: int,
    operations: list[tuple[int, Command]],
    stop: Command | None,
    mode: tuple[bool, bool],
) -> None:
    asyncio.run(one_play(seed, operations, stop, mode))
