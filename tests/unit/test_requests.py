"""Exact requests, kept as what they were made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import StoreError
from core.ids import CountingSource
from core.messages import Params
from core.providers.base import ModelRequest
from core.sessions.memory import MemorySession
from core.sessions.prompts import Part, PromptMessage
from core.sessions.record import Author, Kind, Record
from core.sessions.requests import RequestLog, blob_record, rebuild, spoken_text, text_hash

SYSTEM = PromptMessage("system", (Part("You are Ann. " * 30),))


async def new_session() -> MemorySession:
    return await MemorySession.create(CountingSource(), "meetup", {})


def request_of(prompt: list[PromptMessage], **changes: object) -> ModelRequest:
    return ModelRequest("m", tuple(each.plain for each in prompt), **changes)  # type: ignore[arg-type]


async def say(session: MemorySession, text: str, **data: str) -> Record:
    source = session.source
    draft = Record(
        source.new_id(),
        Kind.MESSAGE,
        session.tree.head,
        Author("persona", "Ann"),
        source.now(),
        text=text,
        data=data,
    )
    (stored,) = await session.append(draft)
    return stored


async def keep(log: RequestLog, session: MemorySession, prompt: list[PromptMessage]) -> str:
    digest, blobs = log.records_for("a", request_of(prompt), prompt)
    await session.append(*blobs)
    assert rebuild(session.tree, digest) == request_of(prompt)
    return digest


async def test_a_request_is_put_together_again() -> None:
    session = await new_session()
    log = RequestLog(session.tree, session.source)
    record = await say(session, "Hello", raw=" Hello /bye")
    prompt = [
        SYSTEM,
        PromptMessage("user", (Part("short"), Part("\n\n"), Part("long " * 100))),
        PromptMessage("assistant", (Part(" Hello /bye", record.id, raw=True),)),
        PromptMessage("user", (Part("Hello", record.id),)),
    ]
    request = request_of(prompt, params=Params(stop=("END",), top_k=2), schema={"type": "object"})
    digest, blobs = log.records_for("a", request, prompt)
    await session.append(*blobs)
    assert digest == request.hash()
    assert rebuild(session.tree, digest) == request


async def test_nothing_is_stored_twice() -> None:
    session = await new_session()
    log = RequestLog(session.tree, session.source)
    prompt = [SYSTEM, PromptMessage("user", (Part("Hi"),))]
    digest = await keep(log, session, prompt)
    assert log.records_for("a", request_of(prompt), prompt) == (digest, [])
    # Another side with the same long text needs only a manifest.
    other = [SYSTEM, PromptMessage("user", (Part("Ho"),))]
    assert len(log.records_for("b", request_of(other), other)[1]) == 1


async def test_a_growing_conversation_costs_what_is_new() -> None:
    session = await new_session()
    log = RequestLog(session.tree, session.source)
    prompt = [SYSTEM]
    sizes = []
    for number in range(200):
        record = await say(session, f"{number} " + "word " * 50)
        prompt = [*prompt, PromptMessage("user", (Part(record.text, record.id),))]
        before = len(session.tree)
        await keep(log, session, prompt)
        sizes.append(sum(len(each.text) for each in list(session.tree)[before:]))
    assert sorted(sizes)[len(sizes) // 2] < 400


async def test_what_was_cut_or_changed_is_rebuilt_as_well() -> None:
    session = await new_session()
    log = RequestLog(session.tree, session.source)
    messages = []
    for number in range(20):
        record = await say(session, f"word {number}")
        messages.append(PromptMessage("user", (Part(record.text, record.id),)))
    digests = [
        await keep(log, session, [SYSTEM, *messages]),
        await keep(log, session, [SYSTEM, messages[0], *messages[9:]]),
        await keep(log, session, [messages[3]]),
        await keep(RequestLog(session.tree, session.source), session, [SYSTEM, *messages[5:]]),
    ]
    for digest in digests:
        assert rebuild(session.tree, digest).hash() == digest


async def test_a_text_that_was_changed_is_noticed() -> None:
    session = await new_session()
    log = RequestLog(session.tree, session.source)
    record = await say(session, "Hello")
    digest = await keep(log, session, [PromptMessage("user", (Part("Hello", record.id),))])
    session.tree.apply(replace(record, text="Hallo"))
    with pytest.raises(StoreError, match="has changed"):
        rebuild(session.tree, digest)


async def test_what_is_not_there_is_an_error() -> None:
    session = await new_session()
    with pytest.raises(StoreError, match="does not hold"):
        rebuild(session.tree, "0" * 64)


async def test_a_manifest_that_continues_itself_is_an_error() -> None:
    session = await new_session()
    text = '{"base":"X","keep":1,"messages":[],"model":"","params":{},"schema":null}'
    loop = blob_record(session.source, session.id, text)
    await session.append(replace(loop, data={"hash": "X", "media": "request"}))
    with pytest.raises(StoreError, match="continues itself"):
        rebuild(session.tree, "X")


async def test_half_characters_survive() -> None:
    session = await new_session()
    log = RequestLog(session.tree, session.source)
    await keep(log, session, [PromptMessage("user", (Part("\ud800 half"),))])
    assert len(text_hash("\ud800")) == 64


async def test_spoken_text_is_what_was_written() -> None:
    session = await new_session()
    assert spoken_text(await say(session, "Hi", raw="Hi /bye")) == "Hi /bye"
    assert spoken_text(await say(session, "Hi")) == "Hi"
