"""Work that may take long, in a thread: Escape stops waiting for it, and the pane goes on.

    persona = await in_background(app, "Reading the card", lambda: read(path))

What Python cannot stop goes on in its thread, its result is ignored, and the program can be
left meanwhile: the thread is a daemon. So are those of `asyncio.to_thread` in the app, which
has `DaemonThreads` as its event loop's executor.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Label

from core.errors import SalonError
from core.text import clean_line

P = ParamSpec("P")
T = TypeVar("T")

_GRACE = 1.0
"""Seconds that the end of the program waits for work: time to finish writing a file."""
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
    """Begin work in a thread that does not keep the program from ending."""
    return asyncio.wrap_future(DaemonThreads().submit(copy_context().run, work))


class DaemonThreads(ThreadPoolExecutor):
    """Runs each piece of work in a daemon thread of its own.

    The interpreter waits for the threads of its base class, however long they read.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self._under_way: set[Future[Any]] = set()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Begin work at once."""
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - raised where the future is awaited
                future.set_exception(error)
            else:
                future.set_result(result)

        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        threading.Thread(target=run, name="salon-background", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give what is under way a moment to finish."""
        if wait:
            futures.wait(set(self._under_way), timeout=_GRACE)
