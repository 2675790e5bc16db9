"""An engine on the command line: opened or resumed, driven, shown, and closed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Protocol, TypeVar

import click

from core.cli.crash import report_line
from core.cli.output import echo_json
from core.cli.steering import steer
from core.cli.talk_options import meant
from core.engine.base import Engine
from core.engine.command_codec import decode_command
from core.engine.commands import End
from core.errors import SalonError
from core.events import Event
from core.runtime import Runtime
from core.sessions.session import Session

_POLITE_SIGNALS = (signal.SIGTERM, signal.SIGHUP)

Show = Callable[[Event], None]
Feed = Callable[[Callable[[], None]], Coroutine[Any, Any, None]]
"""Gives an engine its commands; what it is called with shows all events there are by now."""


AnyEngine = Engine[Any, Any]
Opened = TypeVar("Opened", bound=AnyEngine)


async def reopened(
    runtime: Runtime, session_id: str, kind: str, open_: Callable[[Session], Awaitable[Opened]]
) -> Opened:
    """Return the engine that goes on with a stored session.

    Args:
        runtime: has the sessions.
        session_id: the beginning or the end of an id, or `last`: the newest of this kind.
        kind: what the session's root record calls its engine.
        open_: makes the engine, changed as the command says; if it fails, the session is closed.

    Raises:
        StoreError: there is no such session, it is in use, or one of another engine.
    """
    session = await runtime.store.open(await meant(runtime, session_id, kind))
    try:
        return await open_(session)
    except BaseException:
        await session.close()
        raise


async def drive_work(engine: AnyEngine, show: Show, work: Callable[[], Awaitable[None]]) -> None:
    """Run an engine, let `work` tell it what to do, then close it.

    Raises:
        SalonError: something of the work was refused; the run was closed all the same.
    """
    refused: list[SalonError] = []

    async def feed(_: Callable[[], None]) -> None:
        try:
            await work()
        except SalonError as error:
            refused.append(error)
        if not engine.ended:
            await engine.send(End())

    await drive(engine, show, feed)
    if refused:
        raise refused[0]


async def drive(
    engine: AnyEngine,
    show: Show,
    feed: Feed | None = None,
    *,
    on_interrupt: Callable[[], bool] | None = None,
) -> str:
    """Run an engine, show what it says, and let `feed` tell it what to do; return why it ended.

    Ctrl-C cancels, unless `on_interrupt` takes it upon itself by returning true. Cancelling
    ends the run and shows what it still said. So does an error of the feed, which is raised
    on; a feed that still waits when the run ends is cancelled.

    Raises:
        StoreError: a record could not be stored.
        click.exceptions.Exit: a polite signal ended it.
    """
    subscription = engine.subscribe()

    def catch_up() -> None:
        for event in subscription.rest():
            show(event)

    run = asyncio.create_task(engine.run())
    feeding = None if feed is None else asyncio.create_task(feed(catch_up))

    def end() -> None:
        # First the feed: it must not take the end of a reply for a cue.
        if feeding is not None:
            feeding.cancel()
        run.cancel()

    ending = _EndOnSignals(end, on_interrupt)
    if feeding is not None:
        feeding.add_done_callback(lambda task: _failure(task) and run.cancel())
    try:
        async for event in subscription:
            show(event)
        with ending:
            reason = await run
    except asyncio.CancelledError:
        end()
        await asyncio.wait({run})
        catch_up()
        if feeding is not None and (error := _failure(feeding)) is not None:
            raise error from None
        raise
    finally:
        end()
        await asyncio.gather(run, *([feeding] if feeding else []), return_exceptions=True)
    return reason


def _failure(task: asyncio.Task[None]) -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None


class _EndOnSignals:
    """Lets a run wind down on a polite signal as on Ctrl-C, and the process say which it was."""

    def __init__(self, end: Callable[[], None], on_interrupt: Callable[[], bool] | None) -> None:
        self._end_it = end
        self._got: int | None = None
        loop = asyncio.get_running_loop()
        for number in _POLITE_SIGNALS:
            loop.add_signal_handler(number, self._end, number)
        if on_interrupt is not None:
            loop.add_signal_handler(signal.SIGINT, self._interrupt, on_interrupt)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is asyncio.CancelledError and self._got is not None:
            raise click.exceptions.Exit(128 + self._got)

    def _interrupt(self, on_interrupt: Callable[[], bool]) -> None:
        if not on_interrupt():
            self._end(signal.SIGINT)

    def _end(self, number: int) -> None:
        self._got = number
        self._end_it()


async def take_commands(
    send: Callable[[Any], Awaitable[None]], commands: Any, *, as_json: bool
) -> None:
    """Send an engine the commands on standard input until it ends; print what is wrong with one.

    `commands` is the union of those that the engine takes. After a line that meets a fault of
    the engine's the next one is taken, and the command ends with status 1; a fault after which
    the engine cannot go on ends its run.
    """

    async def carry_out(values: dict[str, Any]) -> None:
        await send(decode_command(commands, values))

    await steer(carry_out, partial(report_line, as_json=as_json))


class Steered(Protocol):
    """An engine that asks nobody any more once its commands are at their end."""

    async def send(self, command: Any) -> None:
        """Carry out a command."""
        ...

    def leave_alone(self) -> None:
        """Wait for nobody's decision from now on."""
        ...


def steering(engine: Steered, commands: Any, *, as_json: bool) -> Feed:
    """Return what gives an engine the commands on standard input, then leaves it alone."""

    async def feed(_: Callable[[], None]) -> None:
        await take_commands(engine.send, commands, as_json=as_json)
        engine.leave_alone()

    return feed


def show_json(event: Event) -> None:
    """Print an event as one JSON object on a line."""
    echo_json(event.to_json())
