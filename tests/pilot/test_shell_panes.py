from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UsageError
from core.sessions.locks import is_busy
from core.sessions.record import Kind
from pilot.salon import opened, opened_at, runtime_for, until
from tui.dialogs.confirm import ConfirmScreen
from tui.navigation import ChatWith, OpenSession, SeatAt, ShowPersona
from tui.panes import PANES
from tui.widgets.top_bar import TopBar


def bar(pilot) -> str:
    return pilot.app.screen.query_one(TopBar).render().plain


async def talked(pilot, meetup, turns: int) -> str:
    """Have them talk to the end; returns the session's id."""
    await pilot.press("space")
    await until(pilot, lambda: meetup.session.state is not None)
    await until(pilot, lambda: meetup.session.state.turns >= turns and not meetup.session.running)
    return meetup.session.stored.id


def file_of(folder: Path, session: str) -> Path:
    return folder / "sessions" / f"{session}.jsonl"


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=str)
async def test_every_pane_has_keys_and_stays_as_it_was_left(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions", size) as pilot:
        app = pilot.app
        left = app.screen
        for number, pane in enumerate(PANES, start=1):
            for key in (pane.key, str(number)):
                await app.show("sessions")
                app.screen.query_one("#rows").focus()
                await pilot.press(key)
                await until(pilot, lambda name=pane.name: app.current_mode == name)
                assert f"▸{pane.key.upper()} {pane.title}" in bar(pilot)
        assert app.opened("sessions") is left


async def test_digits_are_text_where_text_is_typed(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        await pilot.press("slash", "1", "3")
        assert pilot.app.current_mode == "sessions"
        assert pilot.app.focused.value == "13"


async def test_tabs_can_be_clicked_and_lose_their_keys_first(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions", (48, 20)) as pilot:
        assert "F4" not in bar(pilot)
        await pilot.click(TopBar, offset=(bar(pilot).index("Meetup"), 0))
        await until(pilot, lambda: pilot.app.current_mode == "meetup")


async def test_what_is_ready_is_the_same_in_every_pane(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        pilot.app.ready = "all is well"
        for name in ("meetup", "sessions"):
            await pilot.app.show(name)
            await pilot.pause()
            assert "all is well" in bar(pilot)


async def test_a_talk_goes_on_behind_another_pane(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=4")) as (pilot, meetup):
        await pilot.press("space", "f5")
        await until(pilot, lambda: meetup.session.state is not None)
        await until(pilot, lambda: not meetup.session.running)
        assert pilot.app.current_mode == "sessions"
        assert meetup.session.state.turns == 4
        await pilot.press("f4")
        shown = [each.text for each in meetup.talk.entries if each.speaker]
        assert shown == [each.text for each in meetup.session.state.messages]


async def test_quitting_winds_down_the_panes_behind(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "meetup.turns=0", "meetup.loops=false")
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.state is not None)
        await until(pilot, lambda: meetup.session.state.turns >= 2)
        session = meetup.session.stored
        await pilot.press("f5", "ctrl+q")
        await until(pilot, lambda: pilot.app._exit)
        assert session.tree.path[-1].kind == Kind.ENDED
        assert not is_busy(file_of(tmp_path, session.id))


async def test_a_seat_is_taken_in_the_meetup_to_come(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        await pilot.app.navigate(SeatAt("b", "voltaire"))
        meetup = pilot.app.screen.controller
        assert meetup.session.setup.participants["b"].persona.name == "Voltaire"
        await pilot.app.navigate(SeatAt("a", "nobody-at-all"))
        assert "nobody-at-all" in meetup.status.problem


async def test_a_seat_waits_until_a_running_talk_is_left(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "meetup.turns=0", "meetup.loops=false")
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.playing)
        running = meetup.session.stored.id
        await pilot.app.navigate(SeatAt("a", "voltaire"))
        assert meetup.session.stored.id == running
        assert meetup.session.playing
        assert "ctrl+n" in meetup.status.hint
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: meetup.session.stored is None)
        assert meetup.view.participants()[0].name == "Voltaire"


async def test_a_seat_ends_nothing_that_has_not_ended(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        session = await talked(pilot, meetup, 2)
        await pilot.app.navigate(SeatAt("a", "voltaire"))
        assert meetup.session.stored is None
        assert meetup.view.participants()[0].name == "Voltaire"
        assert not is_busy(file_of(tmp_path, session))


async def test_a_session_opens_at_a_record_with_what_was_sought(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=6")) as (pilot, meetup):
        session = await talked(pilot, meetup, 6)
        record = meetup.session.state.messages[1]
        await meetup.close_session()
        word = record.text.split()[0]
        await pilot.app.navigate(OpenSession(session, "meetup", record.id, word))
        assert meetup.session.stored.id == session
        assert meetup.talk.cursor_id == record.id
        assert meetup.talk.match_number > 0


async def test_an_open_session_is_brought_forward_not_opened_twice(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        session = await talked(pilot, meetup, 2)
        engine = meetup.session.engine
        await pilot.press("f5")
        await pilot.app.navigate(OpenSession(session, "meetup"))
        assert pilot.app.current_mode == "meetup"
        assert meetup.session.engine is engine
        assert not meetup.status.problem
        assert pilot.app.holder(session) is pilot.app.screen


async def test_a_talk_under_way_is_ended_for_another_only_on_ones_word(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "meetup.turns=0", "meetup.loops=false")
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("escape", "n")
        await until(pilot, lambda: meetup.session.state is not None)
        await until(pilot, lambda: meetup.session.state.turns == 1)
        first = meetup.session.stored.id
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not meetup.session.started)
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.playing)
        second = meetup.session.stored.id
        for key, session in (("n", second), ("y", first)):
            going = pilot.app.run_worker(pilot.app.navigate(OpenSession(first, "meetup")))
            await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
            await pilot.press(key)
            await going.wait()
            assert meetup.session.stored.id == session
        assert not meetup.session.playing


async def test_what_cannot_be_opened_leaves_what_is_there(tmp_path: Path) -> None:
    async with opened(runtime_for(tmp_path, "meetup.turns=2")) as (pilot, meetup):
        session = await talked(pilot, meetup, 2)
        shown = [each.id for each in meetup.talk.entries]
        await pilot.app.navigate(OpenSession("01ARZ3NDEKTSV4RRFFQ69G5FAV", "meetup"))
        assert "no session" in meetup.status.problem
        assert meetup.session.stored.id == session
        assert [each.id for each in meetup.talk.entries] == shown


async def test_no_pane_opens_an_unknown_engine(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        for engine in ("telepathy", ""):
            with pytest.raises(UsageError, match="No pane opens"):
                await pilot.app.navigate(OpenSession("01ARZ3NDEKTSV4RRFFQ69G5FAV", engine))
        assert pilot.app.current_mode == "sessions"


async def test_wishes_bring_their_pane_forward(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        await pilot.app.navigate(ShowPersona("ada"))
        assert pilot.app.current_mode == "personas"
        await pilot.app.navigate(ChatWith("ada"))
        assert pilot.app.current_mode == "chat"


async def test_a_theme_that_was_chosen_is_remembered(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        assert pilot.app.theme == "textual-dark"
        pilot.app.theme = "nord"
        await pilot.app.workers.wait_for_complete()
    async with opened_at(runtime_for(tmp_path)) as pilot:
        assert pilot.app.theme == "nord"
    # Whoever changes the settings afterwards means it.
    async with opened_at(runtime_for(tmp_path, "theme=dracula")) as pilot:
        assert pilot.app.theme == "dracula"


async def test_a_theme_that_cannot_be_remembered_is_worn_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    async with opened_at(runtime_for(tmp_path)) as pilot:
        pilot.app.theme = "nord"
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert pilot.app.theme == "nord"
        assert any("remember the theme" in each.message for each in pilot.app._notifications)


async def test_a_remembered_theme_that_is_gone_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for content in ('{"theme": "gone", "instead_of": "textual-dark"}', "[1]", "{"):
        (tmp_path / "data" / "app.json").write_text(content)
        async with opened_at(runtime_for(tmp_path)) as pilot:
            assert pilot.app.theme == "textual-dark"


async def test_the_palette_offers_what_can_be_done_and_the_other_panes(tmp_path: Path) -> None:
    from tui.palette import ScreenActions

    async with opened(runtime_for(tmp_path)) as (pilot, _):
        offered = [title for title, _, _ in ScreenActions(pilot.app.screen)._actions()]
        assert "Start, or continue after a pause or the end" in offered
        assert "Regenerate last turn" not in offered
        assert {f"Go to {each.title}" for each in PANES} <= set(offered)
        assert len(offered) == len(set(offered))


async def test_help_of_a_pane_names_its_keys(tmp_path: Path) -> None:
    async with opened_at(runtime_for(tmp_path), "sessions") as pilot:
        await pilot.press("f1")
        await pilot.pause()
        keys = next(
            each.text
            for each in pilot.app.screen.query_one("#page-text").entries
            if each.id == "keys"
        )
        assert "Move the session to the trash" in keys
        assert "`f5` `4` | Go to Sessions" in keys
        assert "New line" not in keys


async def test_a_picture_is_written_where_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened_at(runtime_for(tmp_path), "personas") as pilot:
        await pilot.app.run_action("screenshot")
        await until(
            pilot, lambda: any("Salon" in each.read_text() for each in tmp_path.glob("*.svg"))
        )
