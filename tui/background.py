"""Work that may take long, in a thread: Escape stops waiting for it, and the pane goes on.

    persona = await in_background(app, "Reading the card", lambda: read(path))

What Python cannot stop goes on in its thread, its result is ignored, and the program can be
left meanwhile: the thread is a daemon.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any, TypeVar

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Label

from core.errors import SalonError
from core.text import clean_line

T = TypeVar("T")

_SOON = 0.4
"""Seconds after which it is said what is being waited for."""


class Abandoned(SalonError):
    """The user no longer waits for the work."""


class WaitScreen(ModalScreen[bool]):
    """One line on what is being waited for. Dismisses with whether the user gave up.

    Args:
        what: What is being done, as "Reading the card".
        work: What is being waited for.
    """

    DEFAULT_CSS = """
    WaitScreen {
        background: $background 0%;
        align: center bottom;
        & > Label { width: 100%; height: 1; padding: 0 1; background: $boost; }
    }
    """
    BINDINGS = [Binding("escape", "give_up", "Stop waiting")]

    def __init__(self, what: str, work: asyncio.Future[Any]) -> None:
        super().__init__()
        self._what = what
        self._work = work

    def compose(self) -> ComposeResult:
        yield Label(f"{clean_line(self._what)} … esc stops waiting", markup=False)

    def on_mount(self) -> None:
        self.run_worker(self._wait())

    async def _wait(self) -> None:
        await asyncio.wait({self._work})
        if self.is_current:
            self.dismiss(False)

    def action_give_up(self) -> None:
        """Leave the work to itself."""
        self.dismiss(True)


async def in_background(app: App[Any], what: str, work: Callable[[], T]) -> T:
    """Do work in a thread of its own. Call it in a worker of Textual's.

    Args:
        app: The app, which shows what is waited for if it takes a while.
        what: What is being done, as "Reading the card".
        work: What blocks.

    Raises:
        Abandoned: the user pressed Escape meanwhile.
    """
    return await waited_for(app, what, in_daemon_thread(work))


async def waited_for(app: App[Any], what: str, work: Awaitable[T]) -> T:
    """Wait for work, which is cancelled if the user gives it up. Call it in a worker.

    Args:
        app: The app, which shows what is waited for if it takes a while.
        what: What is being done, as "Opening the session".
        work: What takes its time, and leaves nothing half done where it is cancelled.

    Raises:
        Abandoned: the user pressed Escape meanwhile.
    """
    future = asyncio.ensure_future(work)
    try:
        await asyncio.wait({future}, timeout=_SOON)
        if not future.done() and await app.push_screen_wait(WaitScreen(what, future)):
            raise Abandoned(f"{what}: no longer waited for.")
        return await future
    finally:
        future.cancel()


def in_daemon_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """Begin work in a thread that does not keep the program from ending.

    A thread of `asyncio.to_thread` would: the event loop and the interpreter wait for it.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    context = copy_context()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        problem: BaseException | None = None
        try:
            result = context.run(work)
        except BaseException as error:  # noqa: BLE001 - raised where the future is awaited
            problem = error
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it the wait
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=run, name="salon-background", daemon=True).start()
    return future
