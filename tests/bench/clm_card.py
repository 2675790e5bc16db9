"""How soon a day's first card has text: `python -m tests.bench.clm_card [--check]`.

The five customers of the classic world, looked after by the embedded model, which is warm: one
day has passed before the first that counts.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time

from core.clm.records import DayEnded, DayStarted
from core.clm.simulation.commands import End, Run
from core.clm.simulation.setup import SimulationChoice
from core.events import TextDelta, TurnFinished
from core.messages import Params
from core.runtime import Runtime

DAYS = 5
BAR = 2.0
"""Seconds from the beginning of a day."""
LARGEST_NEW = 400
"""Tokens of a prompt that the server did not have in its cache."""


async def _measured() -> tuple[list[float], list[int]]:
    """Return the seconds to each day's first text, and the new tokens of each prompt."""
    waits: list[float] = []
    new: list[int] = []
    async with Runtime() as runtime:
        choice = SimulationChoice(policy="llm", model="local:smollm2", params=Params(max_tokens=90))
        engine = await runtime.simulations.start(choice, runtime.create_unsaved)
        serving = asyncio.create_task(engine.run())
        with engine.subscribe() as events:
            await engine.send(Run(DAYS + 1))
            began: float | None = None
            async for event in events:
                match event:
                    case DayStarted():
                        began = time.perf_counter()
                    case TextDelta() if began is not None:
                        waits.append(time.perf_counter() - began)
                        began = None
                    case TurnFinished():
                        usage = event.record.usage
                        assert usage is not None
                        new.append(usage.input_tokens - usage.cached_tokens)
                    case DayEnded() if event.day > DAYS:
                        break
                    case _:
                        pass
        await engine.send(End())
        await serving
    return waits[1:], new[1:]


def main() -> None:
    """Print the figures; with --check fail where a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    waits, new = asyncio.run(_measured())
    median, largest = statistics.median(waits), max(new)
    print(f"first text of a day's first card, median of {len(waits)}   {median:.2f} s  bar {BAR} s")
    print(f"largest new part of a prompt   {largest} tokens  bar {LARGEST_NEW}")
    if check and (median > BAR or largest > LARGEST_NEW):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
