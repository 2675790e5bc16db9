"""Listing, finding, importing sessions and putting them away."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import SessionNotFound, StoreError
from core.sessions.folder import find_session, is_session_id
from core.sessions.record import Kind
from core.sessions.store import SessionStore
from core.sessions.transcripts import render
from core.sessions.writer import FLUSH_EVERY
from store_samples import SOURCE, message, say, store_in, stored, texts


async def test_a_row_says_what_the_session_is(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    seats = {"a": {"name": "Sigmund\nFreud"}, "b": {"name": "Ada Lovelace"}}
    session = await store.create("meetup", {"seats": seats})
    await say(session, "one", "last\n  words " + "x" * 500)
    (row,) = await store.list()
    assert (row.id, row.engine, row.title) == (session.id, "meetup", "Sigmund Freud · Ada Lovelace")
    assert (row.records, row.size) == (3, session.path.stat().st_size)
    assert row.last.startswith("last words xxx")
    assert len(row.last) < 200
    assert row.created == session.tree.root.at
    assert row.updated == session.tree.path[-1].at
    assert row.busy
    await session.close()
    (row,) = await store.list()
    assert not row.busy


async def test_the_one_written_to_last_comes_first(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first, second = await stored(store, "a"), await stored(store, "b")
    assert [row.id for row in await store.list()] == [second.stem, first.stem]
    again = await store.open(first.stem)
    await say(again, "c")
    await again.close()
    assert [(row.id, row.last) for row in await store.list()] == [
        (first.stem, "c"),
        (second.stem, "b"),
    ]


async def test_the_index_is_used_and_can_be_thrown_away(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    truth = await store.list()
    index = tmp_path / ".index.json"
    content = json.loads(index.read_bytes())
    content["rows"][path.stem][3] = "from the index"
    index.write_text(json.dumps(content), "utf-8")
    assert (await store.list())[0].title == "from the index"

    later = path.stat().st_mtime_ns + 1
    os.utime(path, ns=(later, later))
    assert await store.list() == truth, "another time of the same file"
    for bad in ("", "[]", "{", '{"v": 1}', '{"v": 1, "rows": [1]}', '{"v": 1, "rows": {"x": [1]}}'):
        index.write_text(bad, "utf-8")
        assert await store.list() == truth
    index.unlink()
    assert await store.list() == truth
    assert index.stat().st_mode & 0o777 == 0o600


async def test_other_files_are_no_sessions_and_damaged_ones_are(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert await store.list() == []
    assert await store_in(tmp_path / "absent").list() == []
    path = await stored(store, "one")
    for name in ("README.md", "copy.jsonl", f"{path.stem}.damaged-1", f"{path.stem} (1).jsonl"):
        (tmp_path / name).write_text("x")
    broken = tmp_path / f"{SOURCE.new_id()}.jsonl"
    broken.write_bytes(b"\0\0\n\xff")
    rows = {row.id: row for row in await store.list()}
    assert rows.keys() == {path.stem, broken.stem}
    assert (rows[broken.stem].engine, rows[broken.stem].records) == ("", 0)


async def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    store = store_in(tmp_path / "file")
    with pytest.raises(StoreError, match="Cannot read"):
        await store.list()
    with pytest.raises(StoreError, match="Cannot read"):
        await store.resolve("01")


def with_ids(folder: Path, *ids: str) -> SessionStore:
    for each in ids:
        (folder / f"{each}.jsonl").write_bytes(b"")
    return store_in(folder)


ID_A = "01AAAAAAAAAAAAAAAAAAAAAAAA"
ID_B = "01AAAAAAAAAAAAAAAAAAAAAAAB"
ID_C = "01BBBBBBBBBBBBBBBBBBBBBBBB"


async def test_a_prefix_is_enough_if_no_other_has_it(tmp_path: Path) -> None:
    store = with_ids(tmp_path, ID_A, ID_B, ID_C)
    assert await store.resolve("01b") == ID_C
    assert await store.resolve(f" {ID_A} ") == ID_A
    with pytest.raises(SessionNotFound, match="2 sessions begin with '01A'") as caught:
        await store.resolve("01A")
    assert f"{ID_B}, {ID_A}" in caught.value.hint
    with pytest.raises(SessionNotFound) as caught:
        await store.resolve("01BX")
    assert caught.value.hint.startswith(f"Nearest: {ID_C}")


@pytest.mark.parametrize("prefix", ["", "  ", "../..", "/etc/passwd", "*", "ID\0"])
async def test_a_prefix_never_leaves_the_folder(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(SessionNotFound):
        await with_ids(tmp_path, ID_A).resolve(prefix)
    with pytest.raises(SessionNotFound):
        find_session(tmp_path / "absent", prefix)


def test_only_ulids_are_ids() -> None:
    assert is_session_id(ID_A)
    for text in (ID_A[:-1], ID_A + "A", ID_A.lower(), "../" + ID_A[3:], ID_A[:-1] + "I"):
        assert not is_session_id(text)


async def test_what_is_deleted_lies_in_the_trash(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    content = path.read_bytes()
    path.with_suffix(".partial").write_bytes(b"{}\n")
    moved = await store.trash(path.stem[:20])
    assert moved == tmp_path / ".trash" / path.name
    assert moved.read_bytes() == content
    assert moved.with_suffix(".partial").exists()
    assert not list(tmp_path.glob(f"{path.stem}*"))
    assert await store.list() == []

    path.write_bytes(content)
    assert (await store.trash(path.stem)).name == f"{path.stem}-2.jsonl"
    assert moved.read_bytes() == content


async def test_an_export_can_be_imported_whole(tmp_path: Path) -> None:
    store = store_in(tmp_path / "one")
    session = await store.create("meetup", {"title": "T"})
    first, _ = await say(session, "one \ud800", "two")
    await session.append(message(first.id, "beside"))
    await session.close()
    export = tmp_path / "export.jsonl"
    export.write_text(render((await store.read(session.id)).tree, "jsonl"), "utf-8")
    assert export.read_bytes() == session.path.read_bytes()

    other = store_in(tmp_path / "other")
    assert (await other.import_file(export)).id == session.id
    assert (other.folder / session.path.name).read_bytes() == export.read_bytes()
    with pytest.raises(StoreError, match="is here already"):
        await other.import_file(export)
    again = await other.open(session.id)
    assert texts(list(again.tree)) == ["one \ud800", "two", "beside"]
    await again.close()


async def test_a_fork_is_a_session_of_its_own(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    session = await store.create("meetup", {"title": "T"})
    first, _ = await say(session, "one", "two")
    head = replace(message(None, ""), kind=Kind.HEAD, data={"target": session.id})
    await session.append(head, message(session.id, "beside"), message(first.id, "three"))
    session.checkpoint(message(session.tree.head, ""), "half")
    await asyncio.sleep(2 * FLUSH_EVERY)

    forked = await store.open(await store.fork(session.id))
    assert forked.id != session.id
    assert forked.tree.root.data == {**session.tree.root.data, "forked_from": session.id}
    assert texts(forked.tree.path) == ["beside", "half"]
    assert texts(list(forked.tree)) == ["one", "two", "beside", "three", "half"]
    assert forked.notices == []
    await say(forked, "goes its own way")
    assert texts(list(session.tree))[-1] == "three"
    await forked.close()
    await session.close()


async def test_an_import_that_is_no_whole_session_is_refused_with_its_line(tmp_path: Path) -> None:
    store = store_in(tmp_path / "sessions")
    lines = (await stored(store, "one", "two")).read_bytes().splitlines(keepends=True)
    evil = lines[0].replace(json.loads(lines[0])["id"].encode(), b"../../../evil")
    export = tmp_path / "export.jsonl"
    for content, complaint in (
        ([], "is empty"),
        ([b"\n", b"x\n"], ":2: "),
        (lines[1:], ":1: this is not the first record"),
        ([evil], ":1: this is not the first record"),
        ([lines[0], lines[2]], ":2: record .* is missing"),
        ([*lines, lines[1]], ":4: record .* occurs twice"),
    ):
        export.write_bytes(b"".join(content))
        with pytest.raises(StoreError, match=complaint):
            await store_in(tmp_path / "other").import_file(export)
    with pytest.raises(StoreError, match="Cannot read"):
        await store.import_file(tmp_path / "absent")
    assert await store_in(tmp_path / "other").list() == []


def test_reading_sessions_loads_no_database() -> None:
    code = "import sys, core.sessions.store; print({'tinydb', 'click'} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout == "set()\n"


async def test_an_end_or_last_names_a_session_too(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first, second = [(await stored(store, text)).stem for text in ("one", "two")]
    assert await store.resolve(first[-6:].lower()) == first
    assert await store.resolve("last") == max(first, second)
    with pytest.raises(SessionNotFound):
        await store.resolve(first[-3:])
