from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from core.sessions.record import Kind
from core.sessions.search import Hit
from pilot.salon import opened, runtime_for, until
from pilot.sessions_kit import done, facts, meetup, painted, sessions, store, three, titles
from pilot.sessions_kit import words as shown_words
from store_samples import message, overlay
from tui.navigation import ChatWith
from tui.widgets.row_list import RowList


async def test_an_empty_pane_says_what_to_do(tmp_path: Path) -> None:
    async with sessions(runtime_for(tmp_path)) as (_, screen):
        assert "No sessions yet." in painted(screen)[0]
        assert not screen.query_one("#side").display


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (30, 10)], ids=str)
async def test_all_kinds_are_listed_the_last_one_first(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path), size) as (pilot, screen):
        assert titles(screen) == list(ids)
        assert [each.key for each in screen.controller.rows.rows] == list(ids.values())
        await pilot.resize_terminal(120, 30)
        await pilot.pause()
        assert "Ada Lovelace" in painted(screen)[0]


async def test_the_list_narrows_as_one_types_by_title_name_model_and_engine(tmp_path: Path) -> None:
    await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        for typed, fitting in (
            ("dream", ["Of dreams"]),
            ("freud", ["Of engines", "Of dreams"]),
            ("smollm", ["Ada Lovelace"]),
            ("meetup engines", ["Of engines"]),
            ("nonsense", []),
        ):
            await pilot.press("slash", *["space" if each == " " else each for each in typed])
            await done(pilot)
            assert titles(screen) == fitting
            assert f"{len(fitting)} of 3 sessions" in screen.controller.status.state
            await pilot.press("escape")
            assert len(titles(screen)) == 3
            await pilot.press("escape")
            assert isinstance(pilot.app.focused, RowList)
        await pilot.press("slash", "x", "y")
        await done(pilot)
        assert "No session matches 'xy'" in painted(screen)[0]
        # Reading the files again, as is done from time to time, leaves that.
        await screen.controller.read()
        assert "No session matches 'xy'" in painted(screen)[0]


async def test_sorting_goes_round_and_shows_what_it_sorts_by(tmp_path: Path) -> None:
    await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        seen = {}
        for _ in range(6):
            await pilot.press("o")
            await pilot.pause()
            seen[screen.controller.model.sort] = titles(screen), painted(screen)[0]
        assert seen["title"][0] == sorted(titles(screen))
        assert seen["messages"][0][0] == "Ada Lovelace"
        assert "3 msgs" in seen["messages"][1]
        assert " B" in seen["size"][1] or " kB" in seen["size"][1]
        assert screen.controller.model.sort == "updated"


async def test_the_preview_shows_the_last_words_as_they_read_now(tmp_path: Path) -> None:
    session = await store(tmp_path).create("meetup", {"title": "Of words"})
    said = [message(None, f"word {n}") for n in range(100)]
    parent = session.id
    for each in said:
        each = message(parent, each.text)
        said[said.index(next(s for s in said if s.text == each.text))] = each
        parent = each.id
    await session.append(*said)
    await session.append(overlay(Kind.EDIT, said[-1].id, "another word"))
    await session.append(overlay(Kind.DELETE, said[-2].id, deleted=True))
    await session.close()
    async with sessions(runtime_for(tmp_path)) as (_, screen):
        words = shown_words(screen)
        assert words[-1] == "another word"
        assert words[-2] == "word 97"
        assert words[0] == "…"
        assert "100 messages" in facts(screen)
        assert str(session.path) in facts(screen)


async def test_the_preview_follows_the_path_however_far_back_it_leads(tmp_path: Path) -> None:
    session = await store(tmp_path).create("meetup", {"title": "Of branches"})
    first = (await session.append(message(session.id, "the word that counts")))[0]
    parent = first.id
    for number in range(80):
        parent = (await session.append(message(parent, f"left behind {number}")))[0].id
    await session.append(overlay(Kind.HEAD, first.id))
    await session.close()
    async with sessions(runtime_for(tmp_path)) as (_, screen):
        assert shown_words(screen) == ["the word that counts"]


async def test_a_search_streams_in_with_each_place_marked(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await searched(pilot, "river")
        await until(pilot, lambda: bool(screen.controller.search.matches))
        await done(pilot)
        rows = screen.controller.rows
        assert [row.session for row in rows.rows] == list(ids.values())
        assert "3 matches in 3 sessions" in screen.controller.status.state
        parts = rows.rows[0].lines(80)[1]
        assert [text for text, role in parts if role == "match"] == ["river"]
        # The hit stands among what was said around it, and is the one that is marked.
        assert shown_words(screen)[-1] == "A river has none."
        transcript = screen.controller.preview.transcript
        await until(pilot, lambda: transcript.match_number == 1)
        assert transcript.cursor_id == screen.controller.match.record
        await pilot.press("escape")
        assert titles(screen) == list(ids)
        await until(pilot, lambda: transcript.match_number == 0)


async def searched(pilot: Pilot[int], words: str) -> None:
    """Type words into the search field."""
    await pilot.press("ctrl+f", *words, "enter")


async def test_a_search_ends_where_it_stood_and_says_when_nothing_is_found(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await searched(pilot, "dreamt")
        await until(pilot, lambda: bool(screen.controller.search.matches))
        await pilot.press("escape")
        await done(pilot)
        assert screen.controller.current.id == ids["Of dreams"]
        await searched(pilot, "xylophone")
        await until(pilot, lambda: "not found" in painted(screen)[0])
        await screen.controller.read()
        assert "not found" in painted(screen)[0]
        await pilot.press("escape", "ctrl+f")
        await pilot.pause()
        for _ in range(20):
            await pilot.press("backspace")
        await pilot.press("quotation_mark", "enter")
        await done(pilot)
        assert not screen.controller.search.matches


async def test_a_hit_is_opened_in_its_place(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await searched(pilot, "weaves")
        await until(pilot, lambda: bool(screen.controller.search.matches))
        hit = screen.controller.match
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "meetup")
        meetup = pilot.app.screen.controller
        # The search marks its match once the messages are shown.
        await until(pilot, lambda: meetup.talk.match_number == 1)
        assert meetup.session.stored.id == ids["Of engines"]
        assert meetup.talk.cursor_id == hit.record


async def test_enter_on_a_search_without_matches_yet_opens_the_first_one(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, _):
        store = pilot.app.runtime.store
        search, gate, runs = store.search, asyncio.Event(), []

        async def held_back(words: str, **options: Any) -> AsyncIterator[Hit]:
            runs.append(words)
            await gate.wait()
            async for hit in search(words, **options):
                yield hit

        store.search = held_back
        await pilot.press("ctrl+f")
        await pilot.pause()
        await pilot.press(*"weaves")
        await until(pilot, lambda: runs == ["weaves"])
        await pilot.press("enter", "enter")
        await pilot.pause()
        gate.set()
        await until(pilot, lambda: pilot.app.holder(ids["Of engines"]) is not None)
        assert runs == ["weaves"]


async def test_every_kind_is_opened_in_its_pane(tmp_path: Path) -> None:
    dreams = await meetup(tmp_path, "Of dreams", "I dreamt of a river.", "Go on.")
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.app.navigate(ChatWith("ada"))
        talk = pilot.app.screen
        await pilot.press(*"hello", "enter")
        await until(pilot, lambda: talk.session_id is not None and not talk.busy)
        chat = talk.session_id
        await talk.close_session()
        await until(pilot, lambda: talk.session_id is None)
        for session, pane in ((chat, "chat"), (dreams, "meetup")):
            await pilot.app.show("sessions")
            await screen.controller.read(go_to=session)
            screen.controller.rows.focus()
            await pilot.press("enter")
            await until(pilot, lambda pane=pane: pilot.app.current_mode == pane)
            await until(pilot, lambda each=session: pilot.app.holder(each) is not None)
        await pilot.app.show("sessions")
        await until(pilot, lambda: sum("open here" in line for line in painted(screen)) == 2)
        await done(pilot)
        assert "Open in the Meetup pane." in facts(screen)


async def test_a_session_found_by_its_title_is_opened_at_its_end(tmp_path: Path) -> None:
    ids = await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await searched(pilot, "dreams")
        await until(pilot, lambda: bool(screen.controller.search.matches))
        await done(pilot)
        assert [each.kind for each in screen.controller.search.matches] == [Kind.SESSION]
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.holder(ids["Of dreams"]) is not None)
        await done(pilot)
        status = pilot.app.screen.controller.status
        assert not status.hint
        assert not status.problem


async def test_an_index_that_was_made_anew_says_so(tmp_path: Path) -> None:
    await three(tmp_path)
    (tmp_path / "sessions" / ".index.json").unlink()
    async with sessions(runtime_for(tmp_path)) as (_, screen):
        assert "made anew from the files" in screen.controller.status.hint
    async with sessions(runtime_for(tmp_path)) as (_, screen):
        assert not screen.controller.status.hint


async def test_a_search_leaves_the_trash_and_drops_what_goes_there(tmp_path: Path) -> None:
    await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: not titles(screen))
        await searched(pilot, "river")
        await until(pilot, lambda: len(screen.controller.rows.rows) == 3)
        await done(pilot)
        await pilot.press("d")
        await until(pilot, lambda: len(screen.controller.rows.rows) == 2)
        await pilot.press("u")
        await done(pilot)
        assert not screen.controller.status.problem
        await pilot.press("escape")
        assert len(titles(screen)) == 3


async def test_ctrl_f_searches_from_the_filter_too(tmp_path: Path) -> None:
    await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("slash", *"ada", "ctrl+f", *"weaves", "enter")
        await until(pilot, lambda: bool(screen.controller.search.matches))
        await pilot.press("escape")
        assert screen.controller.model.filter == "ada"
        assert pilot.app.screen.query_one("#finder Input").value == "ada"


async def test_an_unreadable_session_is_listed_and_says_why_it_does_not_open(
    tmp_path: Path,
) -> None:
    ids = await three(tmp_path)
    file = tmp_path / "sessions" / f"{ids['Of dreams']}.jsonl"
    file.write_bytes(b"\x00\x01 not a session\n")
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await screen.controller.read(go_to=ids["Of dreams"])
        await done(pilot)
        assert "unreadable" in facts(screen)
        await pilot.press("enter")
        await done(pilot)
        assert "No pane opens" in screen.controller.status.problem
        assert pilot.app.current_mode == "sessions"


async def test_a_session_of_another_process_says_so(tmp_path: Path) -> None:
    session = await store(tmp_path).create("meetup", {"title": "Elsewhere"})
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        assert "in use" in painted(screen)[0]
        assert "being written by" in facts(screen)
        await pilot.press("d")
        await done(pilot)
        assert "being written by" in screen.controller.status.problem
        await session.close()


async def test_the_list_keeps_up_with_what_others_do(tmp_path: Path) -> None:
    await three(tmp_path)
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await pilot.press("down")
        before = screen.controller.current.id
        await meetup(tmp_path, "A new one", "Hello.")
        screen.on_screen_resume()
        await until(pilot, lambda: len(titles(screen)) == 4)
        assert titles(screen)[0] == "A new one"
        assert screen.controller.current.id == before


async def test_a_session_that_is_written_here_is_marked_as_it_grows(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "meetup.turns=0", "meetup.loops=false")
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.state is not None)
        await until(pilot, lambda: meetup.session.state.turns >= 2)
        await pilot.press("f5")
        await until(pilot, lambda: pilot.app.current_mode == "sessions")
        screen = pilot.app.screen
        await until(pilot, lambda: len(screen.controller.rows.rows) == 1)
        assert "open here" in painted(screen)[0]


async def test_text_from_outside_commands_no_terminal_and_is_no_markup(tmp_path: Path) -> None:
    evil = "[@click=app.quit]\x1b[2Jgo\u202e[/]"
    await meetup(tmp_path, evil, f"a {evil} b")
    async with sessions(runtime_for(tmp_path)) as (pilot, screen):
        await searched(pilot, "click")
        await until(pilot, lambda: bool(screen.controller.search.matches))
        await done(pilot)
        seen = "\n".join(painted(screen)) + facts(screen)
        assert "[@click=app.quit]" in seen
        assert "\x1b" not in seen
        assert "\u202e" not in seen
