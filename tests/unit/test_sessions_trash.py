"""Putting sessions away, seeing what lies in the trash, and taking them back."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest

from core.errors import SessionBusy, SessionNotFound, StoreError
from core.sessions import locks
from core.sessions.locks import take_lock
from store_samples import store_in, stored


async def test_what_was_trashed_is_listed_and_comes_back_with_all_that_belongs_to_it(
    tmp_path: Path,
) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    await store.rename(path.stem, "Away")
    content = path.read_bytes()
    path.with_suffix(".partial").write_bytes(b"{}\n")
    (tmp_path / f"{path.stem}.damaged-1").write_bytes(b"x")
    assert await store.trashed() == []
    await store.trash(path.stem)
    (row,) = await store.trashed()
    assert (row.id, row.title, row.last) == (path.stem, "Away", "one")
    assert await store.list() == []

    assert await store.restore(path.stem[-6:].lower()) == path.stem
    assert path.read_bytes() == content
    assert path.with_suffix(".partial").exists()
    assert (tmp_path / f"{path.stem}.damaged-1").exists()
    assert await store.trashed() == []
    assert [each.id for each in await store.list()] == [path.stem]
    again = await store.open(path.stem)
    await again.close()


async def test_of_two_with_one_id_each_can_be_told(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    content = path.read_bytes()
    for _ in range(3):
        path.write_bytes(content)
        path.with_suffix(".partial").write_bytes(b"{}\n")
        await store.trash(path.stem)
    names = {path.stem, f"{path.stem}-2", f"{path.stem}-3"}
    assert {each.id for each in await store.trashed()} == names
    assert await store.restore(f"{path.stem}-2") == path.stem
    assert path.exists()
    assert path.with_suffix(".partial").exists()
    with pytest.raises(StoreError, match="is there already"):
        await store.restore(path.stem)
    assert {each.id for each in await store.trashed()} == names - {f"{path.stem}-2"}
    assert (tmp_path / ".trash" / f"{path.stem}.partial").exists(), "nothing was moved"


async def test_what_is_not_in_the_trash_cannot_be_restored(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    for prefix in (path.stem, "", "../" + path.stem, "last"):
        with pytest.raises(SessionNotFound):
            await store.restore(prefix)


async def test_only_files_of_sessions_are_trash(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    await store.trash(path.stem)
    for name in ("x.jsonl", f"{path.stem}-x.jsonl", f"{path.stem}-2.txt"):
        (tmp_path / ".trash" / name).write_bytes(b"")
    assert [each.id for each in await store.trashed()] == [path.stem]
    (tmp_path / f"{path.stem}-2.jsonl").write_bytes(b"")
    assert await store.list() == [], "a number is for the trash alone"


async def test_a_session_that_is_replaced_meanwhile_is_locked_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")

    def replaced_first(descriptor: int, at: Path) -> bool:
        if not list(tmp_path.glob("*.old")):
            # Whoever writes a session anew holds the lock of the new file.
            path.rename(path.with_suffix(".old"))
            path.write_bytes(path.with_suffix(".old").read_bytes())
            writer = path.open("rb")
            writers.append(writer)
            assert take_lock(writer.fileno(), path)
        return take_lock(descriptor, at)

    writers: list[BinaryIO] = []
    monkeypatch.setattr(locks, "take_lock", replaced_first)
    with pytest.raises(SessionBusy):
        await store.trash(path.stem)
    assert path.exists()
    writers[0].close()


async def test_what_is_being_rewritten_in_the_trash_is_not_restored(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    path = await stored(store, "one")
    moved = await store.trash(path.stem)
    with moved.open("rb") as writer:
        assert take_lock(writer.fileno(), moved)
        with pytest.raises(SessionBusy):
            await store.restore(path.stem)
    assert moved.exists()
    assert await store.restore(path.stem) == path.stem
