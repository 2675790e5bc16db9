"""Your own profile as a page, through the real app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.profiles.validation import Proposed
from core.providers.base import ModelRequest
from core.providers.script import Reply
from pilot.profile_kit import (
    BERGEN,
    SAID,
    answering,
    bytes_below,
    chat,
    go_to,
    paged,
    press,
    propose,
    settled,
    texts,
    typed,
)
from pilot.salon import opened_at, runtime_for, until
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.page import PageScreen
from tui.dialogs.pick import PickScreen
from tui.profile.screen import ProfileScreen

SIZES = [(80, 24), (200, 60)]


def standing(page: ProfileScreen) -> str:
    return str(page.query_one("#own-standing").render())


async def picked(pilot: Pilot[int], page: ProfileScreen, keys: Iterable[str] = "") -> None:
    """Pick the first row that fits what is typed."""
    await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
    asking = pilot.app.screen
    await pilot.press(*keys, "enter")
    await until(pilot, lambda: pilot.app.screen is not asking)
    await settled(pilot, page)


async def agreed(pilot: Pilot[int], page: ProfileScreen, key: str = "y") -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
    asking = pilot.app.screen
    await pilot.press(key)
    await until(pilot, lambda: pilot.app.screen is not asking)
    await settled(pilot, page)


@pytest.mark.parametrize("size", SIZES)
async def test_one_key_turns_it_on_and_the_words_say_what_that_means(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    runtime = runtime_for(tmp_path)
    async with opened_at(runtime, "meetup", size) as pilot:
        page = await paged(pilot)
        assert page.query_one("#own-first").region.height > 10
        assert "off" in standing(page)
        assert "stays on this machine" in standing(page)
        assert not bytes_below(tmp_path / "data" / "profile"), "to look makes no file"
        await press(pilot, page, "o")
        assert (await runtime.own_profile.load()).state.active
        assert not page.query_one("#own-first").region.height
        assert "eliza:doctor reads it" in standing(page)
        await press(pilot, page, "p")
        assert "paused" in standing(page)
        assert not (await runtime.own_profile.load()).state.active
        await press(pilot, page, "p", "o")
        assert not (await runtime.own_profile.load()).state.on
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not page)


async def test_a_value_is_written_edited_locked_removed_and_brought_back(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    async with opened_at(runtime) as pilot:
        page = await paged(pilot)
        await press(pilot, page, "o", "n")
        await picked(pilot, page, "nationality")
        await typed(pilot, page, "Norway [red]x[/red]")
        assert texts(page) == ["Demographics", "Norway [red]x[/red]"]
        await press(pilot, page, "e")
        await typed(pilot, page, "Norway")
        assert texts(page) == ["Demographics", "Norway"]
        await press(pilot, page, "l")
        assert page.controller.rows.current is not None
        assert page.controller.rows.current.locked
        assert not page.check_action("command", ("remove",))
        await press(pilot, page, "d")
        assert texts(page) == ["Demographics", "Norway"], "a locked value stays"
        await press(pilot, page, "l", "d")
        assert texts(page) == []
        await press(pilot, page, "h")
        await picked(pilot, page, ["down", "down"])
        await agreed(pilot, page)
        assert texts(page) == ["Demographics", "Norway [red]x[/red]"]


async def test_a_field_of_settled_values_offers_those(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    async with opened_at(runtime) as pilot:
        page = await paged(pilot)
        await press(pilot, page, "n")
        await picked(pilot, page, "judging")
        await picked(pilot, page, "P")
        profile = (await runtime.own_profile.load()).profile
        assert profile.plain() == {"personality.judging_or_perceiving": "P"}


async def test_what_waits_is_accepted_changed_or_refused_with_its_words_beside_it(
    tmp_path: Path,
) -> None:
    runtime = runtime_for(tmp_path)
    file = runtime.own_profile
    said = await chat(runtime, SAID, "I am 45 now.")
    await file.switch(True)
    await file.edit(Proposed("demographics.age", "set", "44"))
    await propose(
        runtime,
        said,
        ("demographics.age", "45", "I am 45"),
        ("demographics.nationality", "lives in Bergen", "I live in Bergen"),
        ("preference.format", "short lists", "I like short lists"),
    )
    async with opened_at(runtime) as pilot:
        page = await paged(pilot)
        assert texts(page)[:4] == [
            "Proposed: 3  ·  a accept, c change, r refuse",
            "44 → 45",
            "→ lives in Bergen",
            "→ short lists",
        ]
        assert page.controller.rows.current is not None
        assert page.controller.rows.current.text == "44 → 45"
        await until(pilot, lambda: bool(page.controller.evidence.origins))
        shown = str(page.controller.evidence.render())
        assert "“I am 45”" in shown
        assert "Ada" in shown, "the chat is named"
        await press(pilot, page, "a")
        await press(pilot, page, "c")
        await typed(pilot, page, "Norway")
        await press(pilot, page, "r")
        own = await file.load()
        assert own.profile.plain() == {
            "demographics.age": "45",
            "demographics.nationality": "Norway",
        }
        assert not own.state.pending
        assert own.profile.values["demographics.nationality"][0].evidence[0].quote == (
            "I live in Bergen"
        )


async def test_what_a_value_rests_on_is_one_key_away(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    said = await chat(runtime, "Hello.", SAID, "Bye.")
    await propose(runtime, said, ("preference.format", "short lists", "I like short lists"))
    async with opened_at(runtime) as pilot:
        page = await paged(pilot)
        await press(pilot, page, "a")
        go_to(page, "short lists")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is pilot.app.opened("chat"))
        screen = pilot.app.opened("chat")
        await until(pilot, lambda: screen.session_id == said.id)
        talk = screen.controller.talk
        await until(pilot, lambda: talk.cursor_id is not None)
        assert screen.controller.session.tree.get(talk.cursor_id).text == SAID


@pytest.mark.parametrize("messages", [False, True])
async def test_what_is_forgotten_leaves_the_files_and_what_is_left_is_said(
    tmp_path: Path, messages: bool
) -> None:
    runtime = runtime_for(tmp_path)
    said = await chat(runtime, SAID)
    await runtime.own_profile.switch(True)
    await propose(runtime, said, ("preference.format", "SHORTLISTS", "I like short lists"))
    async with opened_at(runtime) as pilot:
        page = await paged(pilot)
        await press(pilot, page, "a")
        go_to(page, "SHORTLISTS")
        assert b"SHORTLISTS" in bytes_below(tmp_path)
        await press(pilot, page, "F")
        await picked(pilot, page)
        await picked(pilot, page, "erase" if messages else "keep")
        await agreed(pilot, page, "n")
        assert b"SHORTLISTS" in bytes_below(tmp_path), "n erases nothing"
        await press(pilot, page, "F")
        await picked(pilot, page)
        await picked(pilot, page, "erase" if messages else "keep")
        await agreed(pilot, page)
        if not messages:
            await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
            left = pilot.app.screen.query_one("#page-text").entries[0].text
            assert f"salon sessions erase {said.id}" in left
            await pilot.press("escape")
            await settled(pilot, page)
        assert b"SHORTLISTS" not in bytes_below(tmp_path)
        assert (b"I like short lists" in bytes_below(tmp_path)) != messages
        assert ("1 message still says it" in page.controller.status.hint) != messages
        assert page.controller.status.hint.startswith("erased: ")
        assert texts(page) == []


async def test_a_chat_that_is_open_is_closed_for_forgetting_if_that_is_agreed_to(
    tmp_path: Path,
) -> None:
    runtime = answering(runtime_for(tmp_path, model="scripted:talk"), BERGEN)
    await runtime.own_profile.switch(True)
    await runtime.own_profile.edit(Proposed("demographics.age", "set", "FORTYFOUR"))
    async with opened_at(runtime, "chat") as pilot:
        screen = pilot.app.screen
        await until(pilot, lambda: screen.ready)
        await screen.controller.input.typed("Hello.")
        await until(pilot, lambda: "saw your age" in screen.controller.talk.entries[-1].footer)
        page = await paged(pilot)
        go_to(page, "FORTYFOUR")
        await press(pilot, page, "F")
        await picked(pilot, page)
        await agreed(pilot, page)
        assert screen.session_id is not None
        await agreed(pilot, page)
        assert screen.session_id is None
        assert b"FORTYFOUR" not in bytes_below(tmp_path)


async def test_it_learns_from_chats_not_read_yet_and_from_each_once(tmp_path: Path) -> None:
    runtime = answering(runtime_for(tmp_path, model="scripted:talk"), BERGEN)
    await chat(runtime, SAID)
    await chat(runtime, "The weather is bad.")
    async with opened_at(runtime) as pilot:
        page = await paged(pilot)
        await press(pilot, page, "o", "L")
        await until(pilot, lambda: "proposed" in page.controller.status.hint)
        assert page.controller.status.hint == "2 chats read, 2 edits proposed"
        assert "→ lives in Bergen" in texts(page)
        await press(pilot, page, "a", "a", "L")
        await until(pilot, lambda: page.controller.status.hint == "nothing new in your chats")
        assert texts(page) == ["Demographics", "lives in Bergen", "Preference", "short lists"]


async def test_learning_can_be_stopped_and_says_what_failed(tmp_path: Path) -> None:
    slow = asyncio.Event()

    def answer(request: ModelRequest) -> Reply:
        slow.set()
        return Reply("{}", delay=60)

    runtime = answering(runtime_for(tmp_path, model="scripted:talk"), answer)
    await chat(runtime, SAID)
    async with opened_at(runtime) as pilot:
        page = await paged(pilot)
        await press(pilot, page, "o", "L")
        await until(pilot, slow.is_set)
        assert "chat 1 of 1" in page.controller.status.state
        await pilot.press("escape")
        await until(pilot, lambda: not page.controller.learning)
        assert pilot.app.screen is page
        assert page.controller.status.state == ""
        answering(runtime, lambda request: "I would rather talk about boats.")
        await press(pilot, page, "L")
        await until(pilot, lambda: bool(page.controller.status.problem))
        assert texts(page) == []
        assert await runtime.own_learning().unheard(), "it can be tried again"


async def test_it_is_written_to_a_file_and_taken_in_elsewhere(tmp_path: Path) -> None:
    here, there = runtime_for(tmp_path / "here"), runtime_for(tmp_path / "there")
    said = await chat(here, SAID)
    await propose(here, said, ("preference.format", "short lists", "I like short lists"))
    path = tmp_path / "me.json"
    async with opened_at(here) as pilot:
        page = await paged(pilot)
        await press(pilot, page, "a", "x")
        await typed(pilot, page, str(path))
        assert json.loads(path.read_text())["preference.format"][0]["value"] == "short lists"
        await press(pilot, page, "x")
        await typed(pilot, page, str(path))
        assert "is there already" in page.controller.status.problem
    async with opened_at(there) as pilot:
        page = await paged(pilot)
        await press(pilot, page, "i")
        await typed(pilot, page, str(tmp_path / "none.json"))
        assert "cannot be read" in page.controller.status.problem
        await press(pilot, page, "i")
        await typed(pilot, page, str(path))
        assert texts(page) == ["Preference", "short lists"]
        await pilot.press("escape")
        page = await paged(pilot)
        assert texts(page) == ["Preference", "short lists"], "opened again, it is still there"


async def test_the_palette_and_a_command_lead_there(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"your profile")
        await pilot.pause(0.3)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProfileScreen))
        await pilot.press("escape")
        screen = await pilot.app.show("chat")
        await until(pilot, lambda: screen.ready)
        await screen.controller.input.typed("/profile")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProfileScreen))


async def test_a_file_that_cannot_be_read_is_told_of_and_the_page_stays(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path)
    await runtime.own_profile.switch(True)
    (path,) = (tmp_path / "data" / "profile").glob("*.jsonl")
    path.write_bytes(b"\x00\xff not records")
    async with opened_at(runtime) as pilot:
        page = await paged(pilot)
        assert path.stem.split(".")[0] in page.controller.status.problem
        await press(pilot, page, "o")
        assert page.controller.status.problem
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is not page)
