"""The lab pane when two things happen at once, or one before the other is shown."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from pathlib import Path

import pytest
from textual.widgets import Input

from core.errors import StoreError
from core.lab.spec import ENGINE
from core.providers.base import ModelRequest
from core.providers.script import Reply
from lab_kit import assistant, spec_of, world
from pilot.labs_kit import at_lab, done, drafted, lived
from pilot.salon import until
from tui.lab import controller as controller_module
from tui.lab.readings import Readings


class Slow:
    """Readings that are made only when they may be."""

    def __init__(self) -> None:
        self.asked, self.may = threading.Event(), threading.Event()

    def __call__(self, path: tuple) -> Readings:
        self.asked.set()
        assert self.may.wait(20)
        return Readings(path)


async def test_people_are_told_as_they_stand_after_a_stop(tmp_path: Path) -> None:
    held = threading.Event()

    def player(request: ModelRequest) -> Reply:
        return Reply(assistant(request), delay=0.0 if held.is_set() else 600.0)

    async with at_lab(tmp_path, players={"assistant": player}) as (pilot, lab):
        drafted(lab, 2, 2, settings=("learnt-1",), parallel=2)
        await pilot.press("enter")
        await until(pilot, lambda: lab.session.engine is not None and lab.session.engine.calls == 2)
        await pilot.press("escape")
        await until(pilot, lambda: not lab.session.running)
        held.set()
        await pilot.press("space")
        await done(pilot, lab)
        told = ["".join(text for text, _ in row.lines(60)[0]) for row in lab.people.rows]
        assert all("2/2" in each for each in told), told


async def test_a_run_that_is_asked_for_twice_runs_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr(controller_module, "Readings", slow)
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 2, 2, settings=("learnt-1",))
        await pilot.press("enter")
        await until(pilot, slow.asked.is_set)
        await pilot.press("space")
        await until(pilot, lambda: lab.session.state is not None and lab.session.state.finished)
        slow.may.set()
        await done(pilot, lab)
        session = lab.session.stored
        assert session is not None
        made = Counter(each.kind for each in session.tree)
        assert made["ended"] == 1
        told = [each for each in session.tree.path if each.kind == "message"]
        pages = lab.view.looking.readings
        scenes = [(who, scene) for who in ("p001", "p002") for scene in ("s001", "s002")]
        read = [
            each.id
            for who, scene in scenes
            for each in pages.page((who, "learnt-1", scene))
            if each.kind == "message"
        ]
        assert sorted(read) == sorted(each.id for each in told)


async def test_an_engine_that_is_at_work_is_not_let_run_again(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 1)
        await lab.session.start()
        assert [await lab.session.resume(), await lab.session.resume()] == [True, False]
        await until(pilot, lambda: not lab.session.running)
        made = Counter(each.kind for each in lab.session.stored.tree)
        assert made["ended"] == 1


async def test_a_run_that_is_closed_while_it_is_read_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 1)
        await lived(pilot, lab)
        session = lab.session.stored.id
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not lab.session.started)
        monkeypatch.setattr(controller_module, "Readings", slow)
        opening = asyncio.create_task(lab.open(session))
        await until(pilot, slow.asked.is_set)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not lab.session.started)
        slow.may.set()
        await opening
        await pilot.pause()
        assert pilot.app.screen.focused is lab.start.form


async def test_commands_that_come_at_once_find_the_same_engine(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 1)
        await lived(pilot, lab)
        over = lab.session.engine
        one, other = await asyncio.gather(lab.session._ready(), lab.session._ready())
        assert one is other is lab.session.engine
        assert one is not over


async def test_a_run_that_is_not_opened_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 1)
        await lived(pilot, lab)
        store = pilot.app.runtime.store
        given = world(1, 1)
        created = await store.create(ENGINE, spec_of(given).to_json())
        await created.close()

        async def failing() -> None:
            raise StoreError("The disk is full.")

        with monkeypatch.context() as patched:
            patched.setattr(lab.session, "close", failing)
            with pytest.raises(StoreError, match="full"):
                await lab.session.open(await store.open(created.id))
        again = await store.open(created.id)
        await again.close()


async def test_another_person_is_shown_where_their_life_stands(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 2, 3, settings=("learnt-1",))
        await lived(pilot, lab)
        await pilot.press("left", "left")
        await pilot.pause()
        assert lab.view.looking.place == ("p001", "learnt-1", "s001")
        lab.people.cursor = 1
        # A look that comes before the list has said that its cursor moved.
        lab.show_state()
        await pilot.pause()
        assert lab.view.looking.place == ("p002", "learnt-1", "s003")


async def test_a_run_is_renamed_from_the_title_it_has(tmp_path: Path) -> None:
    async with at_lab(tmp_path) as (pilot, lab):
        drafted(lab, 1, 1)
        await lived(pilot, lab)
        await lab.do("rename", "Baker's week")
        await pilot.press("T")
        await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
        assert pilot.app.screen.query_one(Input).value == "Baker's week"
        await pilot.press("escape")
