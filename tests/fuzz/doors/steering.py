"""Lines of `--steer`, carried out by running engines of every kind."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from core.chat.commands import Command as Chat
from core.cli.steering import steer
from core.clm.simulation.commands import Command as Clm
from core.engine.command_codec import decode_command
from core.errors import SalonError
from core.ids import CountingSource
from core.lab.commands import Command as Lab
from core.meetup.commands import Command as Meetup
from core.runtime import Options, Runtime
from core.sessions.codec import decode_record, encode_line
from core.sessions.memory import MemorySession
from core.teams.commands import Command as Teams
from fuzz.door import Door, Drive, Shape
from fuzz.doors.sessions import on_eliza
from fuzz.structures import change_json_line
from golden_facts import GOLDEN

_SESSIONS = {
    "chat": "sessions/000000000000000000000031N1",
    "meetup": "sessions/000000000000000000000031PM",
    "teams": "sessions/000000000000000000000031SS",
    "clm": "sessions/000000000000000000000031TT",
    "lab": "lab/0000000000000000000004VMF1",
}
_UNIONS: Mapping[str, Any] = {
    "chat": Chat,
    "meetup": Meetup,
    "teams": Teams,
    "clm": Clm,
    "lab": Lab,
}
_TURNS_OF_THE_LOOP = 40
"""How long what follows from a command is watched."""


def _seeds_of(engine: str) -> list[bytes]:
    cases = map(json.loads, (GOLDEN / "steer.jsonl").read_text("utf-8").splitlines())
    own = [each for each in cases if each["engine"] == engine]
    valid = [each for each in own if "fields" in each]
    return [each["line"].encode() for each in (*own, *valid, *valid, *valid)]


class _Running:
    """An engine that runs, and the events it has told of."""

    def __init__(self, engine: Any, union: Any) -> None:
        self._engine = engine
        self._union = union
        self._events = engine.subscribe()
        self._run = asyncio.create_task(engine.run())
        self.touched = False

    async def carry_out(self, values: Mapping[str, Any]) -> None:
        command = decode_command(self._union, values)
        self.touched = True
        with suppress(SalonError):
            await self._engine.send(command)

    async def watch(self) -> None:
        """Show what follows. Raises what ended the engine, if that is no end by design."""
        for _ in range(_TURNS_OF_THE_LOOP if self.touched else 1):
            await asyncio.sleep(0)
            for event in self._events.rest():
                encode_line(event.to_json())
            if self._run.done():
                self._run.result()
                return

    async def close(self) -> None:
        self._run.cancel()
        with suppress(asyncio.CancelledError, SalonError):
            await self._run


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Have an engine of each kind run on a golden session; one that obeyed is opened anew."""
    options = Options(sessions=folder / "sessions", data_dir=folder / "data")
    runtime = Runtime(options, {"HOME": str(folder)})
    running: dict[str, _Running] = {}

    async def drive(shape: str, data: bytes) -> None:
        if shape not in running:
            running[shape] = _Running(await _engine(runtime, shape), _UNIONS[shape])
        now = running[shape]
        refused = await _steered(now.carry_out, data)
        try:
            await now.watch()
        finally:
            if now.touched:
                await running.pop(shape).close()
        if refused:
            raise refused[0]

    try:
        yield drive
    finally:
        for each in running.values():
            await each.close()
        await runtime.aclose()


async def _steered(carry_out: Any, data: bytes) -> list[SalonError]:
    """Steer with lines from a pipe until it ends; returns the complaints."""
    reading, writing = os.pipe()
    complaints: list[SalonError] = []

    def complain(error: Exception, _: int) -> None:
        if not isinstance(error, SalonError):
            raise error
        complaints.append(error)

    steering = asyncio.create_task(steer(carry_out, complain, reading))
    try:
        await asyncio.to_thread(_write, writing, data)
        await steering
    finally:
        steering.cancel()
        os.close(reading)
    return complaints


def _write(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


async def _engine(runtime: Runtime, kind: str) -> Any:
    lines = on_eliza((GOLDEN / f"{_SESSIONS[kind]}.jsonl").read_bytes()).splitlines()
    records = [decode_record(line) for line in lines]
    session = MemorySession(records[0].id, CountingSource())
    await session.append(*records)
    makers: dict[str, Callable[[], Any]] = {
        "chat": lambda: runtime.chats.engine(session),
        "meetup": lambda: runtime.meetups.engine(session),
        "teams": lambda: runtime.team_runs.engine(session),
        "clm": lambda: runtime.simulations.engine(session),
        "lab": lambda: runtime.labs.engine(session),
    }
    return makers[kind]()


DOOR = Door(
    "steering",
    tuple(
        Shape(engine, lambda engine=engine: _seeds_of(engine), (change_json_line,))
        for engine in _SESSIONS
    ),
    opened,
    refuses=True,
)
