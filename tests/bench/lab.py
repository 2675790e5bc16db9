"""How busy the lab keeps a model: `python -m tests.bench.lab`.

Eight people live through scenes on the embedded model, in parallel. Then the very same
requests are sent again by workers that do nothing else, as many at a time, to a server that
was started afresh, as the first was. A server is busy as long as it has a request for each of
its slots: counted is the share of the time, slot by slot, in which it has one. What a machine
that is shared takes away from the server takes it away from both, and does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from core.context.budget import Budget
from core.ids import CountingSource
from core.lab.engine import LabEngine
from core.lab.people.imported import given_records
from core.lab.spec import ENGINE, Role
from core.messages import Message, ModelName, Params
from core.participants import PersonaOnModel
from core.providers.base import Completion, ModelRequest, ProviderSettings, StreamPart
from core.providers.local import LocalModel
from core.providers.model import Model
from core.sessions.memory import MemorySession
from tests.lab_kit import spec_of, world

_PEOPLE, _SCENES, _PARALLEL, _TOKENS = 8, 2, 8, 32
_SLOTS = 2
"""Requests that the embedded server answers at a time."""
_CONTEXT = 4096
_BAR = 0.9


class _Watched(LocalModel):
    """The embedded model, with everything it was asked."""

    def __init__(self) -> None:
        super().__init__(ProviderSettings("local", "local", default_model="smollm2"))
        self.asked: list[ModelRequest] = []
        self.answers = 0
        self._now = 0
        self._since = self._began = time.perf_counter()
        self._filled = 0.0
        """Slots times seconds in which they had a request."""

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        self.asked.append(request)
        self._count(1)
        try:
            async with aclosing(super().stream(request)) as parts:
                async for part in parts:
                    if isinstance(part, Completion):
                        self.answers += part.usage.output_tokens
                    yield part
        finally:
            self._count(-1)

    def begin(self) -> None:
        """Count from now on."""
        self.asked.clear()
        self.answers, self._filled, self._since = 0, 0.0, time.perf_counter()
        self._began = self._since

    def busy(self) -> tuple[float, float]:
        """Return the seconds since then, and the share of the slots that had a request."""
        self._count(0)
        seconds = self._since - self._began
        return seconds, self._filled / (seconds * _SLOTS)

    def _count(self, change: int) -> None:
        now = time.perf_counter()
        self._filled += min(self._now, _SLOTS) * (now - self._since)
        self._now, self._since = self._now + change, now


async def lab() -> tuple[float, float, list[ModelRequest]]:
    """Run the lab; return its seconds, how busy the server was, and what it was asked."""
    people = world(_PEOPLE, _SCENES)
    spec = spec_of(people, settings=("none",), rounds=2, parallel=_PARALLEL)
    seats = {
        role: replace(seat, params=Params(max_tokens=_TOKENS)) for role, seat in spec.seats.items()
    }
    spec = replace(spec, seats=seats)
    session = await MemorySession.create(CountingSource(), ENGINE, spec.to_json())
    await session.append(*given_records(session.tree, session.source, people))
    provider = _Watched()

    def participant(role: Role) -> PersonaOnModel:
        return PersonaOnModel(
            name=role,
            model_name=ModelName("local", "smollm2"),
            params=spec.seats[role].params,
            budget=Budget.of(_CONTEXT, max_tokens=_TOKENS),
            system="",
            model=Model(provider, "smollm2"),
        )

    await provider.warm_up()
    await _first(provider)
    reason = await LabEngine(session, participant).run()
    seconds, busy = provider.busy()
    await provider.aclose()
    assert reason == "done", reason
    return seconds, busy, provider.asked


async def bare(requests: list[ModelRequest]) -> tuple[float, float]:
    """Send requests by workers that do nothing else; return the seconds and how busy it was."""
    provider = _Watched()
    model = Model(provider, "smollm2")
    await provider.warm_up()
    await _first(provider)
    waiting = iter(requests)

    async def work() -> None:
        for request in waiting:
            await model.answer(replace(request, origin=None))

    await asyncio.gather(*(work() for _ in range(_PARALLEL)))
    seconds, busy = provider.busy()
    await provider.aclose()
    return seconds, busy


async def _first(provider: _Watched) -> None:
    """Have the SDK imported and the connection made, and forget that it was asked."""
    request = ModelRequest("smollm2", (Message("user", "Hi"),), Params(max_tokens=1))
    async with aclosing(provider.stream(request)) as parts:
        async for _ in parts:
            pass
    provider.begin()


async def _measure() -> float:
    whole, busy, requests = await lab()
    print(f"{len(requests)} requests: the lab kept the server {busy:.1%} busy for {whole:.1f} s")
    alone, bare_busy = await bare(requests)
    print(f"{len(requests)} requests: a bare load {bare_busy:.1%} for {alone:.1f} s")
    return busy / bare_busy


def main() -> None:
    """Measure and print; with `--check`, fail where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    ratio = asyncio.run(_measure())
    print(f"{_PEOPLE} people keep it {ratio:.1%} as busy as a bare load   bar {_BAR:.0%}")
    if options.check and ratio < _BAR:
        sys.exit(1)


if __name__ == "__main__":
    main()
