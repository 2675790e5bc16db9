"""Erasing for good: no byte of a text is left in the folder, and the tree keeps its shape."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import SessionBusy, SessionNotFound, StoreError
from core.ids import SystemSource
from core.messages import Params
from core.providers.base import ModelRequest
from core.sessions.drafts import Drafts, PromptHistory, Unsent
from core.sessions.prompts import Part, PromptMessage
from core.sessions.quoting import Quotes
from core.sessions.record import Author, Kind, Record
from core.sessions.requests import RequestLog, blob_record, rebuild
from core.sessions.store import SessionStore
from core.sessions.stored import StoredSession
from core.sessions.transcripts import FORMATS, render
from core.sessions.writer import FLUSH_EVERY
from store_samples import ADA, chat, message, overlay, say, store_in, stored, texts

SECRET = "my safe is 4711, the key lies under the mat"
OTHER = "The weather was fine all day and nobody minded."


def grep(folder: Path, text: str) -> list[str]:
    """Return the files that hold a text, as it is or as JSON writes it."""
    needles = {text.encode(), json.dumps(text).encode()[1:-1]}
    return sorted(
        str(each.relative_to(folder))
        for each in folder.rglob("*")
        if each.is_file() and any(needle in each.read_bytes() for needle in needles)
    )


def shape(records: list[Record]) -> list[object]:
    return [
        (each.id, each.seq, each.parent, each.kind, each.at, each.node, each.audience, each.status)
        for each in records
    ]


async def asked(
    session: StoredSession, prompt: PromptMessage, reply: str, stop: str = "END"
) -> Record:
    """Append a request of that prompt and its answer."""
    log = RequestLog(session.tree, session.source)
    request = ModelRequest("local:m", (prompt.plain,), Params(stop=(stop,)))
    digest, blobs = log.records_for("persona", request, (prompt,))
    answer = replace(
        message(session.tree.head, reply, node="persona"),
        model="local:m",
        params={"temperature": 0.5, "stop": [stop]},
        request=digest,
        data={"turn": 2, "raw": reply + " /end", "seconds": 1.5},
    )
    await session.append(*blobs, answer)
    return answer


async def full_session(store: SessionStore) -> StoredSession:
    """A chat that holds the secret in every place there is."""
    seats = {"persona": {"name": SECRET, "model": "local:m", "params": {"stop": [SECRET]}}}
    root = {"title": SECRET, "seats": seats, "persona_note": SECRET, "turns": 7}
    session = await store.create("chat", root, author=Author("human", SECRET))
    await session.append(blob_record(session.source, session.id, f"# {SECRET}\n"))
    (said,) = await say(session, SECRET)
    await session.append(replace(said, id=SystemSource().new_id(), extra={"later": SECRET}))
    long = "Instructions. " * 20 + SECRET
    await asked(
        session, PromptMessage("system", (Part(long), Part(f"Heed: {SECRET}"))), SECRET, SECRET
    )
    head = session.tree.head
    notice = replace(message(head, SECRET), kind=Kind.NOTICE, node="", data={"code": "x"})
    await session.append(
        overlay(Kind.EDIT, said.id, SECRET),
        replace(message(head, ""), kind=Kind.META, data={"title": SECRET, "pinned": True}),
        notice,
        replace(message(notice.id, SECRET), kind="unheard of", data={"a": [{"b": SECRET}]}),
    )
    return session


async def test_no_text_of_an_erased_session_is_left_anywhere(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await full_session(store)
    await session.close()
    path = session.path
    before = list((await store.read(session.id)).tree)
    content = path.read_bytes()
    for _ in range(2):
        await store.trash(session.id)
        path.write_bytes(content)
    (tmp_path / f"{session.id}.damaged-20310101T000000Z").write_bytes(content[:99] + content)
    await store.list()
    await store.trashed()
    (tmp_path / "..index.json.left").write_bytes((tmp_path / ".index.json").read_bytes())
    assert len(grep(tmp_path, SECRET)) == 7, "twice in the trash, three indexes, a damaged copy"

    erased = await store.erase(session.id[:20])
    assert grep(tmp_path, SECRET) == []
    assert (erased.session, len(erased.files)) == (session.id, 3)
    assert [each.name for each in erased.removed] == [f"{session.id}.damaged-20310101T000000Z"]
    assert path.stat().st_mode & 0o777 == 0o600

    view = await store.read(session.id)
    assert shape(list(view.tree)) == shape(before)
    assert view.notices == ()
    assert all(each.data["erased"] is True and not each.text for each in view.tree)
    root = view.tree.root.data
    assert (root["engine"], root["turns"]) == ("chat", 7)
    assert root["seats"] == {"persona": {"name": "", "model": "local:m", "params": {}}}
    reply = next(each for each in view.tree if each.model)
    assert (reply.model, reply.params) == ("local:m", {"temperature": 0.5})
    assert reply.data == {"turn": 2, "raw": "", "seconds": 1.5, "erased": True}
    with pytest.raises(StoreError, match="does not hold"):
        rebuild(view.tree, reply.request or "")

    (row,) = await store.list()
    assert (row.title, row.last, row.names, row.pinned, row.erased) == ("", "", (), True, True)
    assert [hit async for hit in store.search("mat")] == []
    for name in FORMATS:
        assert SECRET not in render(view.tree, name)
    assert "(erased)" in render(view.tree, "md")


async def test_a_session_in_the_trash_can_be_erased_there(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, SECRET)
    await store.trash(path.stem)
    await store.trashed()
    erased = await store.erase(path.stem)
    assert [each.parent.name for each in erased.files] == [".trash"]
    assert grep(tmp_path, SECRET) == []
    assert [each.erased for each in await store.trashed()] == [True]
    with pytest.raises(SessionNotFound):
        await store.erase("01ZZZZ")


async def test_a_session_in_use_is_not_erased(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, SECRET)
    with pytest.raises(SessionBusy):
        await store.erase(session.id)
    assert texts(list(session.tree)) == [SECRET]
    await session.close()
    await store.erase(session.id)
    again = await store.open(session.id)
    assert texts(list(again.tree)) == [""]
    await say(again, "It goes on.")
    await again.close()
    assert (await store.list())[0].last == "It goes on."


async def test_erasing_what_cannot_be_written_leaves_it_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    path = await stored(store, SECRET)
    content = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        await store.erase(path.stem)
    monkeypatch.undo()
    assert path.read_bytes() == content
    assert {each.name for each in tmp_path.iterdir()} == {path.name, ".index.json"}


async def test_one_message_goes_from_all_that_keeps_it(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "Good evening.", OTHER)
    seated = blob_record(session.source, session.id, f"# Ada\n{OTHER}")
    secret = replace(message(session.tree.head, SECRET, node="human"), data={"turn": 2})
    await session.append(seated, secret)
    prompt = PromptMessage(
        "user", (Part(SECRET, secret.id), Part(f"(It was said: {SECRET})"), Part("x" * 200))
    )
    reply = await asked(session, prompt, "I shall not tell.")
    long = await asked(session, PromptMessage("user", (Part("y" * 100 + SECRET),)), "Nor now.")
    head = session.tree.head
    await session.append(
        overlay(Kind.EDIT, secret.id, f"EDITED {SECRET}, or behind the clock"),
        replace(message(head, ""), kind=Kind.META, data={"title": "my safe is 4711…"}),
        replace(
            message(head, f"“{SECRET[:30]}…” was cut."),
            kind=Kind.NOTICE,
            data={"code": "context", "summary": "They spoke of a safe.", "floor": reply.id},
        ),
    )
    await session.close()
    before = list((await store.read(session.id)).tree)
    (tmp_path / f"{session.id}.damaged-1").write_bytes(session.path.read_bytes()[:2000])
    await store.list()

    erased = await store.erase(session.id, [secret.id[-8:].lower()])
    for gone in (SECRET, SECRET[:30], "behind the clock", "my safe is 4711", "They spoke of"):
        assert grep(tmp_path, gone) == [], gone
    assert [each.name for each in erased.removed] == [f"{session.id}.damaged-1"]
    tree = (await store.read(session.id)).tree
    assert shape(list(tree)) == shape(before)
    kept = [each.text for each in tree if each.kind == Kind.MESSAGE]
    assert kept == ["Good evening.", OTHER, "", "I shall not tell.", "Nor now."]
    gone = tree.shown(tree.get(secret.id))
    assert gone is not None
    assert (gone.text, gone.author, gone.data["turn"]) == ("", ADA, 2)
    assert tree.blob(seated.data["hash"]) is not None, "what quotes nothing stays"
    assert any(each.text == "x" * 200 for each in tree if each.kind == Kind.BLOB)
    for request in (reply.request, long.request):
        with pytest.raises(StoreError):
            rebuild(tree, request or "")
    (row,) = await store.list()
    assert row.title == "Ada Lovelace"
    assert not row.erased
    assert "|  | <em>(erased)</em> |" in render(tree, "md")


async def test_a_greeting_that_stands_in_the_persona_goes_from_the_chat_alone(
    tmp_path: Path,
) -> None:
    store = store_in(tmp_path)
    source = SystemSource()
    persona = blob_record(source, None, f"# Ada\n\n## Greeting\n{OTHER}")
    seats = {"persona": {"name": "Ada", "model": "", "persona": persona.data["hash"]}}
    session = await store.create("chat", {"seats": seats})
    await session.append(persona)
    (greeting,) = await say(session, OTHER)
    await session.close()
    await store.erase(session.id, [greeting.id])
    tree = (await store.read(session.id)).tree
    assert tree.get(greeting.id).text == ""
    blob = tree.blob(persona.data["hash"])
    assert blob is not None
    assert OTHER in blob.text


async def test_a_short_text_takes_little_with_it(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "yes", "Say yes or no.", "no")
    said = session.tree.path[1]
    blob = blob_record(session.source, session.id, "Answer yes where yes is meant.")
    await session.append(blob)
    await session.close()
    await store.erase(session.id, [said.id])
    tree = (await store.read(session.id)).tree
    assert texts(list(tree)) == ["", "Say yes or no.", "no"]
    assert tree.get(blob.id) == replace(blob, seq=4)


async def test_a_reply_goes_with_the_one_that_it_goes_on_with(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("chat", {})
    (said,) = await say(session, "Short beginning")
    on = replace(
        message(session.id, "Short beginning, and an end"), data={"continues": said.id, "turn": 1}
    )
    await session.append(on, overlay(Kind.HEAD, on.id))
    await session.close()
    await store.erase(session.id, [said.id])
    assert grep(tmp_path, "and an end") == []
    assert grep(tmp_path, "Short beginning") == []


async def test_records_must_be_known_and_told_apart(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one", "two")
    content = path.read_bytes()
    for name, complaint in (("0123", "no record"), ("", "no record"), ("01", "3 records begin")):
        with pytest.raises(StoreError, match=complaint):
            await store.erase(path.stem, [name])
    assert path.read_bytes() == content


async def test_an_older_copy_in_the_trash_may_lack_the_record(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    content = path.read_bytes()
    await store.trash(path.stem)
    path.write_bytes(content)
    session = await store.open(path.stem)
    (said,) = await say(session, SECRET)
    await session.close()
    erased = await store.erase(path.stem, [said.id])
    assert erased.files == (path,)
    assert grep(tmp_path, SECRET) == []
    assert texts((await store.read(path.stem)).tree.path) == ["one", ""]


async def test_what_was_being_said_when_the_power_went_is_erased_too(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    draft = message(None, "")
    lines = [{"draft": draft.to_json()}, {"id": draft.id, "text": SECRET}]
    path.with_suffix(".partial").write_text("".join(json.dumps(each) + "\n" for each in lines))
    with path.open("ab") as file:
        file.write(json.dumps({"torn": SECRET}).encode()[:-1])
    await store.erase(path.stem)
    assert grep(tmp_path, SECRET) == []
    assert [each.name for each in tmp_path.glob(f"{path.stem}*")] == [path.name]
    tree = (await store.read(path.stem)).tree
    assert tree.get(draft.id).status == "interrupted"
    assert FLUSH_EVERY < 1


async def test_what_was_typed_for_it_is_forgotten(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = SessionStore(tmp_path / "sessions", SystemSource(), typed=data)
    session = await chat(store, "Good evening.", SECRET, "Hm.", f"{OTHER}\n\na file")
    await session.close()
    drafts, history = Drafts(data / "drafts"), PromptHistory(data / "history.jsonl")
    drafts.save(session.id, Unsent("half a thought"))
    typed = ["Hm. And more", SECRET, f"/edit {SECRET}", OTHER, "unheard of", "Hm."]
    for text in typed:
        history.add(text)
    await store.erase(session.id, [session.tree.path[2].id])
    assert history.load() == ["Hm. And more", OTHER, "unheard of", "Hm."]
    assert drafts.load(session.id)
    await store.erase(session.id)
    assert history.load() == ["Hm. And more", "unheard of"]
    assert not drafts.load(session.id)
    assert grep(tmp_path, SECRET) == []


def test_quotes_are_whole_texts_or_long_pieces() -> None:
    quotes = Quotes([SECRET, "short one", "ok"])
    for text in (SECRET, f"x{SECRET}y", "is 4711,\nthe key  lies under", "a short one b", "ok"):
        assert quotes.within(text), text
    for text in ("", "my safe", "looking", "the key", "short"):
        assert not quotes.within(text), text
    assert quotes.within("my safe …", title=True)
    assert not quotes.within("mat", title=True)
    assert not quotes.within("Ada", title=True)
