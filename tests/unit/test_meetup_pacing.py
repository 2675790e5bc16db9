"""How long it takes until the next turn."""

from __future__ import annotations

import time

from core.events import TurnFinished, TurnStarted
from core.meetup.commands import SetRun, Step, Stop
from core.meetup.pacing import Pacer
from meetup_kit import numbered, table


def test_without_a_limit_there_is_no_wait() -> None:
    pacer = Pacer()
    pacer.started(10)
    pacer.finished(11, "many words " * 100)
    assert pacer.wait(11, rate=0, pace=0) == 0


def test_a_rate_spaces_the_beginnings_of_turns() -> None:
    pacer = Pacer()
    assert pacer.wait(10, rate=6, pace=0) == 0
    pacer.started(10)
    assert pacer.wait(13, rate=6, pace=0) == 7
    assert pacer.wait(30, rate=6, pace=0) == 0


def test_a_pace_leaves_time_to_read() -> None:
    pacer = Pacer()
    pacer.started(10)
    pacer.finished(12, "one two three four five")
    assert pacer.wait(12, rate=0, pace=60) == 5
    assert pacer.wait(15, rate=0, pace=60) == 2
    assert pacer.wait(12, rate=6, pace=60) == 8


async def test_the_rate_is_kept() -> None:
    meetup = await table(turns=4, rate=1200)
    began = time.monotonic()
    await meetup.run()
    # Three waits of 50 ms; only their being too short can be a fault.
    assert time.monotonic() - began >= 0.15


async def test_a_change_of_pace_is_felt_at_once() -> None:
    meetup = await table(turns=3, pace=0.01, attended=True)
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(TurnFinished)))
    await meetup.quiet()
    assert meetup.state.turns == 1
    await meetup.send(SetRun(pace=0))
    assert await meetup.finish() == "turns"


async def test_a_step_does_not_wait() -> None:
    meetup = await table(numbered, turns=9, rate=0.001, attended=True)
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(TurnFinished)))
    await meetup.quiet()
    await meetup.send(Step())
    await meetup.until(lambda: meetup.state.turns == 2)
    assert len(meetup.of(TurnStarted)) == 2
    await meetup.send(Stop())
    assert await meetup.finish() == "stopped"
