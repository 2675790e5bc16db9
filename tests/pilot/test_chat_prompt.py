"""The chat's prompt: commands, history, drafts, attached files, large pastes."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from core.sessions.drafts import HISTORY
from pilot.chat_kit import chatting, idle, said, say, shown, with_card, write
from pilot.salon import runtime_for, until
from tui.chat.attachments import MAX_BYTES
from tui.chat.table import TABLE
from tui.navigation import ChatWith, OpenSession


async def test_an_unknown_command_is_given_back(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await write(pilot, chat, "/retyr now")
        assert "Did you mean /retry" in chat.status.problem
        assert chat.prompt.text == "/retyr now"
        await say(pilot, chat, "//etc is a folder")
        assert said(chat)[0] == "/etc is a folder"


async def test_every_command_has_a_handler_or_is_sent_to_the_engine(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (_, chat):
        for row in TABLE.rows:
            assert row.name in chat.handlers or row.sends is not None, row.id
            optional = row.usage.partition(" ")[2].startswith("[")
            assert not optional or row.name in chat.handlers, row.id
        assert TABLE.speech in chat.handlers


async def test_a_beginning_is_completed_and_explained(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await pilot.press(*"/ren")
        assert "Change the title of the chat" in chat.status.hint
        await pilot.press("tab")
        assert chat.prompt.text == "/rename "
        chat.prompt.clear()
        await pilot.press(*"/set temp")
        await pilot.press("tab")
        await until(pilot, lambda: chat.prompt.text == "/set temperature=")
        chat.prompt.clear()
        await pilot.press(*"/re", "tab")
        await until(pilot, lambda: "/restore" in chat.status.hint and "/resume" in chat.status.hint)


async def test_up_recalls_what_was_sent_in_another_run(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "one\nof two lines")
        await say(pilot, chat, "two")
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await pilot.press(*"new", "up")
        assert chat.prompt.text == "two"
        await pilot.press("up")
        assert chat.prompt.text == "one\nof two lines"
        await pilot.press("up")
        assert chat.prompt.text == "one\nof two lines", "there it moves through the lines"
        await pilot.press("down", "down", "down")
        assert chat.prompt.text == "new"


async def test_what_was_typed_comes_back_in_each_chat(tmp_path: Path) -> None:
    runtime = with_card(tmp_path)
    async with chatting(runtime) as (pilot, chat):
        await pilot.press(*"to the keeper")
        await pilot.app.navigate(ChatWith("ada"))
        assert chat.prompt.text == ""
        await say(pilot, chat, "hello")
        session = chat.session.stored.id
        await pilot.press(*"to ada")
        await pilot.app.navigate(ChatWith("keeper"))
        assert chat.prompt.text == "to the keeper"
    async with chatting(with_card(tmp_path)) as (pilot, chat):
        assert chat.prompt.text == "to the keeper"
        await chat.navigate(_opening(session))
        assert chat.prompt.text == "to ada"
        await say(pilot, chat, "now")
        await pilot.app.navigate(ChatWith("keeper"))
        await chat.navigate(_opening(session))
        assert chat.prompt.text == ""


def _opening(session: str) -> object:
    from tui.navigation import OpenSession

    return OpenSession(session, "chat")


async def test_what_is_kept_while_another_chat_is_opened_is_kept_for_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(with_card(tmp_path)) as (pilot, chat):
        await say(pilot, chat, "hello")
        session = chat.session.stored
        assert session is not None
        await pilot.press(*"for the session")
        await pilot.app.navigate(ChatWith("ada"))
        await pilot.press(*"for Ada")
        show_all = chat.view.show_all

        async def kept_first() -> None:
            # As the clock of the prompt does, whenever it runs out.
            await chat.input.save()
            await show_all()

        monkeypatch.setattr(chat.view, "show_all", kept_first)
        await pilot.app.navigate(OpenSession(session.id, "chat"))
        assert chat.prompt.text == "for the session"
        await pilot.app.navigate(ChatWith("ada"))
        assert chat.prompt.text == "for Ada"


async def test_a_memory_that_cannot_be_written_takes_no_message_back(tmp_path: Path) -> None:
    runtime = with_card(tmp_path)
    (runtime.directories.data / HISTORY).mkdir(parents=True)
    async with chatting(runtime) as (pilot, chat):
        assert HISTORY in chat.status.problem
        assert shown(chat) == ["Good evening. Do you see the light?"]
        await say(pilot, chat, "hello")
        assert "hello" in said(chat)
        assert chat.prompt.text == ""
        assert HISTORY in chat.status.problem


async def test_a_text_file_goes_along(tmp_path: Path) -> None:
    notes = tmp_path / "some notes.txt"
    notes.write_bytes(b"\xff\xfe" + "Über die See\r\n```\n".encode("utf-16-le"))
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        await pilot.press(*f"/attach {tmp_path}/some", "tab")
        await until(pilot, lambda: chat.prompt.text.endswith("some notes.txt"))
        await pilot.press("enter")
        await until(pilot, lambda: len(chat.attached.files) == 1)
        assert "some notes.txt" in str(chat.attached.content)
        await say(pilot, chat, "read this")
        assert chat.attached.files == ()
        assert "Über die See" in said(chat)[0]
        assert "````" in said(chat)[0], "a fence that the text cannot close"
        assert chat.session.state.messages[0].data["files"][0]["name"] == "some notes.txt"


async def test_what_cannot_go_along_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_bytes(b"x" * (MAX_BYTES + 1))
    (tmp_path / "picture.png").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "empty.txt").touch()
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        for name, problem in (
            ("large.txt", "larger than"),
            ("picture.png", "not a text file"),
            ("empty.txt", "is empty"),
            ("nothing.txt", "is not there"),
            ("", "is a folder"),
        ):
            await write(pilot, chat, f"/attach {tmp_path}/{name}")
            await until(pilot, lambda problem=problem: problem in chat.status.problem)
            assert chat.prompt.text == f"/attach {tmp_path}/{name}"
        assert chat.attached.files == ()


async def test_a_paste_of_ten_thousand_lines_is_typed_in_and_sent(tmp_path: Path) -> None:
    lines = "\n".join(f"line {number} of a long letter" for number in range(10_000))
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        chat.prompt.post_message(events.Paste(f"{lines}\x1b[2J"))
        await until(pilot, lambda: chat.prompt.document.line_count == 10_000)
        await pilot.press(*" end")
        assert "\x1b" not in chat.prompt.text
        assert chat.prompt.size.height <= 8
        await pilot.press("enter")
        await until(pilot, lambda: len(said(chat)) == 2)
        await idle(pilot, chat)
        assert said(chat)[0] == f"{lines}[2J end"
        await pilot.press("up")
        assert chat.prompt.document.line_count == 10_000


async def test_a_paste_keeps_its_lines_however_the_terminal_ends_them(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):
        chat.prompt.post_message(events.Paste("one\rtwo\r\nthree\n"))
        await until(pilot, lambda: bool(chat.prompt.text))
        assert chat.prompt.text == "one\ntwo\nthree\n"


async def test_keys_that_do_nothing_in_the_prompt_are_the_screens(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path), (80, 24)) as (pilot, chat):
        for number in range(8):
            await say(pilot, chat, f"number {number}")
        assert chat.talk.following
        await pilot.press("pageup")
        assert not chat.talk.following
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert chat.talk.following
        await pilot.press("right")
        await until(pilot, lambda: "‹ 2 of 2 ›" in chat.talk.entries[-1].footer)


async def test_words_that_no_context_holds_are_given_back(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path, "params.context_length=512")) as (pilot, chat):
        await write(pilot, chat, "far too long " * 1000)
        assert "has room for" in chat.status.problem
        assert chat.prompt.text.startswith("far too long")
        assert not chat.session.opened
