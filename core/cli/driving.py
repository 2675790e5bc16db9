"""A running meetup and the terminal: events go out, commands and signals come in."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import click

from core.cli.events import event_to_json
from core.cli.output import complain, echo_json
from core.cli.plain import PlainPrinter
from core.cli.steering import steer
from core.errors import SalonError
from core.events import Event
from core.meetup.commands import from_json
from core.meetup.engine import MeetupEngine

_POLITE_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


async def drive(engine: MeetupEngine, *, as_json: bool, steered: bool) -> str:
    """Run an engine, print what it says, and pass commands on to it; return why it ended.

    Cancelling ends the run and prints what it still said.

    Raises:
        StoreError: a record could not be stored.
        click.exceptions.Exit: a polite signal ended it.
    """
    show: Callable[[Event], None] = _show_json if as_json else PlainPrinter().show
    subscription = engine.subscribe()
    run = asyncio.create_task(engine.run())
    ending = _EndOnSignals(run)
    steering = asyncio.create_task(_steer(engine, as_json)) if steered else None
    try:
        async for event in subscription:
            show(event)
        with ending:
            return await run
    except asyncio.CancelledError:
        run.cancel()
        await asyncio.wait({run})
        for event in subscription.rest():
            show(event)
        raise
    finally:
        run.cancel()
        if steering is not None:
            steering.cancel()
        await asyncio.gather(run, *([steering] if steering else []), return_exceptions=True)


class _EndOnSignals:
    """Lets a run wind down on a polite signal as on Ctrl-C, and the process say which it was."""

    def __init__(self, run: asyncio.Task[str]) -> None:
        self._run = run
        self._got: int | None = None
        loop = asyncio.get_running_loop()
        for number in _POLITE_SIGNALS:
            loop.add_signal_handler(number, self._end, number)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is asyncio.CancelledError and self._got is not None:
            raise click.exceptions.Exit(128 + self._got)

    def _end(self, number: int) -> None:
        self._got = number
        self._run.cancel()


async def _steer(engine: MeetupEngine, as_json: bool) -> None:
    async def carry_out(values: dict[str, Any]) -> None:
        await engine.send(from_json(values))

    def tell(error: SalonError) -> None:
        if as_json:
            echo_json({"event": "error", "kind": "command", "message": str(error)})
        else:
            complain(error.message, error.hint)

    await steer(carry_out, tell)
    engine.leave_alone()


def _show_json(event: Event) -> None:
    echo_json(event_to_json(event))
