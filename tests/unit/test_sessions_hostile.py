"""Files in a folder of sessions that are none, or not what they were: no neighbour is lost."""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import SalonError, StoreError
from core.sessions.codec import encode_line
from core.sessions.index import list_sessions
from core.sessions.partials import partial_path
from core.sessions.reading import read_view
from core.sessions.search import Search
from core.sessions.store import SessionStore
from session_mutants import ODD_VALUES, mutant
from store_samples import store_in, stored, texts

ODD = "01M8PS753E7439XFV0N4XGH3FJ"


def hold_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        # The path of a socket may not be long.
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


MAKERS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "directory": (lambda path: path.mkdir(), "it is a directory, not a file"),
    "pipe": (os.mkfifo, "it is a named pipe, not a file"),
    "socket": (hold_socket, "it is a socket, not a file"),
    "device": (lambda path: path.symlink_to("/dev/null"), "it is a device, not a file"),
    "dangling link": (lambda path: path.symlink_to("nowhere"), "the link leads nowhere"),
    "loop": (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
}


def found(store: SessionStore, *words: str) -> list[str]:
    search = Search(store.folder, words, limit=None, engine=None)
    hits = []
    while (some := search.next_hits()) is not None:
        hits += [each.session for each in some]
    return hits


@pytest.mark.parametrize("kind", MAKERS)
async def test_what_is_no_file_is_listed_with_its_reason(tmp_path: Path, kind: str) -> None:
    store = store_in(tmp_path)
    good = await stored(store, "one")
    make, reason = MAKERS[kind]
    make(tmp_path / f"{ODD}.jsonl")
    for _ in range(2):
        rows = {each.id: each for each in await store.list()}
        assert rows.keys() == {good.stem, ODD}
        assert rows[ODD].problem == f"It cannot be read: {reason}."
        assert rows[good.stem].problem == ""
    assert found(store, "one") == [good.stem]
    for use in (store.read, store.open, store.fork, store.trash, store.erase):
        with pytest.raises(SalonError):
            await use(ODD)
    with pytest.raises(StoreError):
        await store.import_file(tmp_path / f"{ODD}.jsonl")


async def test_an_empty_file_is_listed_as_such(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    (tmp_path / f"{ODD}.jsonl").touch()
    (row,) = await store.list()
    assert row.problem.startswith("It is empty")


async def test_a_flipped_bit_costs_no_word(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one", "two", "three")
    lines = path.read_bytes().splitlines(keepends=True)
    at = lines[2].index(b'"parent":"') + 15
    lines[2] = lines[2][:at] + bytes([lines[2][at] | 0x80]) + lines[2][at + 1 :]
    path.write_bytes(b"".join(lines))
    (row,) = await store.list()
    assert row.problem == (
        "It is damaged: 1 line with bytes that are not UTF-8, 1 record out of place."
    )
    assert found(store, "two") == [path.stem]
    view = read_view(path)
    assert texts(view.tree.path) == ["one", "two", "three"]
    assert "not UTF-8" in view.notices[0]
    session = await store.open(path.stem)
    assert texts(session.tree.path) == ["one", "two", "three"]
    await session.close()
    assert [each.problem for each in await store.list()] == [""]


async def test_damage_done_in_place_is_noticed(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one", "two")
    assert [each.problem for each in await store.list()] == [""]
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"kind":"message"', b'"kind":"message#', 1))
    assert "unreadable line" in (await store.list())[0].problem


def changed(path: Path, *changes: tuple[int, dict[str, Any]]) -> None:
    lines = [json.loads(each) for each in path.read_bytes().splitlines()]
    for number, values in changes:
        lines[number] |= values
    path.write_bytes(b"".join(map(encode_line, lines)))


async def test_a_circle_of_parents_is_straightened(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one", "two", "three")
    ids = [json.loads(each)["id"] for each in path.read_bytes().splitlines()]
    changed(path, (1, {"parent": ids[3]}), (2, {"parent": ids[2]}))
    assert "2 records out of place" in (await store.list())[0].problem
    assert found(store, "three") == [path.stem]
    assert texts(read_view(path).tree.path) == ["one", "two", "three"]


async def test_a_repeated_id_loses_no_record(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one", "two", "three")
    ids = [json.loads(each)["id"] for each in path.read_bytes().splitlines()]
    changed(path, (2, {"id": ids[1], "parent": ids[1]}), (3, {"parent": ids[1]}))
    view = read_view(path)
    assert sorted(texts(list(view.tree))) == ["one", "three", "two"]
    assert "1 record with a repeated id" in view.notices[0]


async def test_an_unknown_status_is_kept_and_shown(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    changed(path, (1, {"status": "archived", "usage": "none"}))
    record = read_view(path).tree.path[1]
    assert (record.text, record.status, record.usage) == ("one", "archived", None)
    (row,) = await store.list()
    assert row.problem == "It is damaged: 1 record with values that cannot be understood."


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[1]", b'{"draft": 1}\n', b'{"id": []}\n'])
async def test_a_bad_partial_is_passed_over(tmp_path: Path, content: bytes) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    partial_path(path).write_bytes(content)
    assert texts(read_view(path).tree.path) == ["one"]
    session = await store.open(path.stem)
    await session.close()
    assert not partial_path(path).exists()


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["pipe", "directory"])
@pytest.mark.parametrize("suffix", [".partial", ".pid"])
async def test_what_lies_beside_a_session_need_not_be_a_file(
    tmp_path: Path, suffix: str, make: Callable[[Path], None]
) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    make(path.with_suffix(suffix))
    assert [each.id for each in await store.list()] == [path.stem]
    assert texts(read_view(path).tree.path) == ["one"]


async def test_any_index_lists_all_sessions(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    paths = [await stored(store, each) for each in ("one", "two")]
    right = list_sessions(tmp_path)
    index = tmp_path / ".index.json"
    whole = json.loads(index.read_bytes())
    fields = range(len(whole["rows"][paths[0].stem]))
    for field in fields:
        for value in ODD_VALUES:
            rows = {**whole["rows"], paths[0].stem: list(whole["rows"][paths[0].stem])}
            rows[paths[0].stem][field] = value
            index.write_text(json.dumps({**whole, "rows": rows}), "utf-8")
            assert {each.id for each in list_sessions(tmp_path)} == {each.stem for each in paths}
    for value in ODD_VALUES:
        for odd in (value, {"v": value}, {**whole, "rows": value}, {**whole, "v": value}):
            index.write_text(json.dumps(odd), "utf-8")
            assert list_sessions(tmp_path) == right
    index.unlink()
    # No device: should it ever be written to, the machine's own would be replaced.
    for make, _ in (each for kind, each in MAKERS.items() if kind != "device"):
        make(index)
        assert list_sessions(tmp_path) == right
        if index.is_dir() and not index.is_symlink():
            index.rmdir()
        else:
            index.unlink()


async def test_mutants_take_nothing_away(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    good = await stored(store, "moon")
    path = await stored(store, "one", "two", "three")
    content, rng = path.read_bytes(), random.Random(12)
    for _ in range(150):
        path.write_bytes(mutant(content, rng))
        rows = {each.id: each for each in await store.list()}
        assert rows.keys() == {good.stem, path.stem}
        assert rows[good.stem].last == "moon"
        assert found(store, "moon") == [good.stem]
        try:
            view = read_view(path)
        except SalonError:
            continue
        for record in view.tree:
            assert view.tree.path_to(record.id)
