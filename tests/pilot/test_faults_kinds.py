"""Errors of every kind of code in the app, each shown where it belongs."""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path
from typing import cast

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input
from textual.widgets._toast import Toast

from core.errors import StoreError, UsageError
from core.meetup.engine import MeetupEngine
from core.meetup.turn import TurnRunner
from pilot.fault_kit import Planted, containing, covered, goes_on, log_of, panel, planted, told
from pilot.salon import opened, runtime_for, until
from tui.app import SalonApp
from tui.dialogs.confirm import ConfirmScreen
from tui.dialogs.fault import FaultScreen
from tui.dialogs.help import HelpScreen
from tui.navigation import ChatWith, ShowPersona
from tui.palette import ScreenActions
from tui.panes import pane_for
from tui.personas.persona_list import PersonaList
from tui.profile.screen import ProfileScreen
from tui.sessions.list_model import SessionListModel


def salon(pilot: Pilot[int]) -> SalonApp:
    return cast(SalonApp, pilot.app)


def fail() -> None:
    raise Planted("in code of its own")


async def fail_later() -> None:
    fail()


async def test_a_key_that_fails_leaves_the_pane_as_it_is(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        screen = pilot.app.screen
        with planted(SessionListModel, "next_sort"):
            await pilot.press("o")
            await covered(pilot)
        assert "esc Close" in told(pilot)
        await goes_on(pilot, "personas")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        sort = screen.controller.model.sort
        await pilot.press("o")
        await until(pilot, lambda: screen.controller.model.sort != sort)


async def test_a_failing_widget_is_not_painted_again(tmp_path: Path) -> None:
    async with containing(tmp_path, "personas") as pilot:
        await until(pilot, lambda: pilot.app.screen.ready)
        with planted(PersonaList, "render_line") as calls:
            pilot.app.screen.query_one(PersonaList).refresh()
            await covered(pilot)
            count = len(calls)
            for _ in range(10):
                await pilot.press("x")
            assert len(calls) == count
            assert "esc Close" not in told(pilot)
            assert "r Reload" in told(pilot)
            await pilot.press("escape")
            assert panel(pilot) is not None


async def test_a_reload_that_fails_again_is_said_again(tmp_path: Path) -> None:
    async with containing(tmp_path, "personas") as pilot:
        with planted(PersonaList, "render_line"):
            pilot.app.screen.query_one(PersonaList).refresh()
            await covered(pilot)
            first = panel(pilot)
            await pilot.press("r")
            await until(pilot, lambda: panel(pilot) not in {None, first})
            await covered(pilot)
        await pilot.press("r")
        await until(pilot, lambda: panel(pilot) is None and pilot.app.current_mode == "personas")
        await goes_on(pilot)


async def test_details_can_be_copied(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        with planted(SessionListModel, "next_sort"):
            await pilot.press("o")
            await covered(pilot)
        await pilot.press("y")
        assert "Traceback" in pilot.app.clipboard
        assert "next_sort" in pilot.app.clipboard


async def test_a_dialog_that_fails_is_closed_as_if_nothing_was_chosen(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        app, answers = salon(pilot), []

        async def ask() -> None:
            answers.append(await app.push_screen_wait(ConfirmScreen("Really?")))

        with planted(ConfirmScreen, "compose"):
            app.run_worker(ask())
            await covered(pilot)
            await until(pilot, lambda: answers == [None])
        assert "The dialog was closed." in told(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.opened("sessions"))
        await goes_on(pilot)


async def test_a_key_that_fails_in_a_dialog_closes_it(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        app = salon(pilot)
        await app.push_screen(ConfirmScreen("Really?"))
        with planted(ConfirmScreen, "action_answer"):
            await pilot.press("y")
            await covered(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.opened("sessions"))


async def test_help_that_fails_takes_nothing_away(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        with planted(HelpScreen, "__init__"):
            await pilot.press("f1")
            await covered(pilot)
        await pilot.press("escape")
        await goes_on(pilot)


async def test_the_own_profile_can_be_opened_again(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        app = salon(pilot)
        with planted(ProfileScreen, "compose"):
            await app.action_own_profile()
            await covered(pilot)
            await goes_on(pilot, "personas")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen))
        await pilot.press("q")
        await until(pilot, lambda: app.screen is app.opened("sessions"))


async def test_the_command_palette(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        with planted(ScreenActions, "_actions"):
            await pilot.press("ctrl+p")
            await covered(pilot)
        assert not any(isinstance(each, CommandPalette) for each in pilot.app.screen_stack)
        await pilot.press("escape")
        await goes_on(pilot)


async def test_a_palette_whose_input_fails(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        with planted(Input, "_on_key", CommandPalette):
            await pilot.press("a")
            await covered(pilot)
        await pilot.press("escape")
        await goes_on(pilot)


async def test_a_notification_that_cannot_be_shown(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        with planted(Toast, "render"):
            # A screen has room for notifications where they are wanted when it is composed.
            pilot.app._disable_notifications = False
            await salon(pilot).show("personas")
            pilot.app.notify("hello")
            await covered(pilot)
            assert not list(pilot.app._notifications)
            await pilot.press("escape")
            await until(pilot, lambda: panel(pilot) is None)
            await goes_on(pilot)


async def test_timers_and_callbacks_of_a_pane_behind(tmp_path: Path) -> None:
    async with containing(tmp_path, "personas") as pilot:
        app = salon(pilot)
        people = app.opened("personas")
        await app.show("sessions")
        people.set_timer(0.001, fail)
        await until(pilot, lambda: app.has_fault("personas"))
        assert panel(pilot) is None
        people.call_next(fail)
        people.run_worker(fail_later())
        await pilot.press("f2")
        await until(pilot, lambda: "2 more errors since" in told(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is people)


async def test_what_another_pane_asks_of_one_that_failed(tmp_path: Path) -> None:
    async with containing(tmp_path, "personas") as pilot:
        app = salon(pilot)
        app.opened("personas").call_next(fail)
        await covered(pilot)
        with pytest.raises(UsageError, match="The Personas pane has stopped"):
            await app.navigate(ShowPersona("ada"))
        assert pane_for(ChatWith("ada")).name == "chat"
        await app.navigate(ChatWith("ada"))
        assert app.current_mode == "chat"


async def test_tasks_of_the_background_are_said_in_a_notification(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        task = asyncio.create_task(fail_later())
        await asyncio.wait({task})
        del task
        gc.collect()
        await until(pilot, lambda: bool(pilot.app._notifications))
        assert "This is a fault of Salon's: Planted" in notes(pilot)
        assert "Planted" in log_of(tmp_path)
        await goes_on(pilot, "personas")


async def test_errors_of_threads_are_said_too(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        app = salon(pilot)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(threading, "excepthook", app.on_thread_error)
            thread = threading.Thread(target=fail)
            thread.start()
            await asyncio.to_thread(thread.join)
        await until(pilot, lambda: "This is a fault of Salon's: Planted" in notes(pilot))


async def test_an_error_with_a_sentence_is_said_and_stops_nothing(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:

        def refuse() -> None:
            raise StoreError("The disk is full.", "Make room.")

        pilot.app.screen.call_next(refuse)
        await until(pilot, lambda: notes(pilot) == "The disk is full. Make room.")
        assert panel(pilot) is None


def notes(pilot: Pilot[int]) -> str:
    return "\n".join(each.message for each in pilot.app._notifications)


async def test_an_engine_that_fails_ends_with_a_notice_in_its_pane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SalonApp, "CONTAIN_HEADLESS", True)
    runtime = runtime_for(tmp_path, "meetup.turns=0", "meetup.loops=false")
    runtime.log_faults()
    async with opened(runtime) as (pilot, meetup):
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.state is not None)
        await until(pilot, lambda: meetup.session.state.turns >= 2)
        with planted(TurnRunner, "start"):
            await until(pilot, lambda: not meetup.session.running)
            await until(pilot, lambda: "This is a fault of Salon's" in meetup.status.problem)
        assert "Planted" in log_of(tmp_path)
        assert panel(pilot) is None
        await goes_on(pilot)
        turns = meetup.session.state.turns
        await pilot.press("space")
        await until(pilot, lambda: meetup.session.state.turns > turns)
        assert isinstance(meetup.session.engine, MeetupEngine)


async def test_tests_fail_on_errors_unless_they_ask_for_containment(tmp_path: Path) -> None:
    async def start() -> None:
        async with opened(runtime_for(tmp_path)) as (pilot, _):
            pilot.app.screen.call_next(fail)
            await until(pilot, lambda: pilot.app._exception is not None)

    with pytest.raises(Planted):
        await start()


async def test_an_error_of_the_panel_itself_ends_the_app_with_1(tmp_path: Path) -> None:
    async with containing(tmp_path, "sessions") as pilot:
        with planted(FaultScreen, "compose"):
            pilot.app.screen.call_next(fail)
            await until(pilot, lambda: salon(pilot).crash is not None)
        assert pilot.app.return_code == 1
        assert "FaultScreen.compose" in log_of(tmp_path)
