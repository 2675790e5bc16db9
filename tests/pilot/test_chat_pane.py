"""The chat pane from the first word to the last: type, stop, write anew, change, come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.sessions.record import Kind
from pilot.chat_kit import (
    chatting,
    everything,
    footers,
    idle,
    offered,
    said,
    say,
    scripted,
    shown,
    with_card,
    write,
)
from pilot.salon import runtime_for, until
from tui.dialogs.edit import EditScreen
from tui.dialogs.page import PageScreen
from tui.dialogs.pick import PickScreen
from tui.navigation import ChatWith, OpenSession
from tui.pane.key_bar import KeyBar

SLOW = {"replies": [{"text": "word " * 400, "tokens_per_second": 60}], "loop": True}


def sessions(folder: Path) -> list[Path]:
    return list((folder / "sessions").glob("*.jsonl"))


async def test_what_is_typed_is_answered_and_on_record(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        assert chat.prompt.has_focus
        assert not sessions(tmp_path)
        await pilot.press(*"hello", "enter")
        await until(pilot, lambda: len(said(chat)) == 2)
        await idle(pilot, chat)
        assert said(chat)[0] == "hello"
        assert shown(chat) == said(chat)
        (file,) = sessions(tmp_path)
        stored = file.read_text("utf-8")
        assert all(text in stored for text in said(chat))
        assert "tok" in footers(chat)[1]
        assert chat.prompt.text == ""


async def test_nothing_is_stored_of_a_chat_in_which_nothing_was_said(tmp_path: Path) -> None:
    async with chatting(with_card(tmp_path)) as (pilot, chat):
        await pilot.app.navigate(ChatWith("ada"))
        assert chat.session.setup.persona.name == "Ada Lovelace"
        await pilot.app.navigate(ChatWith("keeper", "eliza:parry"))
        assert chat.session.setup.spec.seat.model == "eliza:parry"
    assert not sessions(tmp_path)


async def test_the_greeting_is_picked_before_the_first_word(tmp_path: Path) -> None:
    async with chatting(with_card(tmp_path)) as (pilot, chat):
        assert "Good evening. Do you see the light?" in shown(chat)
        assert "command('swipe 1')" in offered(pilot)
        await pilot.press("right")
        assert "Who is there?" in shown(chat)
        await pilot.press("left", "left")
        greeting = shown(chat)[-1]
        assert greeting.startswith("Mind the step, ")
        await say(pilot, chat, "I am here.")
        assert said(chat)[:2] == [greeting, "I am here."]
        assert "‹ 3 of 3 ›" in footers(chat)[0]
        assert "Who is there?" in everything(chat)


async def test_escape_stops_and_keeps_what_was_said(tmp_path: Path) -> None:
    async with chatting(scripted(tmp_path, SLOW)) as (pilot, chat):
        await write(pilot, chat, "go")
        await until(pilot, lambda: "word" in (chat.talk.last.text if chat.talk.last else ""))
        await pilot.press(*"later")
        assert "command('stop')" in offered(pilot)
        await pilot.press("escape")
        await idle(pilot, chat)
        reply = chat.session.state.last
        assert reply.status == "stopped"
        assert reply.text.startswith("word")
        assert chat.talk.last.status == "stopped"
        assert chat.prompt.text == "later"
        assert chat.prompt.has_focus
        assert "command('stop')" not in offered(pilot)


async def test_what_is_sent_while_a_reply_is_written_stays_in_the_prompt(tmp_path: Path) -> None:
    async with chatting(scripted(tmp_path, SLOW)) as (pilot, chat):
        await write(pilot, chat, "go")
        await until(pilot, lambda: chat.session.replying)
        await write(pilot, chat, "me too")
        assert chat.prompt.text == "me too"
        assert "still writing" in chat.status.problem
        await pilot.press("escape")
        await idle(pilot, chat)
        assert len(said(chat)) == 2


async def test_anew_back_and_forth_and_nothing_is_lost(tmp_path: Path) -> None:
    replies = {"replies": ["first"]}
    async with chatting(scripted(tmp_path, replies)) as (pilot, chat):
        await say(pilot, chat, "one")
        await write(pilot, chat, "/model eliza:doctor")
        await pilot.press("escape", "r")
        await until(pilot, lambda: "‹ 2 of 2 ›" in footers(chat)[-1])
        await idle(pilot, chat)
        second = said(chat)[1]
        assert "eliza:doctor" in footers(chat)[-1]
        await pilot.press("left")
        await idle(pilot, chat)
        assert said(chat) == ["one", "first"]
        assert "‹ 1 of 2 ›" in footers(chat)[-1]
        await pilot.press("right")
        await idle(pilot, chat)
        assert said(chat) == ["one", second]
        await pilot.press("right")
        await until(pilot, lambda: "‹ 3 of 3 ›" in footers(chat)[-1])


async def test_swiping_in_the_middle_brings_back_what_followed(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        for text in ("I am sad", "my mother", "my dog"):
            await say(pilot, chat, text)
        before = said(chat)
        await pilot.press("escape", "g", "j", "j", "r")
        await until(pilot, lambda: len(said(chat)) == 2)
        await idle(pilot, chat)
        await pilot.press("g", "j", "j", "left")
        await idle(pilot, chat)
        assert said(chat) == before
        assert chat.talk.cursor_id == chat.session.state.messages[1].id


async def test_the_key_bar_offers_what_the_selected_message_has(tmp_path: Path) -> None:
    def swiped() -> set[str]:
        keys = {each.action for each in pilot.app.screen.query_one(KeyBar).shown}
        return keys & {"command('swipe 1')", "command('swipe -1')"}

    async with chatting(runtime_for(tmp_path), (200, 40)) as (pilot, chat):
        await say(pilot, chat, "I am sad")
        await say(pilot, chat, "my mother")
        await pilot.press("escape", "r")
        await until(pilot, lambda: "‹ 2 of 2 ›" in footers(chat)[-1])
        await idle(pilot, chat)
        await until(pilot, lambda: len(swiped()) == 2)
        # A message that was answered on this path, and a reply that nothing stands beside.
        await pilot.press("g", "j")
        await until(pilot, lambda: not swiped())
        await pilot.press("j")
        await until(pilot, lambda: chat.talk.cursor_id == chat.session.state.messages[1].id)
        assert not swiped()
        await pilot.press("j", "j")
        await until(pilot, lambda: len(swiped()) == 2)


async def test_words_of_either_side_are_changed_in_their_place(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "one")
        await say(pilot, chat, "two")
        followed = said(chat)[2:]
        await pilot.press("escape", "g", "j", "j", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditScreen))
        await pilot.press(*" Indeed", "ctrl+s")
        await until(pilot, lambda: said(chat)[1].endswith("Indeed"))
        await idle(pilot, chat)
        assert said(chat)[2:] == followed
        assert "edited" in footers(chat)[1]


async def test_changed_words_can_be_sent_again_as_a_branch(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "I hate rain")
        old = said(chat)
        await pilot.press("escape", "g", "j", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditScreen))
        await pilot.press(*" and snow", "ctrl+r")
        await until(pilot, lambda: said(chat)[:1] == ["I hate rain and snow"])
        await until(pilot, lambda: len(said(chat)) == 2)
        await idle(pilot, chat)
        assert "‹ 2 of 2 ›" in footers(chat)[0]
        assert set(old) <= everything(chat)


async def test_what_was_left_out_can_be_taken_back_in_where_it_was(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        for text in ("one", "two", "three"):
            await say(pilot, chat, text)
        before = said(chat)
        await pilot.press("escape", "g", "j", "j", "j", "d")
        await idle(pilot, chat)
        assert said(chat) == before[:2] + before[3:]
        await pilot.press("u")
        await idle(pilot, chat)
        assert said(chat) == before
        assert chat.talk.cursor_id == chat.session.state.messages[2].id


async def test_a_fork_goes_on_and_the_old_end_stays(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        for text in ("one", "two"):
            await say(pilot, chat, text)
        before = said(chat)
        await pilot.press("escape", "g", "j", "j", "f")
        await idle(pilot, chat)
        assert said(chat) == before[:2]
        assert chat.prompt.has_focus
        await say(pilot, chat, "else")
        assert said(chat)[:3] == [*before[:2], "else"]
        assert set(before) <= everything(chat)


async def test_a_reply_goes_on_from_its_last_word(tmp_path: Path) -> None:
    async with chatting(scripted(tmp_path, {"replies": ["abc"], "loop": True})) as (pilot, chat):
        await say(pilot, chat, "one")
        await pilot.press("escape", "c")
        await until(pilot, lambda: len(said(chat)) == 2 and said(chat)[1].count("abc") == 2)
        await idle(pilot, chat)
        assert "continued" in footers(chat)[1]
        assert "abc" in everything(chat)


async def test_a_model_changed_in_mid_chat_is_told_and_used(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "one")
        await write(pilot, chat, "/model eliza:parry")
        await write(pilot, chat, "/set temperature=0.25")
        await until(pilot, lambda: "temperature 0.25" in chat.talk.entries[-1].text)
        assert "eliza:parry" in chat.talk.entries[-2].text
        await say(pilot, chat, "two")
        assert chat.session.state.last.model == "eliza:parry"
        assert chat.session.state.last.params["temperature"] == 0.25
        await write(pilot, chat, "/model nonsense:x")
        assert "nonsense" in chat.status.problem
        assert chat.prompt.text == "/model nonsense:x"


async def test_closed_reopened_searched_and_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        for text in ("the sea is grey", "the sea is wide"):
            await say(pilot, chat, text)
        await write(pilot, chat, "/rename About the sea")
        await write(pilot, chat, "/pin")
        assert "“About the sea”" in chat.status.state
        before = said(chat)
    size = sessions(tmp_path)[0].stat().st_size
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: chat.session.stored is not None)
        await idle(pilot, chat)
        assert said(chat) == before
        assert "pinned" in chat.status.state
        await write(pilot, chat, "/find the sea")
        assert "match 1 of 2" in chat.status.hint
        await pilot.press("greater_than_sign")
        assert "match 2 of 2" in chat.status.hint
        await write(pilot, chat, "/export md")
        await until(pilot, lambda: "written" in chat.status.hint)
        assert "the sea is wide" in (tmp_path / "about-the-sea.md").read_text("utf-8")
        await write(pilot, chat, "/export about-the-sea.md")
        assert "exists already" in chat.status.problem
    assert sessions(tmp_path)[0].stat().st_size == size, "looking at a chat writes nothing"


async def test_the_shell_names_pins_and_closes_what_is_open(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "one")
        session, app = chat.screen.session_id, pilot.app
        assert app.holder(session) is chat.screen
        await chat.screen.set_metadata(title="By another pane", pinned=True)
        assert "“By another pane”" in chat.status.state
        assert "pinned" in chat.status.state
        await chat.screen.close_session()
        assert chat.screen.session_id is None
        assert app.holder(session) is None
        again = await app.runtime.store.open(session)
        assert again.tree.meta["title"] == "By another pane"
        await again.close()


async def test_other_programs_that_cannot_be_had_are_said(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "one")
        for command in ("/pager", "/editor", "/write"):
            await write(pilot, chat, command)
            await until(pilot, lambda: bool(chat.status.problem))
            chat.prompt.clear()
        await say(pilot, chat, "two")


async def test_a_stored_chat_opens_where_it_was_asked_to(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        for number in range(12):
            await say(pilot, chat, f"number {number}")
        wanted = chat.session.state.messages[4]
        session = chat.session.stored.id
        await write(pilot, chat, "/clear")
        await until(pilot, lambda: not chat.session.opened)
        await pilot.app.navigate(OpenSession(session, "chat", record=wanted.id, find="number"))
        assert chat.talk.cursor_id == wanted.id
        assert not chat.talk.following
        assert len(said(chat)) == 24, "nothing is sent by itself"


async def test_a_place_on_another_branch_is_one_key_away(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "one")
        old = chat.session.state.last.id
        await pilot.press("escape", "r")
        await until(pilot, lambda: "‹ 2 of 2 ›" in footers(chat)[-1])
        await idle(pilot, chat)
        session = chat.session.stored.id
        await write(pilot, chat, "/clear")
        await until(pilot, lambda: not chat.session.opened)
        await pilot.app.navigate(OpenSession(session, "chat", record=old))
        assert "another branch" in chat.status.hint
        await pilot.press("b")
        await until(pilot, lambda: pilot.app.screen.query("#branches-map"))
        await pilot.press("enter")
        await until(pilot, lambda: chat.session.state.last.id == old)


async def test_what_was_sent_is_shown_exactly(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "one")
        await pilot.press("escape", "w")
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
        page = pilot.app.screen.query_one("#page-text")
        assert [each.text for each in page.entries][-1] == "one"
        await pilot.press("escape")


async def test_cost_and_context_are_told(tmp_path: Path) -> None:
    replies = {"replies": [{"text": "abc", "usage": {"input_tokens": 900, "output_tokens": 100}}]}
    prices = 'prices.scripted:talk={"input": 10, "output": 100}'
    async with chatting(scripted(tmp_path, replies, prices)) as (pilot, chat):
        await say(pilot, chat, "one")
        assert "$0.0190" in footers(chat)[-1]
        header = chat.screen.query_one("#who")
        assert header.view.spent == "1.0k tok · $0.0190"
        assert header.view.used == 900


async def test_a_price_that_nobody_knows_is_said_so(tmp_path: Path) -> None:
    mine = ("providers.mine.kind=scripted", 'providers.mine.options.models={"x": ["abc"]}')
    async with chatting(runtime_for(tmp_path, *mine, model="mine:x")) as (pilot, chat):
        await say(pilot, chat, "one")
        assert "price unknown" in footers(chat)[-1]
        assert "price unknown" in chat.screen.query_one("#who").view.spent


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (30, 8)])
async def test_any_size_will_do(tmp_path: Path, size: tuple[int, int]) -> None:
    async with chatting(scripted(tmp_path, SLOW), size) as (pilot, chat):
        await write(pilot, chat, "go")
        await until(pilot, lambda: chat.talk.last is not None and "word" in chat.talk.last.text)
        for other in ((150, 40), (30, 8), (20, 4), size):
            await pilot.resize_terminal(*other)
            await pilot.pause()
        assert chat.session.replying
        await pilot.press("escape")
        await idle(pilot, chat)
        for key in ("escape", "e", "escape", "b", "escape", "w", "escape", "f1", "escape"):
            await pilot.press(key)
            await pilot.pause()
        assert shown(chat) == said(chat)


async def test_the_first_record_says_how_it_was_set_up(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await write(pilot, chat, "/set temperature=0.5")
        await say(pilot, chat, "one")
        root = chat.session.tree.root
        assert root.kind == Kind.SESSION
        assert root.data["seats"]["persona"]["params"]["temperature"] == 0.5
