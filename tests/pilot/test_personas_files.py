"""From a persona: chat, meetup, editor, copies, names, trash, export; and new ones."""

from __future__ import annotations

import json
import stat
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.widgets import Input

from core.personas.cards import card_import
from core.personas.lint import lint_file
from core.personas.persona_files import PersonaFiles
from pilot.personas_kit import go_to, look_in, names, personas, runtime_with, shown, write_folk
from pilot.salon import until
from tui.background import WaitScreen
from tui.dialogs.ask import AskScreen
from tui.dialogs.pick import PickScreen
from tui.navigation import ChatWith, SeatAt
from tui.personas.editor import EditorScreen


@pytest.fixture
def folk(tmp_path: Path) -> Path:
    return write_folk(tmp_path / "folk")


def requests_of(pilot, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note what the pane asks of other panes, in place of doing it."""
    heard: list[object] = []

    async def navigate(request: object) -> None:
        heard.append(request)

    monkeypatch.setattr(pilot.app, "navigate", navigate)
    return heard


async def answer(pilot, text: str) -> None:
    """Type an answer into the question that is asked."""
    await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
    await pilot.pause()
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")


async def pick(pilot, typed: str) -> None:
    """Pick the first row that fits."""
    await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
    await pilot.pause()
    await pilot.press(*typed, "enter")


async def test_chat_and_seats_are_wished_for_with_the_path(
    tmp_path: Path, folk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        heard = requests_of(pilot, monkeypatch)
        await go_to(pilot, screen, "Bo Lind")
        path = str(folk / "bo.md")
        for key, request in {
            "enter": ChatWith(path),
            "L": SeatAt("a", path),
            "R": SeatAt("b", path),
        }.items():
            await pilot.press(key)
            await until(pilot, lambda: bool(heard))
            assert heard.pop() == request
        await go_to(pilot, screen, "torn")
        await pilot.press("enter")
        await until(pilot, lambda: "does not load" in screen.controller.status.problem)
        assert heard == []


async def test_seated_from_here_the_meetup_has_it(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        await pilot.press("R")
        await until(pilot, lambda: pilot.app.current_mode == "meetup")
        meetup = pilot.app.screen
        await until(
            pilot,
            lambda: meetup.controller.session.setup.participants["b"].persona.name == "Bo Lind",
        )
        await until(
            pilot,
            lambda: all(each.is_finished for each in pilot.app.workers if each.group == "ask"),
        )


async def test_the_editor_of_the_environment_is_used(
    tmp_path: Path, folk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "my editor"
    editor.write_text("#!/bin/sh\necho 'And you dance.' >> \"$2\"\nexit $STATUS\n", "utf-8")
    editor.chmod(stat.S_IRWXU)
    monkeypatch.setenv("STATUS", "0")
    runtime = runtime_with(tmp_path, VISUAL=f"'{editor}' -w", EDITOR="wrong")
    async with personas(runtime) as (pilot, screen):
        # Without a terminal there is nothing to hand over.
        monkeypatch.setattr(pilot.app, "suspend", nullcontext)
        await go_to(pilot, screen, "Bo Lind")
        await pilot.press("e")
        text = screen.controller.preview.text
        await until(pilot, lambda: "And you dance." in text.entry("text").text)
        assert screen.controller.list.persona.name == "Bo Lind"
        monkeypatch.setenv("STATUS", "3")
        await pilot.press("e")
        await until(pilot, lambda: "status 3" in screen.controller.status.problem)


async def test_an_editor_that_is_not_there_is_said(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path, EDITOR="/nowhere/ed")) as (pilot, screen):
        await pilot.press("e")
        await until(pilot, lambda: "cannot be handed" in screen.controller.status.problem)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pilot.app, "suspend", nullcontext)
            await pilot.press("e")
            await until(pilot, lambda: "cannot be started" in screen.controller.status.problem)


async def test_without_an_editor_there_is_a_small_one(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditorScreen))
        editor = pilot.app.screen
        await pilot.press("ctrl+end", *"Ahoy!", "ctrl+s")
        await until(pilot, lambda: "Ahoy!" in (folk / "bo.md").read_text("utf-8"))
        await until(pilot, lambda: "EDITOR" in screen.controller.status.hint)
        await until(pilot, lambda: "Ahoy!" in screen.controller.preview.text.entry("text").text)
        assert not editor.is_attached


async def test_the_small_editor_tells_problems_and_asks_before_it_forgets(
    tmp_path: Path, folk: Path
) -> None:
    before = (folk / "bo.md").read_bytes()
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditorScreen))
        editor = pilot.app.screen
        editor.area.load_text("no heading")
        label = editor.query_one("#editor-problems")
        await until(pilot, lambda: "! line 1: there is no heading" in str(label.render()))
        await pilot.press("escape")
        assert "esc again" in editor.status.hint
        await pilot.press("x")
        await pilot.press("escape")
        assert pilot.app.screen is editor
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
    assert (folk / "bo.md").read_bytes() == before


async def test_what_comes_with_salon_is_copied_before_it_is_edited(tmp_path: Path) -> None:
    shipped = write_folk(tmp_path / "shipped")
    own = tmp_path / "data" / "personas"
    before = (shipped / "bo.md").read_bytes()
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await look_in(pilot, screen, (own, "yours"), (shipped, "shipped"))
        await go_to(pilot, screen, "Bo Lind")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditorScreen))
        await pilot.press("ctrl+end", "x", "ctrl+s")
        await until(pilot, lambda: "your own copy" in screen.controller.status.hint)
        assert screen.controller.list.persona.path == own / "bo.md"
        assert names(screen).count("Bo Lind") == 1
        await go_to(pilot, screen, "Anna Berg")
        await pilot.press("d")
        await until(pilot, lambda: "comes with Salon" in screen.controller.status.problem)
    assert (shipped / "bo.md").read_bytes() == before
    assert (own / "bo.md").read_text("utf-8").startswith("x---")


async def test_duplicate_rename_and_a_name_that_is_taken(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        await pilot.press("f")
        await until(pilot, lambda: shown(screen) == "Bo Lind 2")
        assert screen.controller.list.persona.path == folk / "bo-lind-2.md"
        await pilot.press("T")
        await answer(pilot, "Anna berg")
        await until(pilot, lambda: "Anna Berg already" in screen.controller.status.problem)
        await pilot.press("T")
        await answer(pilot, "Bosse Lind")
        await until(pilot, lambda: shown(screen) == "Bosse Lind")
        assert not (folk / "bo-lind-2.md").exists()
        assert (folk / "bosse-lind.md").read_text("utf-8").count("Sailor: Bosse Lind (sv) [m]") == 1
        await pilot.press("T", "escape")
        assert shown(screen) == "Bosse Lind"


async def test_the_trash_gives_back(tmp_path: Path, folk: Path) -> None:
    before = (folk / "bo.md").read_bytes()
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        await pilot.press("d")
        await until(pilot, lambda: "Bo Lind" not in names(screen))
        assert "u restores it" in screen.controller.status.hint
        assert screen.controller.list.persona.name == "Carl Östlund"
        assert not (folk / "bo.md").exists()
        await pilot.press("u")
        await until(pilot, lambda: shown(screen) == "Bo Lind")
        assert (folk / "bo.md").read_bytes() == before
        await pilot.press("u")
        assert (folk / "bo.md").exists()
        await pilot.press("d")
        await until(pilot, lambda: "Bo Lind" not in names(screen))
        await pilot.press("t")
        await pick(pilot, "")
        await until(pilot, lambda: shown(screen) == "Bo Lind")
        await pilot.press("t")
        await until(pilot, lambda: "trash is empty" in screen.controller.status.problem)


async def test_exported_as_markdown_and_as_cards(
    tmp_path: Path, folk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "bo.md").write_text("in the way", "utf-8")
    monkeypatch.chdir(here)
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        for typed, file in (("markdown", "bo-2.md"), ("png", "bo.png"), ("card json", "bo.json")):
            await pilot.press("x")
            await pick(pilot, typed)
            await until(pilot, lambda: str(here / file) in screen.controller.status.hint)  # noqa: B023
            assert (here / file).stat().st_size > 0
    assert (here / "bo.md").read_text("utf-8") == "in the way"
    assert (here / "bo-2.md").read_bytes() == (folk / "bo.md").read_bytes()
    assert json.loads((here / "bo.json").read_text("utf-8"))["data"]["name"] == "Bo Lind"


async def test_a_card_is_brought_in(tmp_path: Path, folk: Path) -> None:
    card = tmp_path / "my card.json"
    data = {"name": "Vera", "description": "A diver.", "first_mes": "Hello there."}
    spec = {"spec": "chara_card_v2", "spec_version": "2.0", "data": data}
    card.write_text(json.dumps(spec), "utf-8")
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("n")
        await pick(pilot, "card")
        await answer(pilot, f"'{card}'")
        await until(pilot, lambda: shown(screen) == "Vera")
        assert dict(screen.query_one("#preview-facts").facts)["greetings"] == "1"
        (tmp_path / "data" / "personas" / "vera.md").rename(folk / "vera.md")
        await until(pilot, lambda: names(screen).index("Vera") > names(screen).index("Bo Lind"))
        (tmp_path / "data" / "personas" / "vera.card.json").unlink()
        await pilot.press("I")
        await answer(pilot, str(card).replace(" ", "\\ "))
        own = tmp_path / "data" / "personas" / "vera-2.md"
        await until(pilot, lambda: screen.controller.list.persona.path == own)
        await pilot.press("I")
        await answer(pilot, str(tmp_path / "none.png"))
        await until(pilot, lambda: bool(screen.controller.status.problem))


async def test_a_card_that_takes_too_long_is_no_longer_waited_for(
    tmp_path: Path, folk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def import_slowly(path: Path, folder: Path) -> Path:
        go.wait()
        return folder / path.name

    monkeypatch.setattr(card_import, "import_card", import_slowly)
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        before = names(screen)
        await pilot.press("I")
        await answer(pilot, "card.png")
        await until(pilot, lambda: isinstance(pilot.app.screen, WaitScreen))
        await pilot.press("escape")
        await until(pilot, lambda: "no longer waited for" in screen.controller.status.problem)
        await pilot.press("down")
        assert names(screen) == before
        go.set()


async def test_a_new_one_from_a_template(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("n")
        await pick(pilot, "template")
        await answer(pilot, "Baker: Eva Brot (German) [f]")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditorScreen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shown(screen) == "Eva Brot")
        path = tmp_path / "data" / "personas" / "eva-brot.md"
        assert screen.controller.list.persona.path == path
        assert lint_file(path) == []
        assert str(path) in screen.controller.status.hint
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_keys_that_come_before_the_pane_is_ready_wait_their_turn(
    tmp_path: Path, folk: Path
) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        files = PersonaFiles(screen.app.runtime.library, tmp_path)
        await pilot.press("f", "f")
        await until(pilot, lambda: {"Anna Berg 2"} <= set(names(screen)))
        assert files.is_own(folk / "anna.md")
