"""How busy the lab keeps a model: `python -m tests.bench.lab`.

Eight people live through scenes on the embedded model, in parallel. Then the very same
requests are sent again by workers that do nothing else, as many at a time, to a server that
was started afresh, as the first was: what a prompt cache holds must not count for one side.
The ratio of the two times says how busy the lab kept the server. The order is turned round
from round to round, because these machines are shared; the best of the rounds counts.
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
from core.lifelong.engine import LabEngine
from core.lifelong.people.given import given_records
from core.lifelong.spec import ENGINE, Role
from core.messages import Message, ModelName, Params
from core.participants import PersonaOnModel
from core.providers.base import Completion, ModelRequest, ProviderSettings, StreamPart
from core.providers.local import LocalModel
from core.providers.model import Model
from core.sessions.memory import MemorySession
from tests.lab_kit import spec_of, world

_PEOPLE, _SCENES, _PARALLEL, _TOKENS = 8, 2, 8, 32
_CONTEXT = 4096
_BAR = 0.9


class _Watched(LocalModel):
    """The embedded model, with everything it was asked."""

    def __init__(self) -> None:
        super().__init__(ProviderSettings("local", "local", default_model="smollm2"))
        self.asked: list[ModelRequest] = []
        self.answers = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[StreamPart, None]:
        self.asked.append(request)
        async with aclosing(super().stream(request)) as parts:
            async for part in parts:
                if isinstance(part, Completion):
                    self.answers += part.usage.output_tokens
                yield part


async def lab() -> tuple[float, list[ModelRequest], int]:
    """Run the lab; return its seconds, what it asked, and the tokens answered."""
    people = world(_PEOPLE, _SCENES)
    spec = spec_of(people, settings=("none",), rounds=2, parallel=_PARALLEL)
    seats = {
        role: replace(seat, params=Params(max_tokens=_TOKENS)) for role, seat in spec.seats.items()
    }
    spec = replace(spec, seats=seats)
    session = await MemorySession.create(CountingSource(), ENGINE, spec.to_json())
    await session.append(*given_records(session, people))
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
    began = time.perf_counter()
    reason = await LabEngine(session, participant).run()
    seconds = time.perf_counter() - began
    await provider.aclose()
    assert reason == "done", reason
    return seconds, provider.asked, provider.answers


async def bare(requests: list[ModelRequest]) -> tuple[float, int]:
    """Send requests by workers that do nothing else; return the seconds and tokens answered."""
    provider = _Watched()
    model = Model(provider, "smollm2")
    await provider.warm_up()
    await _first(provider)
    waiting = iter(requests)

    async def work() -> None:
        for request in waiting:
            await model.answer(replace(request, origin=None))

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(_PARALLEL)))
    seconds = time.perf_counter() - began
    await provider.aclose()
    return seconds, provider.answers


async def _first(provider: _Watched) -> None:
    """Have the SDK imported and the connection made, and forget that it was asked."""
    request = ModelRequest("smollm2", (Message("user", "Hi"),), Params(max_tokens=1))
    async with aclosing(provider.stream(request)) as parts:
        async for _ in parts:
            pass
    provider.asked.clear()
    provider.answers = 0


async def _rounds(count: int) -> list[float]:
    ratios = []
    _, requests, _ = await lab()
    for number in range(count):
        if number % 2:
            alone, fewer = await bare(requests)
            whole, requests, tokens = await lab()
        else:
            whole, requests, tokens = await lab()
            alone, fewer = await bare(requests)
        # The same seeds draw nearly, not always exactly, the same answers.
        ratios.append(alone / whole * tokens / max(1, fewer))
        print(
            f"{len(requests)} requests: lab {whole:5.1f} s for {tokens} tokens, "
            f"bare {alone:5.1f} s for {fewer}; as busy as {ratios[-1]:.0%}"
        )
    return ratios


def main() -> None:
    """Measure and print; with `--check`, fail where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    best = max(asyncio.run(_rounds(options.rounds)))
    print(f"{_PEOPLE} people keep the server {best:.0%} as busy as a bare load   bar {_BAR:.0%}")
    if options.check and best < _BAR:
        sys.exit(1)


if __name__ == "__main__":
    main()
