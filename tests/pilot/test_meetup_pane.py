from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from core.errors import SessionBusy
from core.meetup.state import MeetupState
from core.sessions.record import Kind, Record
from pilot.salon import opened, runtime_for, until
from tui.dialogs.pick import PickScreen
from tui.meetup.settings_screen import SettingsScreen
from tui.meetup.table import TABLE
from tui.widgets.seat_header import SeatHeader


def texts(meetup) -> list[str]:
    return [each.text for each in meetup.session.state.messages]


async def finished(pilot, meetup, turns: int) -> None:
    await until(
        pilot, lambda: meetup.session.state is not None and meetup.session.state.turns >= turns
    )


async def test_one_key_lets_them_talk_and_everything_is_on_record(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=4")) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.engine is not None and not meetup.session.running)
        shown = [each.text for each in meetup.talk.entries if each.speaker]
        assert shown == texts(meetup)
        assert len(shown) == 4
        files = list((tmp_path / "sessions").glob("*.jsonl"))
        assert len(files) == 1
        for text in shown:
            assert text.split("\n")[0] in files[0].read_text("utf-8")
        assert "ended" in meetup.status.state


async def test_space_goes_on_after_the_end(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        await pilot.press("space")
        await finished(pilot, meetup, 2)
        await until(pilot, lambda: not meetup.session.running)
        await pilot.press("space")
        await finished(pilot, meetup, 4)
        assert len(list((tmp_path / "sessions").glob("*.jsonl"))) == 1


async def test_step_takes_one_turn(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press("escape", "n")
        await finished(pilot, meetup, 1)
        await pilot.pause(0.1)
        assert meetup.session.state.turns == 1
        await pilot.press("n")
        await finished(pilot, meetup, 2)


async def test_undo_again_and_fork_lose_nothing(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press("escape")
        for turn in (1, 2, 3):
            await pilot.press("n")
            await finished(pilot, meetup, turn)
        await until(pilot, lambda: not meetup.session.engine.speaking)
        before = texts(meetup)
        await pilot.press("u")
        await until(pilot, lambda: len(texts(meetup)) == 2)
        await pilot.press("k")
        await pilot.press("k")
        await pilot.press("f")
        await until(pilot, lambda: len(texts(meetup)) == 1)
        assert texts(meetup) == before[:1]
        everything = [each.text for each in meetup.session.stored.tree if each.kind == Kind.MESSAGE]
        assert everything == before
        await until(pilot, lambda: [e.text for e in meetup.talk.entries if e.speaker] == before[:1])


async def test_words_typed_are_heard_by_both_and_slashes_obey(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press(*"hush", "enter")
        await until(pilot, lambda: meetup.session.stored is not None)
        await until(pilot, lambda: any(e.text == "you: hush" for e in meetup.talk.entries))
        await pilot.press(*"/put", "space", "b", "space", *"moo", "enter")
        await until(pilot, lambda: texts(meetup) == ["moo"])
        await pilot.press(*"//bye", "enter")
        await until(pilot, lambda: any(e.text == "you: /bye" for e in meetup.talk.entries))
        assert meetup.session.state.farewell is None
        await pilot.press(*"/nonsense", "enter")
        assert "no command" in meetup.status.problem


async def test_typed_goodbye_is_answered_once_and_ends(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press("escape", "n")
        await finished(pilot, meetup, 1)
        await pilot.press("i", *"/bye", "enter", "space")
        await until(pilot, lambda: meetup.session.state.ended == "bye")
        assert meetup.session.state.turns == 2


async def test_choosing_who_sits_where(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press("escape", "L")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.press(*"voltaire", "enter")
        await until(
            pilot, lambda: meetup.session.setup.participants["a"].persona.name == "Voltaire"
        )
        assert pilot.app.screen.query_one("#side-a", SeatHeader).view.name == "Voltaire"


async def test_a_missing_key_is_said_in_place_and_can_be_retried(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, model="openai:gpt-4o-mini")
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: any("OPENAI_API_KEY" in e.text for e in meetup.talk.entries))
        assert meetup.session.running
        assert not meetup.session.playing
        for side in "ab":
            await pilot.press(*"/model", "space", side, "space", *"eliza:doctor", "enter")
        await pilot.press("space")
        await finished(pilot, meetup, 1)


async def test_a_stored_meetup_is_opened_and_gone_on_with(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.engine is not None and not meetup.session.running)
        said = texts(meetup)
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: meetup.session.stored is not None)
        assert [e.text for e in meetup.talk.entries if e.speaker] == said
        await pilot.press("space")
        await finished(pilot, meetup, 4)
        assert texts(meetup)[:2] == said


async def test_a_stored_meetup_is_folded_off_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.engine is not None and not meetup.session.running)
    threads: list[threading.Thread] = []
    fold = MeetupState.fold

    def folded(path: Iterable[Record]) -> MeetupState:
        threads.append(threading.current_thread())
        return fold(path)

    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        monkeypatch.setattr(MeetupState, "fold", folded)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: meetup.session.stored is not None)
        await pilot.press("space")
        await finished(pilot, meetup, 4)
    assert threads
    assert threading.main_thread() not in threads


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (30, 8)])
async def test_any_size_will_do(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2"), size) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.engine is not None and not meetup.session.running)
        await pilot.resize_terminal(150, 40)
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert len([e for e in meetup.talk.entries if e.speaker]) == 2


async def test_undo_takes_back_ones_own_words_first(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press("escape", "n")
        await finished(pilot, meetup, 1)
        await pilot.press("i", *"oops", "enter", "escape")
        await until(pilot, lambda: any(e.text == "you: oops" for e in meetup.talk.entries))
        await pilot.press("r")
        assert "u undoes your words" in meetup.status.problem
        await pilot.press("u")
        await until(pilot, lambda: all(e.text != "you: oops" for e in meetup.talk.entries))
        assert meetup.session.state.turns == 1
        assert any(each.text == "oops" for each in meetup.session.stored.tree)


async def test_an_error_is_shown_once(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, model="openai:gpt-4o-mini")) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: any("OPENAI_API_KEY" in e.text for e in meetup.talk.entries))
        await pilot.pause(0.1)
        assert sum("OPENAI_API_KEY" in e.text for e in meetup.talk.entries) == 1


async def test_words_that_no_context_holds_are_given_back(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "params.context_length=512")
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("escape", "n")
        await finished(pilot, meetup, 1)
        await pilot.press("i")
        meetup.prompt.text = "far too long " * 1000
        await pilot.press("enter")
        assert "holds 512" in meetup.status.problem
        assert meetup.prompt.text.startswith("far too long")


async def test_a_session_in_use_is_not_taken_over(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "meetup.turns=2")
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.engine is not None and not meetup.session.running)
        async with opened(runtime_for(tmp_path)) as (_, other):
            with pytest.raises(SessionBusy):
                await other.open(meetup.session.stored.id)
            assert not other.session.started
            assert list(other.talk.entries) == []


async def test_the_key_bar_says_what_space_does_now(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "meetup.turns=0", "meetup.loops=false")
    async with opened(runtime) as (pilot, _):

        def does(name: str) -> bool:
            return f"command('{name}')" in {
                each.binding.action for each in pilot.app.screen.active_bindings.values()
            }

        assert does("play")
        await pilot.press("space")
        await until(pilot, lambda: does("pause"))
        await pilot.press("space")
        await until(pilot, lambda: does("play"))


async def test_a_pane_that_comes_late_shows_everything_once(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=4")) as (pilot, meetup):
        await meetup.session.start(playing=True)
        meetup.session.run()
        await until(pilot, lambda: not meetup.session.running)
        async for event in meetup.session.events():
            meetup.view.show(event)
        assert [e.text for e in meetup.talk.entries if e.speaker] == texts(meetup)
        assert len(texts(meetup)) == 4


async def test_settings_are_those_of_the_next_meetup(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press("escape", "s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        await until(pilot, lambda: pilot.app.screen.query_one("#turns").has_focus)
        await pilot.press("end", *["backspace"] * 5, "4", "ctrl+s")
        await until(pilot, lambda: meetup.session.setup.turns == 4)
        assert "Not started · 4 turns" in meetup.status.state
        await pilot.press("space")
        await finished(pilot, meetup, 4)


async def test_the_key_for_a_model_asks_which_side(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (pilot, meetup):
        await pilot.press("escape", "m")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        side = pilot.app.screen
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await until(pilot, lambda: pilot.app.screen is not side)
        await pilot.press(*"scripted:other", "enter")
        session = meetup.session
        await until(pilot, lambda: session.setup.participants["b"].model == "scripted:other")
        assert session.setup.participants["a"].model == "eliza:doctor"
        assert not session.started


async def test_every_command_has_a_handler_or_is_sent_to_the_engine(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path)) as (_, meetup):
        for row in TABLE.rows:
            assert row.name in meetup.handlers or row.sends is not None, row.id
            optional = row.usage.partition(" ")[2].startswith("[")
            assert not optional or row.name in meetup.handlers, row.id
        assert TABLE.speech in meetup.handlers
