"""A persona written by a model: watched, stopped, kept, changed, thrown away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from core.personas.lint import lint_file
from core.runtime import Runtime
from pilot.personas_kit import go_to, personas, runtime_with, shown, write_folk
from pilot.salon import until
from pilot.test_personas_files import answer, pick
from tui.personas.draft import DraftScreen

PAGE = (
    "Sure! Here is one:\n\n```markdown\n# Clockmaker: Otto Zahn (de) [m]\n\n"
    '## Background\nYou are Otto Zahn, sixty.\n\n## In your voice\n- "Tick."\n```\n'
)


def writing(folder: Path, replies: Sequence[object], pace: int = 0) -> Runtime:
    """Return a runtime whose usual model writes these answers."""
    write_folk(folder / "folk")
    script = folder / "script.json"
    script.write_text(json.dumps({"replies": replies}), "utf-8")
    return runtime_with(
        folder,
        f"model=scripted:{script}",
        f"providers.scripted.options.tokens_per_second={pace or 100_000}",
    )


async def ask_for_one(pilot, idea: str = "a clockmaker who is never on time") -> DraftScreen:
    await pilot.press("n")
    await pick(pilot, "model")
    await answer(pilot, idea)
    await until(pilot, lambda: isinstance(pilot.app.screen, DraftScreen))
    return pilot.app.screen


async def test_a_draft_is_accepted(tmp_path: Path) -> None:
    async with personas(writing(tmp_path, [PAGE])) as (pilot, screen):
        draft = await ask_for_one(pilot)
        await until(pilot, lambda: not draft.writing)
        assert draft.area.text.startswith("# Clockmaker: Otto Zahn (de) [m]\n")
        assert "Sure!" not in draft.area.text
        assert "written by scripted:" in draft.status.state
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shown(screen) == "Otto Zahn")
        path = tmp_path / "data" / "personas" / "otto-zahn.md"
        assert screen.controller.list.persona.path == path
        assert lint_file(path) == []


async def test_a_draft_is_changed_before_it_is_kept(tmp_path: Path) -> None:
    async with personas(writing(tmp_path, [PAGE])) as (pilot, screen):
        draft = await ask_for_one(pilot)
        await until(pilot, lambda: not draft.writing)
        text = draft.area.text
        draft.area.load_text(text.replace("sixty", "seventy").replace("Otto Zahn", "Bo Lind"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shown(screen) == "Bo Lind 2")
        assert "seventy" in screen.controller.preview.text.entry("text").text


async def test_a_draft_is_thrown_away_only_when_asked_twice(tmp_path: Path) -> None:
    async with personas(writing(tmp_path, [PAGE])) as (pilot, screen):
        draft = await ask_for_one(pilot)
        await until(pilot, lambda: not draft.writing)
        await pilot.press("escape")
        assert "esc again" in draft.status.hint
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
    assert not (tmp_path / "data" / "personas").exists()


async def test_escape_stops_the_model_and_keeps_what_there_is(tmp_path: Path) -> None:
    async with personas(writing(tmp_path, [PAGE * 40, PAGE], pace=60)) as (pilot, screen):
        draft = await ask_for_one(pilot)
        await until(pilot, lambda: "Otto Zahn, sixty" in draft.area.text)
        assert not any(
            each.binding.action == "save" and each.enabled
            for each in draft.active_bindings.values()
        )
        await pilot.press("escape")
        await until(pilot, lambda: not draft.writing)
        assert "stopped" in draft.status.state
        assert draft.area.text.startswith("# Clockmaker: Otto Zahn (de) [m]\n")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shown(screen) == "Otto Zahn")


async def test_a_failure_is_said_in_place_and_tried_again(tmp_path: Path) -> None:
    replies = [{"error": {"kind": "auth", "message": "No key."}}, PAGE]
    async with personas(writing(tmp_path, replies)) as (pilot, screen):
        draft = await ask_for_one(pilot)
        await until(pilot, lambda: bool(draft.status.problem))
        assert "No key." in draft.status.problem
        assert draft.area.text == ""
        await pilot.press("ctrl+s")
        assert pilot.app.screen is draft
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "Otto Zahn" in draft.area.text and not draft.writing)
        assert draft.status.problem == ""
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shown(screen) == "Otto Zahn")


async def test_what_cannot_be_mended_is_shown_with_its_problems(tmp_path: Path) -> None:
    async with personas(writing(tmp_path, ["\x1b# The \x07Keeper"])) as (pilot, _):
        draft = await ask_for_one(pilot, "a keeper, of bees")
        await until(pilot, lambda: not draft.writing)
        assert draft.area.text == "# Keeper: The Keeper\n"
        assert "\x1b" not in draft.area.text
        problems = str(draft.query_one("#editor-problems").render())
        assert "nothing is said about the persona" in problems


async def test_the_pane_may_close_while_a_model_writes(tmp_path: Path) -> None:
    async with personas(writing(tmp_path, [PAGE * 40], pace=20)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        draft = await ask_for_one(pilot)
        await until(pilot, lambda: "Sure" in draft.area.text)
        await screen.shutdown()
        assert not draft.writing
        assert "stopped" in draft.status.state
