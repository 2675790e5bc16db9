"""A session open for writing: what is promised of `append`, `checkpoint` and `close`."""

from __future__ import annotations

import asyncio
import os
import resource
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx

from core.errors import SessionBusy, StoreError
from core.sessions.codec import decode_record
from core.sessions.record import CODE, Author, Kind, Record
from core.sessions.writer import FLUSH_EVERY
from store_samples import message, say, store_in, stored, texts

NOBODY = 65534


def on_disk(path: Path) -> list[str]:
    return texts([decode_record(line) for line in path.read_bytes().splitlines()])


async def test_a_new_session_has_its_root_and_private_files(tmp_path: Path) -> None:
    store = store_in(tmp_path / "deep" / "sessions")
    session = await store.create("meetup", {"title": "T"}, author=Author("human", "me"))
    root = session.tree.root
    assert (root.kind, root.id, root.author.name) == (Kind.SESSION, session.path.stem, "me")
    assert root.data == {"engine": "meetup", "title": "T"}
    assert root.seq == 0
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in store.folder.iterdir()} == {0o600}
    await session.close()
    left = {each.name for each in store.folder.iterdir()}
    assert left == {f"{session.id}.jsonl", ".index.json"}


async def test_what_was_appended_is_on_disk_numbered_and_in_the_tree(tmp_path: Path) -> None:
    session = await store_in(tmp_path).create("meetup", {})
    one, two = await say(session, "one", "two")
    assert (one.seq, two.seq) == (1, 2)
    assert on_disk(session.path) == ["one", "two"]
    assert [record.text for record in session.tree.path] == ["", "one", "two"]
    assert await session.append() == ()
    await session.close()


async def test_a_group_keeps_its_order_and_so_do_many(tmp_path: Path) -> None:
    session = await store_in(tmp_path).create("meetup", {})

    async def group(name: int) -> None:
        await session.append(*[message(session.id, f"{name}.{i}") for i in range(5)])

    await asyncio.gather(*[group(name) for name in range(40)])
    await session.close()
    found = on_disk(session.path)
    assert found == [f"{name}.{i}" for name in range(40) for i in range(5)]
    assert [record.seq for record in session.tree] == list(range(201))


async def test_the_tree_is_the_fold_of_the_file(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("meetup", {})
    first, _ = await say(session, "one", "two")
    await session.append(
        code(None, Kind.HEAD, {"target": first.id}),
        message(first.id, "two again"),
    )
    await session.close()
    again = await store.open(session.id)
    assert list(again.tree) == list(session.tree)
    assert texts(again.tree.path) == texts(session.tree.path) == ["one", "two again"]
    assert again.notices == []
    await again.close()


def code(parent: str | None, kind: str, data: dict[str, Any]) -> Record:
    return replace(message(parent, ""), kind=kind, data=data, author=CODE)


async def test_a_cancelled_append_is_stored_all_the_same(tmp_path: Path) -> None:
    session = await store_in(tmp_path).create("meetup", {})
    task = asyncio.create_task(session.append(message(session.id, "said")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await session.append(message(session.id, "after"))
    assert on_disk(session.path) == texts(list(session.tree)) == ["said", "after"]
    await session.close()


async def test_closing_stores_what_is_queued_and_may_be_repeated(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("meetup", {})
    task = asyncio.create_task(session.append(message(session.id, "last")))
    await asyncio.sleep(0)
    await asyncio.gather(session.close(), session.close())
    (record,) = await task
    assert record.text == "last"
    with pytest.raises(StoreError, match="closed"):
        await session.append(message(session.id, "too late"))
    session.checkpoint(message(session.id, ""), "too late")
    await session.close()
    assert on_disk(session.path) == ["last"]


async def test_nothing_blocks_the_event_loop(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with blockbuster_ctx():
        session = await store.create("meetup", {})
        await say(session, "one")
        session.checkpoint(message(session.id, ""), "half")
        await session.close()
        again = await store.open(session.id)
        await again.close()
        await store.read(session.id[:25])
        await store.tail(session.id, 2)
        await store.list()
        await store.trash(session.id)


# Partial answers


async def test_streamed_text_is_written_in_time_and_comes_back_interrupted(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("meetup", {})
    draft = message(session.id, "")
    for piece in ("To ", "be ", "or \ud800 not"):
        session.checkpoint(draft, piece)
    beside = session.path.with_suffix(".partial")
    await asyncio.sleep(2 * FLUSH_EVERY)
    assert b"not" in beside.read_bytes()
    session.checkpoint(draft, " to be")
    await session.close()

    view = await store.read(session.id)
    assert (view.tree.path[-1].text, view.tree.path[-1].status) == (
        "To be or \ud800 not to be",
        "interrupted",
    )
    assert view.notices == ("1 answer had been cut off: the text so far is marked interrupted.",)
    assert on_disk(session.path) == [], "reading writes nothing"

    again = await store.open(session.id)
    assert again.tree.path[-1] == view.tree.path[-1]
    assert again.tree.path[-1].id == draft.id
    assert again.notices == list(view.notices)
    assert not beside.exists()
    await again.close()
    assert (await store.read(session.id)).notices == ()


async def test_a_message_that_was_stored_leaves_no_partial(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("meetup", {})
    beside = session.path.with_suffix(".partial")
    done, open_ = message(session.id, "done"), message(session.id, "")
    session.checkpoint(done, "do")
    session.checkpoint(open_, "op")
    await asyncio.sleep(FLUSH_EVERY + 0.1)
    await session.append(done)
    session.checkpoint(open_, "en")
    await asyncio.sleep(FLUSH_EVERY + 0.1)
    assert beside.stat().st_size > 0
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    await session.append(message(session.id, "other"))
    await session.close()
    again = await store.open(session.id)
    assert [(record.text, record.status) for record in again.tree][1:] == [
        ("done", "complete"),
        ("other", "complete"),
        ("open", "interrupted"),
    ]
    assert not beside.exists()
    await again.close()


async def test_partials_left_behind_by_a_stored_message_are_recognised(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("meetup", {})
    draft = message(session.id, "whole")
    session.checkpoint(draft, "who")
    await asyncio.sleep(FLUSH_EVERY + 0.1)
    left = session.path.with_suffix(".partial").read_bytes()
    await session.append(draft)
    await session.close()
    session.path.with_suffix(".partial").write_bytes(left + b'{"id": "to')
    again = await store.open(session.id)
    assert texts(list(again.tree)) == ["whole"]
    assert again.notices == []
    await again.close()


# Two writers


async def test_a_second_writer_is_told_who_holds_it_and_may_read(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("meetup", {})
    await say(session, "one")
    with pytest.raises(SessionBusy, match="by this Salon itself") as caught:
        await store.open(session.id)
    assert "fork" in caught.value.hint
    with pytest.raises(SessionBusy):
        await store.trash(session.id)
    view = await store_in(tmp_path).read(session.id)
    assert view.busy
    assert texts(view.tree.path) == ["one"]
    await session.close()
    assert not (await store.read(session.id)).busy
    again = await store.open(session.id)
    await again.close()


async def test_looking_whether_it_is_busy_never_keeps_a_writer_out(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    path.with_suffix(".pid").write_text("1\n")
    looking = [asyncio.create_task(store.list()) for _ in range(20)]
    session = await store.open(path.stem)
    await asyncio.gather(*looking)
    await session.close()


async def test_an_open_that_is_cancelled_leaves_no_lock(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    task = asyncio.create_task(store.open(path.stem))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        while True:
            try:
                session = await store.open(path.stem)
                break
            except SessionBusy:
                await asyncio.sleep(0.02)
    await session.close()


# A disk that refuses


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_refused_append_fails_all_and_the_session_takes_no_more(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("meetup", {})
    await say(session, "kept")
    size = session.path.stat().st_size
    with file_size_limit(size + 100):
        results = await asyncio.gather(
            *[session.append(message(session.id, "x" * 300)) for _ in range(3)],
            return_exceptions=True,
        )
    assert [type(each) for each in results] == [StoreError] * 3
    assert len({id(each) for each in results}) == 3
    assert "too large" in str(results[0])
    assert "--sessions" in str(results[0])
    with pytest.raises(StoreError, match="too large"):
        await session.append(message(session.id, "small"))
    assert texts(list(session.tree)) == ["kept"]
    assert session.path.stat().st_size == size
    await session.close()
    again = await store.open(session.id)
    await say(again, "goes on")
    assert texts(list(again.tree)) == ["kept", "goes on"]
    await again.close()


async def test_streamed_text_that_finds_no_room_is_tried_again(tmp_path: Path) -> None:
    session = await store_in(tmp_path).create("meetup", {})
    draft = message(session.id, "")
    with file_size_limit(10):
        session.checkpoint(draft, "first ")
        await asyncio.sleep(FLUSH_EVERY + 0.1)
    session.checkpoint(draft, "second")
    await asyncio.sleep(2 * FLUSH_EVERY + 0.1)
    await session.close()
    again = await store_in(tmp_path).open(session.id)
    assert texts(again.tree.path) == ["first second"]
    await again.close()


async def test_values_that_are_no_json_are_an_error_with_a_hint(tmp_path: Path) -> None:
    session = await store_in(tmp_path).create("meetup", {})
    with pytest.raises(StoreError, match="not JSON serializable"):
        await session.append(code(session.id, "x", {"a": object()}))
    await session.close()


async def test_streamed_text_that_is_no_json_fails_the_next_append(tmp_path: Path) -> None:
    session = await store_in(tmp_path).create("meetup", {})
    session.checkpoint(code(session.id, "x", {"a": object()}), "text")
    await asyncio.sleep(2 * FLUSH_EVERY)
    with pytest.raises(StoreError, match="not JSON serializable"):
        await say(session, "next")
    await session.close()


async def test_a_folder_that_is_a_file_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="Cannot create a session") as caught:
        await store_in(tmp_path / "file" / "sessions").create("meetup", {})
    assert "--sessions" in caught.value.hint


@pytest.fixture
def unwritable() -> Iterator[Path]:
    """A folder that this process, root or not, may read and not write to."""
    folder = Path(tempfile.mkdtemp(prefix="unwritable-"))
    yield folder
    folder.chmod(0o700)
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's right to write anywhere, if this is root."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


async def test_a_read_only_folder_can_be_read_and_says_what_it_is(unwritable: Path) -> None:
    path = await stored(store_in(unwritable), "one")
    path.chmod(0o444)
    unwritable.chmod(0o555)
    store = store_in(unwritable)
    with as_nobody():
        assert texts((await store.read(path.stem)).tree.path) == ["one"]
        assert [each.id for each in await store.list()] == [path.stem]
        for refused in (store.open(path.stem), store.create("meetup", {}), store.trash(path.stem)):
            with pytest.raises(StoreError, match="Permission denied") as caught:
                await refused
            assert "--sessions" in caught.value.hint
    assert {each.name for each in unwritable.iterdir()} == {path.name, ".index.json"}
