"""The personas pane: listing, filtering, grouping, previewing, following the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.personas.groups import GroupBy
from pilot.personas_kit import (
    go_to,
    look_in,
    names,
    personas,
    rows,
    runtime_with,
    shown,
    write_folk,
)
from pilot.salon import until
from tui.navigation import ShowPersona
from tui.personas.preview import FactsStrip


@pytest.fixture
def folk(tmp_path: Path) -> Path:
    return write_folk(tmp_path / "folk")


async def test_everybody_is_listed_below_their_folder(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (_, screen):
        listed = rows(screen)
        assert "▾ SALON_PERSONAS" in listed[0]
        assert listed[0].endswith(" 5")
        assert [row.split()[0] for row in listed[1:6]] == ["Anna", "Bo", "Carl", "Somebody", "torn"]
        assert "▾ Built-in" in listed[6]
        assert screen.controller.list.persona is not None
        assert screen.controller.list.persona.name == "Anna Berg"
        assert shown(screen) == "Anna Berg"


async def test_problems_are_marked_by_signs_and_told_with_their_lines(
    tmp_path: Path, folk: Path
) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await until(pilot, lambda: any("! 2" in row for row in rows(screen)))
        assert "! 2" in next(row for row in rows(screen) if "Somebody" in row)
        assert "✗" in next(row for row in rows(screen) if "torn" in row)
        assert "! 2 with problems" in screen.query_one("#status").state
        await go_to(pilot, screen, "Somebody without a colon")
        entry = screen.controller.preview.text.entry("problems")
        assert entry.header == "2 problems in the file"
        assert entry.text.startswith("line 1: ")
        assert "line 6: " in entry.text
        await go_to(pilot, screen, "torn")
        assert "valid YAML" in screen.controller.preview.text.entry("problems").text
        assert "Nobody" in screen.controller.preview.text.entry("text").text


async def test_the_preview_reads_like_a_page_and_knows_the_facts(
    tmp_path: Path, folk: Path
) -> None:
    (folk / "dora.md").write_text(
        "---\nmodel: ollama:llama3.2:3b\ntemperature: 0.9\ndelegates: [anna, bo]\n"
        "greeting: Hello.\nalternate_greetings: [Hi., Ho.]\n"
        "lorebook:\n  entries:\n    - {keys: [sea], content: Deep.}\n---\n"
        "# Captain: Dora (pt-BR) [f]\n\n## Voice\n**Loud**.\n",
        "utf-8",
    )
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Dora")
        facts = dict(screen.query_one(FactsStrip).facts)
        assert facts["language"] == "Portuguese (pt-BR)"
        assert facts["model"] == "ollama:llama3.2:3b"
        assert facts["parameters"] == "temperature 0.9"
        assert facts["children"] == "anna, bo"
        assert facts["greetings"] == "3"
        assert facts["lorebook"] == "1 entry"
        assert facts["size"].endswith(" tokens")
        assert facts["file"] == str(folk / "dora.md")
        text = screen.controller.preview.text.entry("text").text
        assert text == "## Voice\n**Loud**."
        await go_to(pilot, screen, "Anna Berg")
        assert dict(screen.query_one(FactsStrip).facts)["model"] == "Default model (eliza:doctor)"


async def test_filtering_finds_all_words_anywhere(tmp_path: Path, folk: Path) -> None:
    finds = {
        "anna": ["Anna Berg"],
        "sailor": ["Bo Lind"],
        "swedish": ["Bo Lind"],
        "ostlund": ["Carl Östlund"],
        "herring lind": ["Bo Lind"],
        "SALON_PERSONAS whisper": ["Anna Berg", "Carl Östlund"],
        "herring whisper soup": ["Carl Östlund"],
        "night whisper": ["Anna Berg"],
        "no such thing": [],
    }
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await until(pilot, lambda: "reading" not in screen.controller.status.state)
        for typed, found in finds.items():
            screen.controller.filter_input.value = typed
            await until(pilot, lambda: screen.controller.model.filter == typed)  # noqa: B023
            await until(pilot, lambda: names(screen) == found)  # noqa: B023
            assert f"{len(found)} of " in screen.controller.status.state


async def test_the_best_come_first_and_the_arrows_move_while_one_types(
    tmp_path: Path, folk: Path
) -> None:
    (folk / "herring.md").write_text("# Fish: Herring (en)\n\ntext\n", "utf-8")
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("slash", *"herring")
        await until(pilot, lambda: names(screen) == ["Herring", "Bo Lind", "Carl Östlund"])
        assert screen.controller.list.persona.name == "Herring"
        assert [row.split("  ")[0].strip() for row in rows(screen)[::2]][:1] == ["▾ in the name"]
        await pilot.press("down", "down")
        assert screen.controller.filter_input.has_focus
        await until(pilot, lambda: shown(screen) == "Bo Lind")
        await pilot.press("enter")
        assert screen.controller.list.has_focus
        await pilot.press("escape")
        await until(pilot, lambda: len(names(screen)) > 5)
        assert screen.controller.list.persona.name == "Bo Lind"


async def test_what_is_typed_fast_ends_where_it_ends(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("slash", *"zzz", *(["backspace"] * 3), *"anna")
        await until(pilot, lambda: names(screen) == ["Anna Berg"])
        assert screen.controller.filter_input.value == "anna"


async def test_groups_by_tag_and_folded(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("o")
        await until(pilot, lambda: screen.controller.model.by is GroupBy.TAG)
        await until(pilot, lambda: screen.controller.list.groups[0].key.startswith("tag "))
        groups = {
            group.title: [h.name for h in group.members] for group in screen.controller.list.groups
        }
        assert groups["sea"][:2] == ["Anna Berg", "Bo Lind"]
        assert groups["night"][0] == "Anna Berg"
        assert "Carl Östlund" in groups["no tag"]
        assert screen.controller.list.groups[-1].title == "no tag"
        assert screen.controller.list.persona.name == "Anna Berg"
        before = len(screen.controller.list.rows)
        await pilot.press("left")
        assert len(screen.controller.list.rows) < before
        assert screen.controller.list.group is not None
        await pilot.press("minus")
        assert len(screen.controller.list.rows) == len(screen.controller.list.groups)
        await pilot.press("plus")
        assert len(screen.controller.list.rows) == before
        await pilot.press("o")
        await until(pilot, lambda: [group.title for group in screen.controller.list.groups] == [""])


async def test_enter_on_a_group_folds_it(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("home", "enter")
        await until(pilot, lambda: "▸ SALON_PERSONAS" in rows(screen)[0])


async def test_files_changed_by_an_editor_show_at_once(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await go_to(pilot, screen, "Bo Lind")
        (folk / "aaron.md").write_text("# Cook: Aaron (en)\n\ntext\n", "utf-8")
        await until(pilot, lambda: "Aaron" in names(screen))
        assert screen.controller.list.persona.name == "Bo Lind"
        (folk / "bo.md").write_text("# Sailor: Bo Lind (sv)\n\nYou hum.\n\n##x\n", "utf-8")
        await until(
            pilot, lambda: screen.controller.preview.text.entry("text").text.startswith("You hum.")
        )
        assert screen.controller.list.persona.name == "Bo Lind"
        (folk / "bo.md").unlink()
        await until(pilot, lambda: "Bo Lind" not in names(screen))
        assert screen.controller.list.persona.name == "Carl Östlund"


async def test_a_folder_that_comes_to_be_is_noticed(tmp_path: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        assert "Anna Berg" not in names(screen)
        write_folk(tmp_path / "folk")
        await until(pilot, lambda: "Anna Berg" in names(screen))


async def test_watching_stops_while_another_pane_is_in_front(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):

        def watching() -> bool:
            return any(each.group == "watch" and each.is_running for each in pilot.app.workers)

        await until(pilot, watching)
        await pilot.app.show("meetup")
        await until(pilot, lambda: not watching())
        (folk / "aaron.md").write_text("# Cook: Aaron (en)\n\ntext\n", "utf-8")
        await pilot.app.show("personas")
        await until(pilot, lambda: "Aaron" in names(screen))


async def test_an_empty_list_says_what_to_do(tmp_path: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await look_in(pilot, screen, (tmp_path / "folk", "yours"))
        text = "\n".join(rows(screen))
        assert "There is no persona yet." in text
        assert "n   makes a new one" in text
        assert str(tmp_path)[:30] in text
        await pilot.press("d", "enter")
        (tmp_path / "folk").mkdir()
        (tmp_path / "folk" / "zoe.md").write_text("# Z: Zoe (en)\n\nx\n", "utf-8")
        await until(pilot, lambda: names(screen) == ["Zoe"])
        await until(pilot, lambda: shown(screen) == "Zoe")


async def test_hostile_personas_stay_text(tmp_path: Path) -> None:
    folk = tmp_path / "folk"
    folk.mkdir()
    (folk / "evil.md").write_text(
        "---\ntags: ['[bold]x[/]', \"\\e[31m\"]\n---\n"
        "# [@click=app.quit]Role[/]: \x1b[2JEvil [link=x]y (en) [f]\n\n[@click=app.bell]z\x9b31m\n",
        "utf-8",
    )
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("o")
        await pilot.press("slash", *"evil")
        await until(pilot, lambda: len(names(screen)) == 1)
        await until(pilot, lambda: "Evil" in shown(screen))
        picture = pilot.app.export_screenshot()
        assert "\x1b" not in picture
        assert "\x9b" not in picture
        assert "click" in shown(screen) or "click" in str(
            screen.query_one("#preview-role").render()
        )


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (60, 20), (30, 8)])
async def test_any_size_will_do(tmp_path: Path, folk: Path, size: tuple[int, int]) -> None:
    async with personas(runtime_with(tmp_path), size) as (pilot, screen):
        await pilot.resize_terminal(150, 40)
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert "Anna" in "\n".join(rows(screen))
        await pilot.press("tab")
        text = screen.controller.preview.text
        assert text.has_focus
        assert text.size.width > 0
        await pilot.press("tab" if size[0] > 50 else "escape")
        assert screen.controller.list.has_focus
        assert screen.controller.list.size.width > 0


async def test_another_pane_can_have_a_persona_shown(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("slash", *"anna")
        await until(pilot, lambda: names(screen) == ["Anna Berg"])
        await pilot.app.show("meetup")
        await pilot.app.navigate(ShowPersona("bo lind"))
        await until(pilot, lambda: shown(screen) == "Bo Lind")
        assert screen.controller.filter_input.value == ""
        await pilot.app.navigate(ShowPersona("nobody at all like this"))
        assert "no persona" in screen.controller.status.problem
        elsewhere = tmp_path / "elsewhere.md"
        elsewhere.write_text("# R: Elsewhere\n", "utf-8")
        await pilot.app.navigate(ShowPersona(str(elsewhere)))
        assert "none of the folders" in screen.controller.status.problem


async def test_the_mouse_points_folds_and_scrolls(tmp_path: Path, folk: Path) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.click("#persona-list", offset=(6, 2))
        await until(pilot, lambda: shown(screen) == "Bo Lind")
        await pilot.click("#persona-list", offset=(6, 0))
        assert "▸ SALON_PERSONAS" in rows(screen)[0]


async def test_every_key_is_shown_by_the_key_bar_and_the_palette(
    tmp_path: Path, folk: Path
) -> None:
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        actions = {each.binding.action for each in screen.active_bindings.values()}
        assert "command('chat')" in actions
        assert "command('undo')" not in {
            each.binding.action for each in screen.active_bindings.values() if each.enabled
        }
        await pilot.press("home")
        assert "command('edit')" not in {
            each.binding.action for each in screen.active_bindings.values() if each.enabled
        }


async def test_thousands_are_listed_and_painted_row_by_row(tmp_path: Path) -> None:
    folk = tmp_path / "folk"
    folk.mkdir()
    for number in range(600):
        (folk / f"p{number:03}.md").write_text(f"# R: P {number:03} (en)\n\nx\n", "utf-8")
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await pilot.press("end")
        await until(pilot, lambda: screen.controller.list.scroll_offset.y > 500)
        await pilot.press("pageup", "home", "pagedown")
        assert screen.controller.list.cursor > 10
    kept = list((tmp_path / "data" / "cache").glob("personas-*.json"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o077 == 0


async def test_what_was_found_in_a_text_is_marked_there(tmp_path: Path, folk: Path) -> None:
    (folk / "long.md").write_text(
        "# Tailor: Lena (en)\n\n" + "A line.\n\n" * 80 + "At last some Velvet ribbon.\n", "utf-8"
    )
    async with personas(runtime_with(tmp_path)) as (pilot, screen):
        await until(pilot, lambda: "reading" not in screen.controller.status.state)
        await pilot.press("slash", *"velvet tailor")
        await until(pilot, lambda: shown(screen) == "Lena")
        text = screen.controller.preview.text

        def in_view() -> bool:
            lines = (text.render_line(y).text for y in range(text.size.height))
            return any("Velvet ribbon" in line for line in lines)

        await until(pilot, in_view)
        assert text.match_number == 1
        await pilot.press("enter", "escape")
        await until(pilot, lambda: text.match_number == 0)
        assert shown(screen) == "Lena"
