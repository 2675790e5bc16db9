"""Branches as a map, and several models answering side by side."""

from __future__ import annotations

from pathlib import Path

from pilot.chat_kit import chatting, everything, footers, idle, offered, said, say, scripted, write
from pilot.salon import runtime_for, until
from tui.chat.compare_screen import CompareScreen
from tui.conversation.branches_screen import BranchesScreen
from tui.dialogs.pick_many import PickManyScreen

ENDLESS = {"replies": [{"text": "word " * 400, "tokens_per_second": 60}], "loop": True}


async def test_the_map_shows_every_branch_and_goes_to_one(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "one")
        await say(pilot, chat, "two")
        first = said(chat)
        await pilot.press("escape", "g", "j", "j", "f")
        await idle(pilot, chat)
        await say(pilot, chat, "three")
        await pilot.press("escape", "b")
        await until(pilot, lambda: isinstance(pilot.app.screen, BranchesScreen))
        await pilot.pause()
        rows = pilot.app.screen.query_one("#branches-map")
        texts = [str(rows.get_option_at_index(n).prompt) for n in range(rows.option_count)]
        assert len(texts) == 3
        assert "one" in texts[0]
        assert texts[1].startswith("├─ ○ You, 2 messages: two")
        assert texts[2].startswith("└─ ● You, 2 messages: three")
        assert rows.highlighted == 2
        preview = pilot.app.screen.query_one("#branches-preview")
        assert preview.entries[0].text == "three"
        await pilot.press("k", "enter")
        await until(pilot, lambda: said(chat) == first)
        await idle(pilot, chat)


async def test_one_of_several_answers_is_kept(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        chat.prompt.insert("I am afraid of them")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickManyScreen))
        await until(pilot, lambda: pilot.app.screen.query_one("#pick-list").option_count > 2)
        await pilot.press(*"parry")
        await pilot.press("enter", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        compare = pilot.app.screen
        await until(pilot, lambda: not compare.writing)
        assert [each.model for each in compare.columns] == ["eliza:doctor", "eliza:parry"]
        await pilot.press("right", "enter")
        await until(pilot, lambda: len(said(chat)) == 2)
        await idle(pilot, chat)
        assert said(chat)[0] == "I am afraid of them"
        assert chat.session.state.last.model == "eliza:parry"
        place, model, *_ = footers(chat)[1].split(" · ")
        assert place in {"‹ 1 of 2 ›", "‹ 2 of 2 ›"}, "who was first stands first"
        assert model == "eliza:parry"
        assert chat.prompt.text == ""
        assert len(everything(chat)) == 3
        await pilot.press("left" if "2 of 2" in place else "right")
        await idle(pilot, chat)
        assert chat.session.state.last.model == "eliza:doctor"


async def test_keeping_none_leaves_all_within_reach(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await write(pilot, chat, "/compare eliza:doctor eliza:parry I am afraid")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        compare = pilot.app.screen
        await until(pilot, lambda: not compare.writing)
        await pilot.press("escape")
        await idle(pilot, chat)
        assert said(chat) == ["I am afraid"]
        assert "‹ 2 replies ›" in footers(chat)[0]
        await pilot.press("escape", "right")
        await idle(pilot, chat)
        assert len(said(chat)) == 2
        assert footers(chat)[0] == ""


async def test_escape_stops_all_before_it_leaves(tmp_path: Path) -> None:
    async with chatting(scripted(tmp_path, ENDLESS)) as (pilot, chat):
        path = tmp_path / "script.yml"
        await write(pilot, chat, f"/compare scripted:talk scripted:{path} go")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        compare = pilot.app.screen
        columns = compare.columns
        await until(
            pilot,
            lambda: all(
                "word" in str(c.talk.entries[:1] and c.talk.entries[0].text) for c in columns
            ),
        )
        await pilot.press("escape")
        await until(pilot, lambda: not compare.writing)
        assert pilot.app.screen is compare
        assert all(column.done.status == "stopped" for column in columns)
        await pilot.press("1")
        await until(pilot, lambda: len(said(chat)) == 2)
        await idle(pilot, chat)
        assert chat.session.state.last.id == columns[0].done.id


async def test_more_columns_than_there_is_room_for(tmp_path: Path) -> None:
    async with chatting(scripted(tmp_path, ["one"]), (60, 20)) as (pilot, chat):
        await write(pilot, chat, "/compare eliza:doctor eliza:parry scripted:talk hello")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        compare = pilot.app.screen
        await until(pilot, lambda: not compare.writing)
        await pilot.press("right", "right")
        await pilot.pause()
        last = compare.columns[-1]
        assert last.talk.has_focus
        assert compare.region.contains_region(last.region)
        await pilot.resize_terminal(20, 6)
        await pilot.press("left", "enter")
        await until(pilot, lambda: len(said(chat)) == 2)
        assert chat.session.state.last.model == "eliza:parry"


async def test_an_unknown_model_is_said_and_the_words_are_given_back(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await write(pilot, chat, "/compare eliza:doctor eliza:nobody hello")
        await until(pilot, lambda: bool(chat.status.problem))
        assert chat.prompt.text == "/compare eliza:doctor eliza:nobody hello"
        assert not chat.session.opened
        assert not list((tmp_path / "sessions").glob("*.jsonl"))


async def test_nothing_to_compare_is_said(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "nothing to reply to" in chat.status.problem)
        assert "command('branches')" not in offered(pilot)
