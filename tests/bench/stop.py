"""How soon everything is quiet: `python -m tests.bench.stop`.

Four meetups stream at once over real sockets, through the OpenAI adapter; each is told to
stop, and the time until its end is announced is measured. Then the embedded model writes in
both of its slots, both are let go in mid-sentence, and the time until it serves a short
request is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from contextlib import aclosing

from core.config.settings import Settings
from core.events import Ended, TextDelta
from core.ids import SystemSource
from core.meetup.commands import Stop
from core.meetup.engine import MeetupEngine
from core.meetup.setup import MeetupChoice, Meetups, SideChoice
from core.messages import Message, Params
from core.personas.instructions import Instructions
from core.personas.markdown import parse_persona
from core.providers.base import Chunk, ModelRequest, ProviderSettings
from core.providers.local import LocalModel
from core.providers.registry import ProviderRegistry
from core.sessions.memory import MemorySession
from core.sessions.session import FirstRecords
from tests.wire.fake_server import FakeServer, Script
from tests.wire.frames import OpenAIWire

_STREAMS = 4
_BAR_STOP = 0.1
_BAR_NEXT = 1.0


async def _meetup(registry: ProviderRegistry) -> MeetupEngine:
    people = [parse_persona(f"# One: {name}\n\nYou talk.\n".encode()) for name in ("Ann", "Bob")]

    async def create(engine: str, data: object, *first: FirstRecords) -> MemorySession:
        return await MemorySession.create(SystemSource(), engine, data, *first)

    choice = MeetupChoice(
        sides={side: SideChoice(each, "endless:x") for side, each in zip("ab", people, strict=True)}
    )
    return await Meetups(Settings(), registry, Instructions()).start(choice, create)


async def _stop_one(engine: MeetupEngine, streaming: asyncio.Barrier) -> float:
    run = asyncio.create_task(engine.run())
    began = 0.0
    with engine.subscribe() as events:
        async for event in events:
            if isinstance(event, TextDelta) and not began:
                await streaming.wait()
                began = time.perf_counter()
                await engine.send(Stop())
            elif isinstance(event, Ended):
                took = time.perf_counter() - began
    await run
    return took


async def stop_four() -> float:
    """Return the longest time from Stop to Ended, in seconds."""
    async with FakeServer() as server:
        wire = OpenAIWire()
        piece = wire.text("word ")
        endless = Script((*wire.start(), *([piece, 0.005] * 4000)), ending="stall")
        server.plan(*[endless] * _STREAMS)
        settings = ProviderSettings("endless", "openai", base_url=wire.base_url(server.url))
        registry = ProviderRegistry({"endless": settings})
        engines = [await _meetup(registry) for _ in range(_STREAMS)]
        streaming = asyncio.Barrier(_STREAMS)
        times = await asyncio.gather(*(_stop_one(each, streaming) for each in engines))
        await registry.aclose()
    return max(times)


async def next_on_local() -> float:
    """Return the time to the first word after both slots were let go, in seconds."""
    model = LocalModel(ProviderSettings("local", "local"))
    long = ModelRequest(
        "", (Message("user", "Tell me a long story. " * 40),), Params(max_tokens=800)
    )
    short = ModelRequest("", (Message("user", "Say yes."),), Params(max_tokens=2))

    async def begin_and_leave() -> None:
        async with aclosing(model.stream(long)) as parts:
            count = 0
            async for part in parts:
                count += isinstance(part, Chunk)
                if count == 5:
                    return

    await asyncio.gather(begin_and_leave(), begin_and_leave())
    began = time.perf_counter()
    async with aclosing(model.stream(short)) as parts:
        await anext(parts)
        took = time.perf_counter() - began
    await model.aclose()
    return took


def main() -> None:
    """Measure and print; with `--check`, fail where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    stop = max(asyncio.run(stop_four()) for _ in range(5))
    print(
        f"{_STREAMS} streams, Stop to Ended, slowest of 5 runs  {stop * 1000:6.0f} ms   bar 100 ms"
    )
    after = max(asyncio.run(next_on_local()) for _ in range(3))
    print(f"embedded model, next first word, slowest of 3  {after * 1000:6.0f} ms   bar 1000 ms")
    if options.check and (stop > _BAR_STOP or after > _BAR_NEXT):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
