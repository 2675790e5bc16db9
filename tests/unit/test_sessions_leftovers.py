"""What a process leaves beside sessions when it is killed: cleaned away, or named."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from core.sessions.folder import leftovers
from salon_process import SalonProcess
from store_samples import store_in

GONE = "01J8Z4K6Q2W9X3V7T5R1N0M8PA"


async def stored(folder: Path) -> Path:
    session = await store_in(folder).create("chat", {"title": "One"})
    await session.close()
    return session.path


async def test_opening_for_writing_removes_a_file_that_never_got_its_name(tmp_path: Path) -> None:
    path = await stored(tmp_path)
    for suffix in (".new", ".partial", ".pid"):
        path.with_suffix(suffix).write_text("")
    await (await store_in(tmp_path).open(path.stem)).close()
    assert [each.name for each in tmp_path.glob(f"{path.stem}.*")] == [path.name]


async def test_erasing_removes_the_days_of_a_population(tmp_path: Path) -> None:
    path = await stored(tmp_path)
    days = path.with_suffix(".days")
    days.mkdir()
    (days / "00001.npz").write_bytes(b"columns")
    erased = await store_in(tmp_path).erase(path.stem)
    assert erased.removed == (days,)
    assert not days.exists()


async def test_the_trash_takes_all_that_lies_beside_and_gives_it_back(tmp_path: Path) -> None:
    path = await stored(tmp_path)
    days = path.with_suffix(".days")
    days.mkdir()
    (days / "00001.npz").write_bytes(b"columns")
    store = store_in(tmp_path)
    moved = await store.trash(path.stem)
    assert moved.with_suffix(".days").is_dir()
    assert not days.exists()
    await store.restore(path.stem)
    assert (days / "00001.npz").read_bytes() == b"columns"


async def test_what_lies_beside_no_session_is_named(tmp_path: Path) -> None:
    path = await stored(tmp_path)
    path.with_suffix(".partial").write_text("")
    (tmp_path / f"{GONE}.days").mkdir()
    for suffix in (".new", ".pid", ".partial", ".damaged-20260101T000000Z"):
        (tmp_path / f"{GONE}{suffix}").write_text("")
    (tmp_path / "notes.new").write_text("")
    names = [each.name for each in await store_in(tmp_path).leftovers()]
    assert names == [f"{GONE}{suffix}" for suffix in (".days", ".new", ".partial", ".pid")]


@pytest.mark.parametrize("held", [True, False])
def test_a_session_that_is_being_created_is_no_leftover(tmp_path: Path, held: bool) -> None:
    nascent = tmp_path / f"{GONE}.new"
    with nascent.open("w") as file:
        if held:
            fcntl.flock(file, fcntl.LOCK_EX)
        assert leftovers(tmp_path) == ([] if held else [nascent])


def test_the_list_names_them(tmp_path: Path) -> None:
    salon = SalonProcess(tmp_path)
    salon.sessions.mkdir()
    (salon.sessions / f"{GONE}.new").write_text("")
    done = salon.run("sessions", "list")
    assert done.returncode == 0
    assert f"safe to delete: {GONE}.new" in done.stderr
