"""Work in the background: what it gives, what Escape does, and that nothing waits for it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.worker import Worker

from core.errors import StoreError
from tui.background import Abandoned, WaitScreen, in_background, in_daemon_thread


class Doing(App[None]):
    """An app that does one thing and keeps what came of it."""

    def __init__(self) -> None:
        super().__init__()
        self.outcome: list[object] = []

    def do(self, work: Callable[[], object]) -> Worker[None]:
        return self.run_worker(self._do(work))

    async def _do(self, work: Callable[[], object]) -> None:
        try:
            self.outcome.append(await in_background(self, "Reading it", work))
        except (Abandoned, StoreError) as error:
            self.outcome.append(error)


@asynccontextmanager
async def doing() -> AsyncIterator[tuple[Doing, Pilot[None]]]:
    app = Doing()
    async with app.run_test() as pilot:
        yield app, pilot


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    while not condition():
        await pilot.pause(0.01)


async def test_work_runs_in_a_thread_that_does_not_keep_the_program() -> None:
    async with doing() as (app, _):
        await app.do(threading.current_thread).wait()
        thread = app.outcome[0]
        assert isinstance(thread, threading.Thread)
        assert thread is not threading.main_thread()
        assert thread.daemon


async def test_an_error_comes_back() -> None:
    def fail() -> None:
        raise StoreError("It cannot be read.")

    async with doing() as (app, _):
        await app.do(fail).wait()
        assert str(app.outcome[0]) == "It cannot be read."


async def test_what_takes_a_while_is_named_and_goes_away_when_it_is_there() -> None:
    go = threading.Event()

    def work() -> str:
        go.wait()
        return "done"

    async with doing() as (app, pilot):
        app.do(work)
        await until(pilot, lambda: isinstance(app.screen, WaitScreen))
        go.set()
        await until(pilot, lambda: bool(app.outcome))
        assert app.outcome == ["done"]
        assert not isinstance(app.screen, WaitScreen)


async def test_escape_stops_waiting_and_the_result_is_ignored() -> None:
    go, over = threading.Event(), threading.Event()

    def work() -> str:
        go.wait()
        over.set()
        return "too late"

    async with doing() as (app, pilot):
        app.do(work)
        await until(pilot, lambda: isinstance(app.screen, WaitScreen))
        await pilot.press("escape")
        await until(pilot, lambda: bool(app.outcome))
        assert str(app.outcome[0]) == "Reading it: no longer waited for."
        assert not isinstance(app.screen, WaitScreen)
        go.set()
        await until(pilot, over.is_set)
        await pilot.pause()
        assert len(app.outcome) == 1


async def test_the_loop_is_free_meanwhile() -> None:
    beats: list[int] = []
    go = threading.Event()

    async with doing() as (app, pilot):
        worker = app.do(go.wait)
        while len(beats) < 20:
            beats.append(len(beats))
            await pilot.pause(0.001)
        go.set()
        await worker.wait()
        assert app.outcome == [True]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
async def test_no_error_is_swallowed(error: type[BaseException]) -> None:
    def fail() -> None:
        raise error

    future = in_daemon_thread(fail)
    with pytest.raises(error):
        await future
