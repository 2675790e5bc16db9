"""What goes wrong: models that fail, disks that are full, runs that are cancelled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator

import pytest

from core.errors import CommandError, StoreError
from core.events import Ended, Event, Failed, TextDelta, TurnFinished, TurnStarted
from core.ids import CountingSource
from core.meetup.commands import Put, Resume, Say, Stop, Undo
from core.providers.base import Chunk, ModelRequest, StreamPart
from core.providers.script import Fault, Reply
from core.providers.scripted import Scripted
from core.sessions.memory import MemorySession
from core.sessions.record import Kind, Record
from meetup_kit import Table, numbered, spec, table

FAILS_ONCE = {"text": "Well, I", "error": {"kind": "network", "message": "Cut.", "hint": "Wait."}}


def failing_once() -> dict[str, object]:
    fault = {**FAILS_ONCE, "error": {**FAILS_ONCE["error"], "times": 1}, "text": "Well, I think"}
    return {"nodes": {"a": ["Hi.", "Bye."], "b": [fault]}}


async def test_unattended_a_failed_turn_ends_it() -> None:
    meetup = await table({"nodes": {"a": ["Hi."], "b": [FAILS_ONCE]}})
    assert await meetup.run() == "error"
    assert meetup.said == ["a: Hi."]
    (failed,) = meetup.of(Failed)
    data = failed.record.data
    assert (data["kind"], data["message"], data["hint"]) == ("network", "Cut.", "Wait.")
    partial = meetup.session.tree.get(data["partial"])
    assert (partial.text, partial.status) == ("Well, I", "interrupted")
    assert not meetup.session.tree.on_path(partial.id)
    assert meetup.of(Ended)[0].reason == "error"
    meetup.check()


async def test_attended_a_failed_turn_pauses_and_resume_tries_again() -> None:
    meetup = await table(failing_once(), attended=True, turns=3)
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(Failed)))
    await meetup.quiet()
    assert not meetup.engine.playing
    await meetup.send(Resume())
    assert await meetup.finish() == "turns"
    assert meetup.said == ["a: Hi.", "b: Well, I think", "a: Bye."]
    assert meetup.heard[1] == meetup.heard[2]
    meetup.check()


async def test_resuming_on_hearing_of_the_failure_is_not_too_early() -> None:
    meetup = await table(failing_once(), attended=True, turns=3)
    with meetup.engine.subscribe() as subscription:
        meetup.start()
        async for event in subscription:
            if isinstance(event, Failed):
                await meetup.send(Resume())
    assert await meetup.finish() == "turns"


async def test_attended_and_left_alone_a_failure_ends_it() -> None:
    meetup = await table(failing_once(), attended=True)
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(Failed)))
    meetup.engine.leave_alone()
    assert await meetup.finish() == "error"


async def test_after_a_failure_other_words_can_be_put_in_its_place() -> None:
    meetup = await table(failing_once(), attended=True, turns=2)
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(Failed)))
    await meetup.send(Put("b", "Let me say it."), Resume())
    assert await meetup.finish() == "turns"
    assert meetup.said == ["a: Hi.", "b: Let me say it.", "a: Bye."]
    meetup.check()


async def test_a_server_that_refuses_the_context_is_asked_once_more_with_less() -> None:
    def reply(request: ModelRequest) -> Reply | str:
        if len(request.messages) > 6:
            return Reply(error=Fault.read({"kind": "context_overflow"}))
        return f"{numbered(request)} " + "word " * 40

    meetup = await table(reply, turns=8, context_length=1400)
    assert await meetup.run() == "turns"
    notices = [each for each in meetup.path(Kind.NOTICE) if each.data["code"] == "context"]
    assert notices
    refused = [e.record for e in meetup.of(TurnFinished) if e.record.status == "failed"]
    assert len(refused) == len(notices)
    assert not meetup.of(Failed)
    meetup.check()


async def test_a_server_that_refuses_everything_fails_the_turn() -> None:
    meetup = await table([{"error": {"kind": "context_overflow"}}] * 3)
    assert await meetup.run() == "error"
    assert len(meetup.provider.requests) == 2
    meetup.check()


class Broken(Scripted):
    """Breaks in a way that nobody foresaw."""

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        self.requests.append(request)
        yield Chunk("So far ")
        yield Chunk("so good")
        raise RuntimeError("a bug")


async def test_an_unforeseen_error_keeps_what_was_said_and_reaches_everybody() -> None:
    meetup = await table([])
    meetup.provider.__class__ = Broken
    with meetup.engine.subscribe() as subscription:
        run = meetup.start()
        with pytest.raises(RuntimeError, match="a bug"):
            async for _ in subscription:
                pass
    with pytest.raises(RuntimeError, match="a bug"):
        await run
    assert meetup.said == ["a: So far so good"]
    meetup.check()


class Full(MemorySession):
    """A session whose disk is full after some records."""

    room = 10**9

    async def append(self, *records: Record) -> tuple[Record, ...]:
        await asyncio.sleep(0)
        if len(self.tree) + len(records) > self.room:
            self.room = 0
            raise StoreError("The disk is full.", "Make room.")
        return await super().append(*records)


@pytest.mark.parametrize("room", range(1, 11))
async def test_a_record_that_cannot_be_stored_stops_it_before_any_event(room: int) -> None:
    session = await Full.create(CountingSource(), "meetup", spec(turns=4).to_json())
    session.room = room
    meetup = Table(session, Scripted.of(numbered))
    heard: list[Event] = []

    async def watch() -> None:
        with meetup.engine.subscribe() as subscription:
            async for event in subscription:
                heard.append(event)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    run = meetup.start()
    with pytest.raises(StoreError, match="full"):
        await watching
    with pytest.raises(StoreError, match="full"):
        await run
    # Every event's record was in the tree before it; see `Table`.
    assert heard == meetup.events
    assert len(session.tree) <= room
    assert not meetup.of(Ended)


@pytest.mark.parametrize("speaking", [False, True])
async def test_a_command_that_cannot_be_stored_ends_the_run(speaking: bool) -> None:
    session = await Full.create(CountingSource(), "meetup", spec().to_json())
    provider = Scripted.of(lambda r: Reply("one two", tokens_per_second=1))
    meetup = Table(session, provider, attended=True, playing=speaking)
    run = meetup.start()
    await meetup.until(lambda: meetup.engine.speaking if speaking else len(session.tree) > 1)
    session.room = 0
    with pytest.raises(StoreError, match="full"):
        await meetup.send(Say("Hello?"))
    with pytest.raises(StoreError, match="full"):
        await asyncio.wait_for(run, 5)
    with pytest.raises(CommandError):
        await meetup.send(Say("Hello?"))
    assert not meetup.engine.speaking


async def test_cancelled_in_mid_sentence_it_keeps_the_sentence() -> None:
    meetup = await table(lambda r: Reply("one two three", tokens_per_second=1))
    run = meetup.start()
    await meetup.until(lambda: any(isinstance(e, TextDelta) for e in meetup.events))
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert meetup.said == ["a: one"]
    assert meetup.state.messages[0].status == "stopped"
    assert meetup.of(Ended)[0].reason == "interrupted"
    meetup.check()


async def test_cancelled_at_any_moment_it_ends_once_and_in_order() -> None:
    script = {"nodes": {"a": ["One two.", "Three /bye"], "b": [FAILS_ONCE["text"], "Bye."]}}
    for seed in range(60):
        rng = random.Random(seed)
        meetup = await table(script, attended=rng.random() < 0.5)
        before = asyncio.all_tasks()
        run = meetup.start()
        for _ in range(rng.randrange(90)):
            await asyncio.sleep(0)
        run.cancel()
        await meetup.until(run.done)
        ended = meetup.of(Ended)
        # Cancelled before its first step, a task never runs at all.
        assert len(ended) == (1 if meetup.events else 0)
        assert not ended or meetup.events[-1] is ended[0]
        assert len(meetup.path(Kind.ENDED)) == len(ended)
        assert asyncio.all_tasks() == before
        assert len(meetup.of(TurnStarted)) == len(meetup.of(TurnFinished))
        meetup.check()


async def test_a_stopped_stream_is_let_go_of() -> None:
    closed = asyncio.Event()

    class Held(Scripted):
        async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
            self.requests.append(request)
            try:
                yield Chunk("Well")
                await asyncio.sleep(60)
            finally:
                closed.set()

    meetup = await table([])
    meetup.provider.__class__ = Held
    meetup.start()
    await meetup.until(lambda: any(isinstance(e, TextDelta) for e in meetup.events))
    await meetup.send(Stop())
    assert closed.is_set()
    assert await meetup.finish() == "stopped"


async def test_four_engines_that_stream_all_stop() -> None:
    meetups = [await table(lambda r: Reply("word " * 500, tokens_per_second=200)) for _ in range(4)]
    for meetup in meetups:
        meetup.start()
    for meetup in meetups:
        await meetup.until(lambda m=meetup: any(isinstance(e, TextDelta) for e in m.events))
    await asyncio.gather(*(meetup.send(Stop()) for meetup in meetups))
    assert not any(meetup.engine.speaking for meetup in meetups)
    for meetup in meetups:
        assert await meetup.finish() == "stopped"
        meetup.check()


async def test_a_stopped_message_shows_all_that_it_keeps() -> None:
    meetup = await table(lambda r: Reply(chunks=("Farewell", " /by"), tokens_per_second=20))
    meetup.start()
    await meetup.until(lambda: meetup.provider.requests and meetup.of(TextDelta) != [])
    await asyncio.sleep(0.08)
    await meetup.send(Stop())
    await meetup.finish()
    assert meetup.said[0].startswith("a: Farewell")
    meetup.check()


async def test_undo_after_a_failure_takes_back_what_was_said_before() -> None:
    meetup = await table(failing_once(), attended=True)
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(Failed)))
    await meetup.quiet()
    await meetup.send(Undo(1))
    assert meetup.said == []
    await meetup.send(Stop())
    await meetup.finish()
    meetup.check()


async def test_a_partial_holds_no_control_word() -> None:
    meetup = await table(lambda r: Reply(chunks=("Hi.\n/bye", "\nP.S."), tokens_per_second=20))
    session = meetup.session
    assert isinstance(session, MemorySession)
    noted: list[str] = []
    checkpoint = session.checkpoint

    def watched(draft: Record, added: str) -> None:
        noted.append(added)
        checkpoint(draft, added)

    session.checkpoint = watched  # type: ignore[method-assign]
    meetup.start()
    await meetup.until(lambda: bool(meetup.of(TurnFinished)))
    await meetup.send(Stop())
    assert "".join(noted[:2]) == "Hi.\nP.S."
