"""The index of sessions: what it shows, how it follows its files, what it says of itself."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import SessionBusy
from core.sessions import row as row_module
from core.sessions.index import Rebuild, list_sessions
from core.sessions.record import Kind
from core.sessions.store import SessionStore
from core.sessions.summary import SORTS, SessionSummary, arranged
from store_samples import chat, message, overlay, say, store_in, stored


def anew(folder: Path) -> list[SessionSummary]:
    """List a folder without its index."""
    (folder / ".index.json").unlink(missing_ok=True)
    return list_sessions(folder)


async def only(store: SessionStore) -> SessionSummary:
    (row,) = await store.list()
    return row


async def test_a_given_title_and_a_pin_show_and_the_last_ones_win(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    assert (await only(store)).title == "A test"
    assert await store.rename(path.stem[:20], "  Better\n title ") == path.stem
    assert await store.pin("last") == path.stem
    row = await only(store)
    assert (row.title, row.pinned, row.last) == ("Better title", True, "one")
    await store.pin(path.stem, False)
    await store.rename(path.stem, "Best")
    row = await only(store)
    assert (row.title, row.pinned) == ("Best", False)
    await store.rename(path.stem, " ")
    assert (await only(store)).title == "A test", "its first one is back"
    view = await store.read(path.stem)
    assert view.tree.meta == {"title": " ", "pinned": False}


async def test_whoever_writes_to_a_session_names_it(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "one")
    for refused in (store.rename(session.id, "T"), store.pin(session.id)):
        with pytest.raises(SessionBusy):
            await refused
    await session.append(replace(message(session.tree.head, ""), kind=Kind.META, data={"title": 7}))
    await session.append(
        replace(message(session.tree.head, ""), kind=Kind.META, data={"title": "By the engine"})
    )
    assert (await only(store)).title == "By the engine"
    await session.close()


async def test_names_and_pins_do_not_make_a_session_newer(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first, second = await stored(store, "a"), await stored(store, "b")
    before = {each.id: each.updated for each in await store.list()}
    await store.rename(first.stem, "T")
    await store.pin(first.stem)
    assert [each.id for each in await store.list()] == [second.stem, first.stem]
    assert {each.id: each.updated for each in await store.list()} == before


async def test_only_what_was_appended_is_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    path = await stored(store, *("x" * 1000 for _ in range(300)))
    await store.rename(path.stem, "Early")
    later = await store.open(path.stem)
    await say(later, *("y" * 1000 for _ in range(300)))
    await later.close()
    assert (await only(store)).title == "Early"

    looked: list[int] = []
    real = row_module.read_blocks

    def watched(descriptor: int, start: int, end: int):  # type: ignore[no-untyped-def]
        looked.append(end - start)
        return real(descriptor, start, end)

    monkeypatch.setattr(row_module, "read_blocks", watched)
    size = path.stat().st_size
    await store.pin(path.stem)
    row = await only(store)
    assert looked == [path.stat().st_size - size]
    assert (row.title, row.pinned, row.messages) == ("Early", True, 600)
    assert [row] == anew(tmp_path)


async def test_a_file_that_was_replaced_is_looked_through_as_a_whole(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one", "two")
    await store.rename(path.stem, "Given")
    assert (await only(store)).messages == 2
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    row = await only(store)
    assert (row.title, row.messages, row.last) == ("A test", 1, "one"), "shorter"

    other = tmp_path / "other"
    other.write_bytes(b"".join([*lines[:2], lines[2].replace(b'"two"', b'"' + b"x" * 999 + b'"')]))
    other.replace(path)
    row = await only(store)
    assert (row.messages, row.last[:3]) == (2, "xxx"), "longer, and another file"
    assert [row] == anew(tmp_path)


async def test_a_torn_line_is_looked_at_again_when_it_is_whole(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    await store.rename(path.stem, "Given")
    content = path.read_bytes()
    path.write_bytes(content[:-5])
    assert (await only(store)).title == "A test"
    with path.open("ab") as file:
        file.write(content[-5:-1])
    assert (await only(store)).title == "Given", "only its line feed is missing"
    with path.open("ab") as file:
        file.write(content[-1:])
    assert [await only(store)] == anew(tmp_path)


async def test_the_last_words_are_those_of_the_path_as_it_reads_now(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "one", "two", "three")
    _, one, two, three = session.tree.path
    for record, last in (
        (overlay(Kind.EDIT, three.id, "drei"), "drei"),
        (overlay(Kind.DELETE, three.id, deleted=True), "two"),
        (overlay(Kind.EDIT, two.id, "zwei"), "zwei"),
        (overlay(Kind.DELETE, three.id, deleted=False), "drei"),
        (overlay(Kind.HEAD, one.id), "one"),
        (message(two.id, "beside the path"), "one"),
        (message(one.id, "on it"), "on it"),
        (overlay(Kind.HEAD, two.id), "zwei"),
    ):
        await session.append(record)
        assert (await only(store)).last == last
        assert anew(tmp_path)[0].last == last
    for _ in range(80):
        await session.append(message(session.id, "a far branch"))
    await session.append(overlay(Kind.HEAD, one.id))
    assert (await only(store)).last == "one"
    await session.close()


async def test_a_row_tells_who_takes_part_and_on_which_models(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await chat(store, "one")
    change = {"model": "ollama:llama3.2:3b", "params": {}}
    await session.append(
        replace(message(session.tree.head, ""), kind=Kind.SETTING, data=change),
        replace(message(session.tree.head, 'say "model":"eliza"'), model="local:smollm2"),
    )
    row = await only(store)
    assert row.names == ("Ada Lovelace", "Zoë")
    assert row.models == ("local:smollm2", "ollama:llama3.2:3b")
    assert (row.messages, row.records, row.erased) == (2, 4, False)
    await session.close()


async def test_a_lost_index_is_made_anew_and_says_so(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    heard: list[Rebuild] = []
    for text in "abc":
        await stored(store, text)
        await store.list(heard.append)
    assert heard == [], "it began with the folder and was followed since"
    truth = await store.list()
    index = tmp_path / ".index.json"
    for content, why in (
        (None, "was missing"),
        (b"{", "could not be read"),
        (b'{"v": 1, "rows": {}}', "was that of another version"),
    ):
        index.unlink()
        if content is not None:
            index.write_bytes(content)
        heard.clear()
        assert await store.list(heard.append) == truth
        assert [(each.done, each.total) for each in heard] == [(0, 3), (3, 3)]
        assert str(heard[-1]) == f"The index of 3 sessions {why}; it was made anew from the files."
        heard.clear()
        assert await store.list(heard.append) == truth
        assert heard == []


async def test_an_index_that_is_far_behind_says_so(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    await store.list()
    lines = path.read_bytes()
    for number in range(300):
        copy = path.with_name(f"{path.stem[:-3]}{number:03}.jsonl")
        copy.write_bytes(lines)
    heard: list[Rebuild] = []
    assert len(await store.list(heard.append)) >= 300
    assert [each.done for each in heard][:2] == [0, 250]
    assert heard[-1].done == heard[-1].total >= 299
    assert "was out of date for " in str(heard[-1])


async def test_many_may_list_at_once(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for text in "abc":
        await stored(store, text)
    (tmp_path / ".index.json").unlink()
    lists = await asyncio.gather(*(store.list() for _ in range(20)))
    assert all(each == lists[0] for each in lists)
    assert not list(tmp_path.glob(".*.json.*")), "no temporary file is left"


async def test_a_list_is_sorted_and_filtered_with_pinned_ones_first(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    meetup = await stored(store, "the last words are here", "Ending")
    talk = await chat(store, "one", "two", "three")
    await talk.close()
    other = await stored(store, "x" * 5000)
    await store.rename(other.stem, "aa Straße")
    rows = await store.list()

    def ids(**how: str) -> list[str]:
        return [each.id for each in arranged(rows, **how)]  # type: ignore[arg-type]

    assert ids() == [other.stem, talk.id, meetup.stem]
    assert ids(sort="created") == [other.stem, talk.id, meetup.stem]
    assert ids(sort="title") == [meetup.stem, other.stem, talk.id]
    assert ids(sort="messages") == [talk.id, meetup.stem, other.stem]
    assert ids(sort="size")[0] == other.stem
    assert ids(sort="engine") == [talk.id, other.stem, meetup.stem]
    assert ids(engine="chat") == [talk.id]
    assert ids(words="zoe smollm") == [talk.id]
    assert ids(words="ENDING") == [meetup.stem]
    assert ids(words=talk.id[-6:].lower()) == [talk.id]
    assert ids(words="nothing like it") == []
    assert SORTS.keys() == {"updated", "created", "title", "engine", "messages", "size"}

    await store.pin(meetup.stem)
    rows = await store.list()
    assert ids()[0] == meetup.stem
    assert ids(sort="size")[0] == meetup.stem


async def test_what_the_index_holds_is_its_owners_alone(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await stored(store, "one")
    await store.list()
    index = tmp_path / ".index.json"
    assert index.stat().st_mode & 0o777 == 0o600
    assert json.loads(index.read_bytes())["v"] == 3
    os.utime(index, (0, 0))
    await store.list()
    assert index.stat().st_mtime == 0, "it is written only where it changed"
