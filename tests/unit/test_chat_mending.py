"""Where the path of a chat ends after its process died while replies were written."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from chat_kit import Table, failing, never, one_after_the_other, reopened, slow, table
from core.chat.commands import (
    Compare,
    Continue,
    Fork,
    Regenerate,
    Rename,
    Send,
    SetModel,
    Stop,
    Swipe,
)
from core.chat.records import Said
from core.events import HeadMoved, Started
from core.ids import CountingSource, SystemSource
from core.providers.script import Reply
from core.providers.scripted import Scripted
from core.sessions.memory import MemorySession
from core.sessions.record import Kind, Record


async def died(chat: Table, *after: Record) -> Table:
    """Return the chat as it is opened again after its process was killed just now.

    `after` was stored between the first time that it was opened and this one.
    """
    old = chat.session
    assert isinstance(old, MemorySession)
    session = MemorySession(old.id, CountingSource())
    session.source._ids = 10**6  # type: ignore[attr-defined]
    await session.append(*old.tree)
    lost = [
        replace(draft, text=text, status="interrupted") for draft, text in old.partials.values()
    ]
    await session.append(*lost, *after)
    again = Table(session, Scripted.of([]), chat.persona)
    # What the dead process goes on to do must not reach the session.
    await chat.cancel()
    again.provider.requests = chat.provider.requests
    again.start()
    await again.until(lambda: bool(again.events))
    await again.do(Stop())
    return again


async def talking(*replies: str | Reply, **changes: Any) -> Table:
    """Return a chat with two answered messages, and what is said next."""
    chat = await table(one_after_the_other("r1", "r2", *replies), **changes)
    await chat.do(Send("1?"), Send("2?"))
    return chat


def lost(chat: Table) -> list[Record]:
    return [each for each in chat.tree if each.status == "interrupted"]


async def test_a_reply_goes_on_the_path() -> None:
    chat = await talking(slow("one two three"))
    await chat.send(Send("3?"))
    await chat.heard("one")
    again = await died(chat)
    assert again.said == ["1?", "r1", "2?", "r2", "3?", "one "]
    assert again.last.status == "interrupted"
    assert not again.of(HeadMoved)


async def test_a_message_that_had_no_word_of_an_answer_waits() -> None:
    chat = await talking(never())
    await chat.send(Send("3?"))
    await chat.until(lambda: len(chat.provider.requests) == 3)
    again = await died(chat)
    assert (again.said[-1], again.state.waiting) == ("3?", True)
    assert not again.of(HeadMoved)


@pytest.mark.parametrize("place", [1, 2, 3])
async def test_another_take_goes_where_it_belongs(place: int) -> None:
    chat = await talking(slow("one two three"))
    said = chat.said
    await chat.send(Regenerate(chat.at(place)))
    await chat.heard("one")
    again = await died(chat)
    assert again.said == [*said[: place + (place == 2)], "one "]
    assert again.options() == ["r1" if place == 1 else "r2", "one "]
    await again.do(Swipe(-1))
    assert again.said == said


@pytest.mark.parametrize("place", [1, 2, 3])
async def test_another_take_without_a_word_leaves_the_path_as_it_was(place: int) -> None:
    chat = await talking(never())
    path = [each.id for each in chat.tree.path]
    await chat.send(Regenerate(chat.at(place)))
    await chat.until(lambda: len(chat.provider.requests) == 3)
    again = await died(chat)
    assert [each.id for each in again.tree.path] == path
    assert len(again.of(HeadMoved)) == 1
    # Once it is mended it stays so.
    await again.cancel()
    assert not (await reopened(again)).of(HeadMoved)


async def test_a_reply_that_went_on_keeps_what_was_added() -> None:
    chat = await talking(slow("and two three"))
    await chat.send(Continue())
    await chat.heard("r2 and")
    again = await died(chat)
    assert again.said == ["1?", "r1", "2?", "r2 and "]
    assert again.options() == ["r2", "r2 and "]


async def test_a_reply_that_did_not_get_to_go_on_is_as_it_was() -> None:
    chat = await talking(never())
    path = [each.id for each in chat.tree.path]
    await chat.send(Continue())
    await chat.heard("r2")
    again = await died(chat)
    assert [each.text for each in lost(again)] == ["r2"]
    assert [each.id for each in again.tree.path] == path
    assert again.options() == ["r2"]


@pytest.mark.parametrize("text", ["3?", ""])
async def test_what_was_compared_stands_beside_the_path(text: str) -> None:
    words = {"x": "r3", "y": slow("one two"), "z": slow("three four")}
    chat = await talking()
    chat.provider._answering = lambda r: words[r.model]
    models = ("scripted:x", "scripted:y", "scripted:z")
    await chat.send(Compare(models, text))
    await chat.heard("three")
    await chat.heard("one")
    await chat.until(lambda: len(chat.being_said()) == 2)
    again = await died(chat)
    assert (again.said[-1], again.state.waiting) == (text or "2?", True)
    await again.do(Swipe())
    assert set(again.options()) >= {"r3", "one ", "three "}


async def test_what_was_compared_without_a_word_leaves_the_path_as_it_was() -> None:
    chat = await talking(never(), never())
    said = chat.said
    await chat.send(Compare(("scripted:x", "scripted:y")))
    await chat.until(lambda: len(chat.provider.requests) == 4)
    assert (await died(chat)).said == said


async def test_a_reply_goes_on_the_path_although_the_model_was_changed_meanwhile() -> None:
    chat = await talking(slow("one two three"))
    await chat.send(Send("3?"))
    await chat.heard("one")
    await chat.send(SetModel("scripted:y"), Rename("Tea"))
    again = await died(chat)
    assert again.said[-2:] == ["3?", "one "]
    assert again.state.seat.model == "scripted:y"


async def test_what_broke_off_before_is_not_gone_back_to() -> None:
    chat = await talking(slow("one two three"))
    await chat.send(Send("3?"))
    await chat.heard("one")
    again = await died(chat)
    await again.do(Fork(again.at(1)))
    await again.cancel()
    third = await reopened(again)
    assert third.said == ["1?", "r1"]


@pytest.mark.parametrize("reply", ["", failing(), failing("one ")])
async def test_a_move_that_was_settled_is_left_alone(reply: str | Reply) -> None:
    chat = await talking(reply)
    await chat.do(Regenerate(chat.at(1)))
    said = chat.said
    again = await died(chat)
    assert (again.said, again.of(HeadMoved)) == (said, [])


async def test_what_was_set_on_the_closed_session_does_not_hide_what_broke_off() -> None:
    chat = await talking(slow("one two"), slow("three four"))
    await chat.send(Compare(("scripted:x", "scripted:y")))
    await chat.heard("three")
    title = replace(chat.tree.root, id="title", kind=Kind.META, data={"title": "Tea"})
    again = await died(chat, title)
    assert again.said == ["1?", "r1", "2?"]
    assert again.tree.meta["title"] == "Tea"


class Leisurely(MemorySession):
    """A session whose disk takes its time."""

    async def append(self, *records: Record) -> tuple[Record, ...]:
        for _ in range(9):
            await asyncio.sleep(0)
        return await super().append(*records)


async def test_commands_wait_until_it_is_mended() -> None:
    chat = await talking(never())
    await chat.send(Regenerate(chat.at(1)))
    await chat.until(lambda: len(chat.provider.requests) == 3)
    session = Leisurely("again", SystemSource())
    await session.append(*chat.tree)
    await chat.cancel()
    again = Table(session, Scripted.of(["r3", "r3", "r3"]), chat.persona)
    again.provider.requests = [*chat.provider.requests]
    again.start()
    await again.until(lambda: bool(again.events))
    await again.do(Send("3?"))
    assert again.said == ["1?", "r1", "2?", "r2", "3?", "r3"]
    assert [type(each) for each in again.events[:3]] == [Started, HeadMoved, Said]
    assert again.state.messages[4].data["turn"] == 5
