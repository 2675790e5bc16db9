"""What goes wrong in a chat is said where it happened, and nothing that was typed is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pilot.chat_kit import (
    chatting,
    everything,
    idle,
    offered,
    said,
    say,
    scripted,
    shown,
    write,
)
from pilot.salon import runtime_for, until
from tui.chat.controller import ChatController
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.page import PageScreen
from tui.navigation import ChatWith, OpenSession
from tui.widgets.transcript import EntryKind
from wire.fake_server import FakeServer, Script, failing, whole
from wire.frames import OllamaWire, OpenAIWire

WIRE, OPENAI = OllamaWire(), OpenAIWire()


def cards(chat: ChatController) -> list[str]:
    return [each.text for each in chat.talk.entries if each.kind is EntryKind.ERROR]


async def test_a_reply_that_fails_leaves_a_card_and_the_message(tmp_path: Path) -> None:
    fault = {"kind": "refused", "message": "Too many.", "times": 1}
    replies = {"replies": [{"text": "at last", "error": fault}]}
    async with chatting(scripted(tmp_path, replies)) as (pilot, chat):
        await write(pilot, chat, "hello?")
        await until(pilot, lambda: bool(cards(chat)))
        await idle(pilot, chat)
        assert said(chat) == ["hello?"]
        assert "Too many." in cards(chat)[0]
        assert "r or /retry" in cards(chat)[0]
        await pilot.press("escape", "r")
        await until(pilot, lambda: said(chat) == ["hello?", "at last"])
        await idle(pilot, chat)
        assert cards(chat) == []
        assert any("Too many." in each.text for each in chat.talk.entries)


async def test_a_server_that_goes_away_in_mid_sentence(tmp_path: Path) -> None:
    async with FakeServer() as server:
        host = f"providers.ollama.base_url={server.url}"
        runtime = runtime_for(tmp_path, host, model="ollama:served")
        cut = Script((*WIRE.start(), WIRE.text("I was say"), 0.2), ending="cut")
        server.plan(cut, whole(*WIRE.start(), WIRE.text("again"), *WIRE.end()))
        async with chatting(runtime) as (pilot, chat):
            await write(pilot, chat, "go on")
            await until(pilot, lambda: bool(cards(chat)))
            await idle(pilot, chat)
            assert said(chat) == ["go on"]
            assert "I was say" in everything(chat)
            await write(pilot, chat, "/retry")
            await until(pilot, lambda: said(chat) == ["go on", "again"])
            await idle(pilot, chat)


async def test_the_prompt_page_and_the_header_say_what_was_not_sent(tmp_path: Path) -> None:
    refused = OPENAI.error("x", "Unsupported parameter: 'temperature' is not supported here.")
    async with FakeServer() as server:
        server.plan(failing(400, refused), whole(*OPENAI.answer(["fine"])))
        host = f"providers.lmstudio.base_url={server.url}"
        runtime = runtime_for(
            tmp_path,
            host,
            "params.temperature=0.3",
            "params.max_tokens=64",
            model="lmstudio:served",
        )
        async with chatting(runtime) as (pilot, chat):
            await say(pilot, chat, "hello")
            assert any("temperature was not sent" in each.text for each in chat.talk.entries)
            assert "temperature 0.3 (not sent)" in chat.screen.query_one("#who").view.model
            await pilot.press("escape", "w")
            await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
            title = str(pilot.app.screen.query_one("#page-title").render())
            assert "max_tokens 64" in title
            assert "temperature" not in title
            entries = pilot.app.screen.query_one("#page-text").entries
            assert entries[0].text.startswith("not sent: temperature (Unsupported")


async def test_a_server_that_is_not_there_takes_nothing_away(tmp_path: Path) -> None:
    async with FakeServer() as server:
        gone = server.url
    runtime = runtime_for(tmp_path, f"providers.ollama.base_url={gone}", model="ollama:served")
    async with chatting(runtime) as (pilot, chat):
        await write(pilot, chat, "anybody?")
        await until(pilot, lambda: bool(cards(chat)))
        await idle(pilot, chat)
        await write(pilot, chat, "/model eliza:doctor")
        await write(pilot, chat, "/retry")
        await until(pilot, lambda: len(said(chat)) == 2)
        await idle(pilot, chat)
        assert said(chat)[0] == "anybody?"


async def test_an_old_reply_is_back_where_writing_it_anew_fails(tmp_path: Path) -> None:
    async with FakeServer() as server:
        runtime = runtime_for(
            tmp_path, f"providers.ollama.base_url={server.url}", model="ollama:served"
        )
        server.plan(
            whole(*WIRE.start(), WIRE.text("fine"), *WIRE.end()),
            failing(404, WIRE.error("unknown_model", "gone")),
        )
        async with chatting(runtime) as (pilot, chat):
            await say(pilot, chat, "hello")
            await pilot.press("escape", "r")
            await until(pilot, lambda: bool(cards(chat)))
            await idle(pilot, chat)
            assert said(chat) == ["hello", "fine"]


async def test_a_missing_key_is_said_and_the_next_model_answers(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path, model="openai:gpt-4o-mini")) as (pilot, chat):
        await write(pilot, chat, "hello")
        await until(pilot, lambda: any("OPENAI_API_KEY" in each for each in cards(chat)))
        await idle(pilot, chat)
        assert shown(chat) == ["hello"]


async def test_a_chat_that_somebody_else_writes_is_read_and_forked(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "mine")
        session = chat.session.stored.id
        async with chatting(runtime_for(tmp_path)) as (other, second):
            await other.app.navigate(OpenSession(session, "chat"))
            assert shown(second) == said(chat)
            assert second.screen.session_id is None
            await write(other, second, "mine too")
            assert "can only be read" in second.status.problem
            assert second.prompt.text == "mine too"
            assert "command('regenerate')" not in offered(other)
            second.prompt.clear()
            for command in ("/compare eliza:doctor eliza:parry x", "/retry", "/pin", "/edit"):
                await write(other, second, command)
                await until(other, lambda: "only be read" in second.status.problem)
                second.prompt.clear()
            await write(other, second, "/fork")
            await until(other, lambda: second.session.stored is not None)
            assert second.session.stored.id != session
            await say(other, second, "a copy of my own")
            assert len(said(second)) == 4
        assert len(said(chat)) == 2


async def test_a_session_that_is_not_there_leaves_the_pane_usable(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "mine")
        await pilot.app.navigate(OpenSession("01NOTTHERE", "chat"))
        assert chat.status.problem
        assert chat.session.opened, "the chat that was open still is"
        await say(pilot, chat, "still here")


async def test_another_chat_is_begun_while_a_reply_is_written(tmp_path: Path) -> None:
    slow = {"replies": [{"text": "word " * 400, "tokens_per_second": 60}], "loop": True}
    async with chatting(scripted(tmp_path, slow)) as (pilot, chat):
        await write(pilot, chat, "go")
        await until(pilot, lambda: "word" in chat.talk.entries[-1].text)
        session = chat.session.stored.id
        going = asyncio.create_task(pilot.app.navigate(ChatWith("ada")))
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("n")
        await going
        assert chat.session.replying
        going = asyncio.create_task(pilot.app.navigate(ChatWith("ada")))
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await going
        assert "was stopped" in chat.status.hint
        assert not chat.session.opened
        await pilot.app.navigate(OpenSession(session, "chat"))
        last = chat.session.state.last
        assert last.status == "stopped"
        assert last.text.startswith("word")


async def test_keys_that_go_elsewhere_do_not_stop_a_reply(tmp_path: Path) -> None:
    slow = {"replies": [{"text": "word " * 400, "tokens_per_second": 60}], "loop": True}
    async with chatting(scripted(tmp_path, slow)) as (pilot, chat):
        await write(pilot, chat, "go")
        await until(pilot, lambda: "word" in chat.talk.entries[-1].text)
        await pilot.press("left", "right", "pageup", "pagedown", "ctrl+t")
        await pilot.app.show("meetup")
        await pilot.app.show("chat")
        assert chat.session.replying
        assert "still writing" in chat.status.problem
        live = chat.talk.entries[-1].id
        await write(pilot, chat, "/pin")
        await write(pilot, chat, "/set temperature=0.5")
        await pilot.pause()
        assert chat.talk.entries[-1].id == live, "what is written stays last"
        assert chat.talk.entries[-1].text.startswith("word word")
        await pilot.press("escape")
        await idle(pilot, chat)


async def test_quitting_in_mid_sentence_keeps_what_was_said(tmp_path: Path) -> None:
    slow = {"replies": [{"text": "word " * 400, "tokens_per_second": 60}], "loop": True}
    async with chatting(scripted(tmp_path, slow)) as (pilot, chat):
        await write(pilot, chat, "go")
        await until(pilot, lambda: "word" in chat.talk.entries[-1].text)
        await pilot.press(*"half a thought")
        session = chat.session.stored.id
        await pilot.press("ctrl+q")
    async with chatting(scripted(tmp_path, slow)) as (pilot, chat):
        await pilot.app.navigate(OpenSession(session, "chat"))
        assert chat.session.state.last.text.startswith("word")
        assert chat.prompt.text == "half a thought"


async def test_markup_in_a_reply_stays_text(tmp_path: Path) -> None:
    replies = {"replies": ["[@click=app.quit]press[/] \x1b]0;x\x07 [red]"]}
    async with chatting(scripted(tmp_path, replies)) as (pilot, chat):
        await say(pilot, chat, "[bold]one")
        await pilot.press("escape", "b")
        await until(pilot, lambda: pilot.app.screen.query("#branches-map"))
        await pilot.pause()
        await pilot.press("escape", "enter")
        await pilot.pause()
        lines = [chat.talk.render_line(y).text for y in range(8)]
        assert any("[@click=app.quit]press[/]" in line for line in lines)
        assert not any("\x1b" in line for line in lines)
