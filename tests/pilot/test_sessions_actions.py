from __future__ import annotations

from pathlib import Path

import pytest

from core.sessions.record import Kind
from core.sessions.transcripts import FORMATS
from pilot.salon import opened, runtime_for, until
from pilot.sessions_kit import done, facts, meetup, painted, sessions, store, three, titles
from tui.dialogs.ask import AskScreen
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.pick import PickScreen


async def asked(pilot, kind: type, *keys: str) -> None:
    """Answer the question that comes up."""
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))
    await pilot.pause()
    await pilot.press(*keys)
    await until(pilot, lambda: not isinstance(pilot.app.screen, kind))
    await done(pilot)


def retype(text: str) -> list[str]:
    return ["end", *["backspace"] * 40, *["space" if each == " " else each for each in text]]


async def talked_here(pilot, meetup) -> str:
    """Have a meetup come to its end in this app, which keeps it open; returns its id."""
    await pilot.press("space")
    await until(pilot, lambda: meetup.session.engine is not None and not meetup.session.running)
    await pilot.press("f5")
    await until(pilot, lambda: pilot.app.current_mode == "sessions")
    await until(pilot, lambda: len(pilot.app.screen.controller.rows.rows) == 1)
    await done(pilot)
    return meetup.session.stored.id


async def test_a_new_title_and_a_pin_stay(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("G", "T")
        await asked(pilot, AskScreen, *retype("On the night"), "enter")
        assert screen.controller.current.id == ids["Of dreams"]
        assert "On the night" in titles(screen)
        await pilot.press("P")
        await done(pilot)
        assert titles(screen)[0] == "On the night"
        assert "★" in painted(screen)[0]
        assert "pinned" in facts(screen)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        assert titles(screen)[0] == "On the night"
        await pilot.press("g", "P")
        await done(pilot)
        assert titles(screen)[-1] == "On the night"


async def test_what_is_open_here_is_named_by_whoever_writes_to_it(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        await talked_here(pilot, meetup)
        screen = pilot.app.screen
        await pilot.press("T")
        await asked(pilot, AskScreen, *retype("Of two"), "enter")
        await pilot.press("P")
        await done(pilot)
        assert not screen.controller.status.problem
        assert titles(screen) == ["Of two"]
        assert meetup.session.stored.tree.meta == {"title": "Of two", "pinned": True}
        assert [each.kind for each in meetup.session.stored.tree].count(Kind.META) == 2


async def test_what_is_open_here_is_closed_before_it_is_put_away(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        session = await talked_here(pilot, meetup)
        screen = pilot.app.screen
        await pilot.press("d")
        await asked(pilot, ConfirmScreen, "n")
        assert meetup.session.stored.id == session
        assert titles(screen)
        await pilot.press("d")
        await asked(pilot, ConfirmScreen, "y")
        await until(pilot, lambda: not titles(screen))
        assert meetup.session.stored is None
        assert not list(meetup.talk.entries)


async def test_the_trash_gives_back_what_it_took(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        assert not screen.check_action("command", ("undo",))
        await pilot.press("d")
        await done(pilot)
        await pilot.press("d")
        await done(pilot)
        assert titles(screen) == ["Of dreams"]
        assert "u restores it" in screen.controller.status.hint
        await pilot.press("u")
        await done(pilot)
        assert titles(screen) == ["Of engines", "Of dreams"]
        await pilot.press("t")
        await until(pilot, lambda: titles(screen) == ["Ada Lovelace"])
        await done(pilot)
        assert "in the trash" in screen.controller.status.state
        assert "A river has none." in [
            each.text for each in screen.controller.preview.transcript.entries
        ]
        for name in ("open", "rename", "pin", "fork", "delete", "undo"):
            assert not screen.check_action("command", (name,))
        await pilot.press("u")
        await until(pilot, lambda: not titles(screen))
        assert "The trash is empty." in painted(screen)[0]
        await pilot.press("escape")
        await until(pilot, lambda: titles(screen) == list(ids))


async def test_a_fork_is_a_session_of_its_own(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("down", "f")
        await until(pilot, lambda: len(titles(screen)) == 4)
        await done(pilot)
        assert screen.controller.current.id not in ids.values()
        assert screen.controller.current.title == "Of engines"


@pytest.mark.parametrize("number", range(len(FORMATS)), ids=FORMATS)
async def test_every_format_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    await meetup(tmp_path, "Of dreams", "I dreamt of a river.", "Go on.")
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("x")
        await asked(pilot, PickScreen, *["down"] * number, "enter")
        await until(pilot, lambda: "written" in screen.controller.status.hint)
    written = sorted(out.iterdir())
    assert written
    assert all(each.name.startswith("of-dreams") for each in written)
    assert any("I dreamt of a river." in each.read_text("utf-8") for each in written)


async def test_erasing_asks_and_then_leaves_no_word(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    file = tmp_path / "sessions" / f"{ids['Ada Lovelace']}.jsonl"
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("D")
        await asked(pilot, ConfirmScreen, "escape")
        assert "What is a number?" in file.read_text("utf-8")
        await pilot.press("D")
        await asked(pilot, ConfirmScreen, "y")
        await until(pilot, lambda: "erased" in screen.controller.status.hint)
        assert "What is a number?" not in file.read_text("utf-8")
        await screen.controller.read(go_to=ids["Ada Lovelace"])
        await done(pilot)
        assert "Its texts were erased." in facts(screen)


async def test_what_was_put_away_can_be_erased_in_the_trash(tmp_path: Path) -> None:
    await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("d")
        await done(pilot)
        await pilot.press("t")
        await until(pilot, lambda: titles(screen) == ["Ada Lovelace"])
        await pilot.press("D")
        await asked(pilot, ConfirmScreen, "y")
        await until(pilot, lambda: "erased" in screen.controller.status.hint)
        assert not screen.controller.status.problem
    for file in (tmp_path / "sessions").rglob("*.jsonl"):
        assert "What is a number?" not in file.read_text("utf-8")


async def test_a_file_is_taken_in_or_refused_in_place(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    session = await meetup(elsewhere, "From elsewhere", "Here I am.")
    file = store(elsewhere).folder / f"{session}.jsonl"
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("I")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        pilot.app.screen.query_one("#ask-text").value = str(tmp_path / "nothing.jsonl")
        await asked(pilot, AskScreen, "enter")
        assert "nothing.jsonl" in screen.controller.status.problem
        await pilot.press("I")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        pilot.app.screen.query_one("#ask-text").value = str(file)
        await asked(pilot, AskScreen, "enter")
        await until(pilot, lambda: titles(screen) == ["From elsewhere"])
        assert screen.controller.current.id == session


async def test_an_id_is_copied(tmp_path: Path) -> None:
    session = await meetup(tmp_path, "Of dreams", "Go on.")
    async with sessions(runtime_for(tmp_path)) as (pilot, _):
        await pilot.press("y")
        await done(pilot)
        assert pilot.app.clipboard == session
