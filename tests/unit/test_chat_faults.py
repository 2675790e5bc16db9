"""What goes wrong in a chat, and commands that cross: full disks, broken models, hurry."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator

import pytest

from chat_kit import Table, counted, failing, never, one_after_the_other, slow, spec, table
from core.chat.commands import (
    Command,
    Compare,
    Continue,
    Delete,
    Edit,
    End,
    Fork,
    Jump,
    Pin,
    Regenerate,
    Rename,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.errors import CommandError, StoreError
from core.events import Ended, Event, TurnFinished, TurnStarted
from core.ids import CountingSource
from core.providers.base import Chunk, ModelRequest, StreamPart
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.sessions.memory import MemorySession
from core.sessions.record import Kind, Record

EVERY_VERB: list[Command] = [
    Send("x?"),
    Stop(),
    Continue(),
    Regenerate(),
    Edit("new"),
    Edit("new", resend=True),
    Swipe(-1),
    Delete(),
    Fork("@0"),
    Jump("@0"),
    SetModel("scripted:y"),
    Compare(("scripted:x", "scripted:y")),
    Rename("Tea"),
    Pin(),
]


class Full(MemorySession):
    """A session whose disk is full after some records, and that takes its time."""

    room = 10**9

    async def append(self, *records: Record) -> tuple[Record, ...]:
        await asyncio.sleep(0)
        if len(self.tree) + len(records) > self.room:
            self.room = 0
            raise StoreError("The disk is full.", "Make room.")
        return await super().append(*records)


async def full(replies: object = None, **changes: object) -> tuple[Full, Table]:
    session = await Full.create(CountingSource(), "chat", spec(**changes).to_json())
    return session, await table(replies, session=session)  # type: ignore[arg-type]


def placed(command: Command, chat: Table) -> Command:
    """Return a command about the first message of a chat."""
    if isinstance(command, Fork | Jump):
        return type(command)(chat.at(0))
    return command


# A disk that is full


@pytest.mark.parametrize("command", EVERY_VERB, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("room", range(4))
async def test_a_record_that_cannot_be_stored_ends_it_before_any_event(
    room: int, command: Command
) -> None:
    session, chat = await full()
    await chat.do(Send("1?"), Send("2?"), Regenerate())
    heard: list[Event] = []
    watching = asyncio.create_task(watch(chat, heard))
    await asyncio.sleep(0)
    session.room = len(session.tree) + room
    try:
        await chat.send(placed(command, chat))
        await chat.engine.idle()
        stored = session.room > 0
    except StoreError:
        stored = False
    if stored:
        session.room = 10**9
        chat.check()
        await chat.cancel()
        await asyncio.wait([watching])
        return
    with pytest.raises(StoreError, match="full"):
        await chat.finish()
    with pytest.raises(StoreError, match="full"):
        await watching
    assert not chat.engine.replying
    assert chat.events[-len(heard) :] == heard or not heard
    assert len(session.tree) <= len(chat.tree)
    assert not chat.of(Ended)
    with pytest.raises(CommandError, match="closed"):
        await chat.send(Send("3?"))


async def watch(chat: Table, heard: list[Event]) -> None:
    with chat.engine.subscribe() as subscription:
        async for event in subscription:
            heard.append(event)


async def test_a_disk_that_fills_up_while_replies_are_written_stops_all_of_them() -> None:
    session, chat = await full(lambda r: slow("one two three"))
    await chat.send(Compare(("scripted:x", "scripted:y"), "Hi?"))
    await chat.until(lambda: len(chat.being_said()) == 2 and all(chat.being_said().values()))
    session.room = 0
    with pytest.raises(StoreError, match="full"):
        await chat.send(Edit("new"))
    with pytest.raises(StoreError, match="full"):
        await chat.finish()
    assert not chat.engine.replying
    # What was streamed until then was noted for the next time it is opened.
    assert sorted(text for _, text in session.partials.values()) == ["one ", "one "]


async def test_a_disk_that_is_full_when_it_is_opened() -> None:
    session = await Full.create(CountingSource(), "chat", spec().to_json())
    session.notices.append("Something was mended.")
    session.room = 0
    chat = Table(session, Scripted.of(counted()))
    run = chat.start()
    await chat.until(run.done)
    assert isinstance(run.exception(), StoreError)
    with pytest.raises(CommandError):
        await chat.send(Send("Hi?"))


async def test_what_was_mended_is_told_when_it_is_opened() -> None:
    session = await MemorySession.create(CountingSource(), "chat", spec().to_json())
    session.notices.append("Something was mended.")
    chat = Table(session, Scripted.of(counted()))
    chat.start()
    await chat.until(lambda: len(chat.events) == 2)
    assert chat.notices() == ["repaired"]
    await chat.do(Send("Hi?"))
    assert chat.asked == [["Hi?"]]


# Models that break


class Broken(Scripted):
    """Breaks in a way that nobody foresaw."""

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        self.requests.append(request)
        yield Chunk("So far ")
        yield Chunk("so good")
        raise RuntimeError("a bug")


@pytest.mark.parametrize("command", [Send("2?"), Regenerate(), Continue()])
async def test_an_unforeseen_error_keeps_what_was_said_and_reaches_everybody(
    command: Command,
) -> None:
    chat = await table()
    await chat.do(Send("1?"))
    heard: list[Event] = []
    watching = asyncio.create_task(watch(chat, heard))
    await asyncio.sleep(0)
    chat.provider.__class__ = Broken
    await chat.send(command)
    with pytest.raises(RuntimeError, match="a bug"):
        await chat.finish()
    with pytest.raises(RuntimeError, match="a bug"):
        await watching
    assert chat.said[-1].endswith("So far so good")
    chat.check()


async def test_a_stream_that_is_stopped_is_let_go_of() -> None:
    closed = asyncio.Event()

    class Held(Scripted):
        async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
            self.requests.append(request)
            try:
                yield Chunk("Well")
                await asyncio.sleep(60)
            finally:
                closed.set()

    chat = await table()
    chat.provider.__class__ = Held
    await chat.send(Send("Hi?"))
    await chat.heard("Well")
    await chat.do(Stop())
    assert closed.is_set()


# Commands that cross


async def test_messages_sent_while_a_reply_is_written_wait_their_turn() -> None:
    chat = await table(lambda r: Reply(f"to {r.messages[-1].content}", delay=0.005))
    await asyncio.gather(*(chat.send(Send(f"{n}?")) for n in range(6)))
    await chat.engine.idle()
    chat.check()
    assert chat.said == [text for n in range(6) for text in (f"{n}?", f"to {n}?")]


async def test_a_stop_lets_the_message_that_waits_go_on() -> None:
    chat = await table(one_after_the_other(slow("one two"), "r2"))
    await chat.send(Send("1?"))
    await chat.heard("one")
    waiting = asyncio.create_task(chat.send(Send("2?")))
    await asyncio.sleep(0.01)
    assert (chat.said, waiting.done()) == (["1?"], False)
    await chat.send(Stop())
    await waiting
    await chat.do(Stop())
    assert chat.said[:3] == ["1?", "one ", "2?"]


async def test_what_waits_goes_on_waiting_if_another_reply_was_asked_for_meanwhile() -> None:
    chat = await table(one_after_the_other(slow("one two"), Reply("again", delay=0.02), "r2"))
    await chat.send(Send("1?"))
    await chat.heard("one")
    waiting = asyncio.create_task(chat.send(Send("2?")))
    await asyncio.sleep(0.005)
    await chat.send(Regenerate())
    await waiting
    await chat.engine.idle()
    chat.check()
    assert chat.said == ["1?", "again", "2?", "r2"]
    assert chat.asked[-1] == ["1?", "again", "2?"]


async def test_whoever_comes_later_does_not_overtake_what_waits() -> None:
    chat = await table(one_after_the_other(slow("one two"), "r2", "r3"))
    await chat.send(Send("1?"))
    await chat.heard("one")

    async def when_free() -> None:
        while chat.engine.replying:  # noqa: ASYNC110 - the very next moment counts
            await asyncio.sleep(0)
        await chat.engine.send(Send("3?"))

    later = asyncio.create_task(when_free())
    waiting = asyncio.create_task(chat.send(Send("2?")))
    await asyncio.sleep(0.005)
    await chat.send(Stop())
    await asyncio.gather(waiting, later)
    await chat.engine.idle()
    assert chat.said == ["1?", "one ", "2?", "r2", "3?", "r3"]


async def test_a_message_that_waits_can_be_taken_back() -> None:
    chat = await table(lambda r: slow("one two"))
    await chat.send(Send("1?"))
    await chat.heard("one")
    waiting = asyncio.create_task(chat.send(Send("2?")))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await chat.until(waiting.done)
    await chat.do(Stop())
    assert (waiting.cancelled(), chat.said) == (True, ["1?", "one "])
    chat.provider._answering = lambda r: "r"
    await chat.do(Send("3?"))
    assert chat.said == ["1?", "one ", "3?", "r"]


@pytest.mark.parametrize("how", ["end", "cancel"])
async def test_a_message_that_waits_when_the_chat_is_closed_is_refused(how: str) -> None:
    chat = await table(lambda r: Reply("one two", tokens_per_second=50))
    await chat.send(Send("1?"))
    await chat.heard("one")
    waiting = [asyncio.create_task(chat.send(Send(f"{n}?"))) for n in range(3)]
    await asyncio.sleep(0)
    if how == "end":
        await chat.send(End())
        assert await chat.finish() == "closed"
    else:
        await chat.cancel()
    await chat.until(lambda: all(each.done() for each in waiting))
    assert [type(each.exception()) for each in waiting] == [CommandError] * 3
    assert chat.said[0] == "1?"
    assert len(chat.said) == 2
    assert not chat.engine.replying
    assert len(chat.of(Ended)) == 1
    chat.check()


@pytest.mark.parametrize("command", EVERY_VERB, ids=lambda each: type(each).__name__)
async def test_a_command_whose_sender_goes_away_is_carried_out_or_not_begun(
    command: Command,
) -> None:
    for moment in range(12):
        _, chat = await full(one_after_the_other("r1", "r2", *[never()] * 9))
        await chat.do(Send("1?"), Send("2?"))
        path, size = [each.id for each in chat.tree.path], len(chat.tree)
        sender = asyncio.create_task(chat.engine.send(placed(command, chat)))
        for _ in range(moment):
            await asyncio.sleep(0)
        sender.cancel()
        await chat.until(sender.done)
        if len(chat.tree) == size:
            assert not chat.engine.replying
        if chat.engine.replying:
            await chat.until(lambda chat=chat: len(chat.of(TurnStarted)) > 2)
        await chat.do(Stop())
        if isinstance(command, Continue | Regenerate | Compare):
            assert [each.id for each in chat.tree.path] == path
        await chat.cancel()
        chat.check()


async def test_cancelled_at_any_moment_it_ends_once_and_in_order() -> None:
    for seed in range(80):
        rng = random.Random(seed)
        replies = [rng.choice(["r", "", "a b c", failing("x"), never()]) for _ in range(20)]
        _, chat = await full(one_after_the_other(*replies))
        before = asyncio.all_tasks()
        commands = rng.sample(EVERY_VERB, 5)
        await asyncio.sleep(0)
        sending = asyncio.create_task(hurry(chat, [Send("1?"), *commands]))
        for _ in range(rng.randrange(120)):
            await asyncio.sleep(0)
        sending.cancel()
        await chat.cancel()
        await chat.until(sending.done)
        assert len(chat.of(Ended)) <= 1
        assert not chat.of(Ended) or isinstance(chat.events[-1], Ended)
        assert len(chat.path(Kind.ENDED)) == len(chat.of(Ended))
        assert not chat.engine.replying
        assert len(chat.of(TurnStarted)) == len(chat.of(TurnFinished))
        assert asyncio.all_tasks() <= before
        chat.check()


async def hurry(chat: Table, commands: list[Command]) -> None:
    for command in commands:
        try:
            await chat.engine.send(placed(command, chat))
        except CommandError:
            await asyncio.sleep(0)


async def test_every_command_at_once() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        _, chat = await full(lambda r: Reply("one two three", tokens_per_second=2000))
        await chat.do(Send("1?"), Regenerate(), Send("2?"))
        commands = [placed(each, chat) for each in rng.sample(EVERY_VERB, len(EVERY_VERB))]
        done = await asyncio.gather(*(chat.send(each) for each in commands), return_exceptions=True)
        assert {type(each) for each in done} <= {type(None), CommandError}
        await chat.engine.idle()
        chat.check()
        await chat.cancel()
        chat.check()


async def test_two_engines_one_after_the_other_write_one_session() -> None:
    session = await MemorySession.create(CountingSource(), "chat", spec().to_json())
    provider = Scripted.of(counted())
    for number in range(4):
        chat = Table(session, provider)
        chat.start()
        await chat.until(lambda chat=chat: bool(chat.events))
        await chat.do(Send(f"{number}?"), Regenerate(), Swipe(-1))
        await chat.send(End())
        await chat.finish()
    assert chat.said == ["0?", "r1", "1?", "r3", "2?", "r5", "3?", "r7"]
    assert len([each for each in session.tree if each.kind == Kind.ENDED]) == 4
