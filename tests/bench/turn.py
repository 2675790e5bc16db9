"""What a turn costs on the OpenAI wire: `python -m tests.bench.turn [--check] [--turns N]`.

A saved meetup on an `openai:` model whose server, a process of its own on the loopback, answers
every request with the same 60 tokens, a frame each. Processor time is that of the process, by
turn, the median of a hundred turns; the raw loop is the SDK's own streaming call in the same
process, whose cost grows with its messages: a turn is held against the shortest. The gap is the
longest time for which the event loop did nothing else while 4,000 messages of history went out.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

from core.events import Ended, TurnFinished
from core.meetup.engine import MeetupEngine
from core.meetup.setup import MeetupChoice, SideChoice
from core.messages import Message, ModelName, Params
from core.personas.persona import Persona
from core.providers.base import ModelRequest
from core.runtime import Options, Runtime
from tests.bench._children import end_with_parent
from tests.bench._texts import words
from tests.bench.store import Figure

ROOT = Path(__file__).resolve().parents[2]
TOKENS, HISTORY, WINDOW = 60, 4_000, 100
_MODEL = "gpt-4.1-mini"


@contextmanager
def serving() -> Iterator[str]:
    """The URL of a server, for as long as it is needed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench._turn_server", str(TOKENS)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.stdin.close()


def runtime_on(url: str, folder: Path) -> Runtime:
    """Salon with OpenAI's address replaced."""
    options = Options(
        sessions=folder / "sessions",
        data_dir=folder / "data",
        assignments=(f"providers.openai.base_url={url}", f"model=openai:{_MODEL}"),
    )
    environ = {"HOME": str(folder), "OPENAI_API_KEY": "sk-of-a-bench"}
    return Runtime(options, environ)


async def meetup_turns(runtime: Runtime, turns: int) -> list[float]:
    """Processor seconds of each turn of a saved meetup."""
    sides = {side: SideChoice(Persona(side.upper(), body="# It\n")) for side in ("a", "b")}
    choice = MeetupChoice(sides, starter="a", turns=turns, rate=0, pace=0, watch_loops=False)
    engine: MeetupEngine = await runtime.meetups.start(choice, runtime.create)
    taken: list[float] = []
    running = asyncio.create_task(engine.run())
    last = time.process_time()
    async for event in engine.subscribe():
        if isinstance(event, TurnFinished):
            now = time.process_time()
            taken.append(now - last)
            last = now
        elif isinstance(event, Ended):
            break
    await running
    await engine.log.session.close()
    assert len(taken) == turns, f"{len(taken)} turns were taken"
    return taken


def history(count: int) -> list[Message]:
    """A conversation of so many messages."""
    drawn = words(TOKENS)
    said = " ".join(drawn)
    turns = [Message("user" if at % 2 == 0 else "assistant", said) for at in range(count - 1)]
    return [Message("system", "You are A."), *turns]


async def raw_turns(url: str, messages: int, rounds: int) -> list[float]:
    """Processor seconds of the SDK's own loop, over so many messages."""
    import openai

    sent: list[Any] = [{"role": m.role, "content": m.content} for m in history(messages)]
    taken = []
    async with openai.AsyncOpenAI(api_key="sk-of-a-bench", base_url=url) as client:
        for _ in range(rounds):
            start = time.process_time()
            stream = await client.chat.completions.create(
                model=_MODEL, messages=sent, stream=True, stream_options={"include_usage": True}
            )
            async for chunk in stream:
                _ = chunk.choices and chunk.choices[0].delta.content
            taken.append(time.process_time() - start)
    return taken


async def longest_gap(request: Callable[[], Awaitable[object]]) -> float:
    """Longest time in which the event loop took no other turn, in milliseconds."""
    gaps: list[float] = []
    for _ in range(5):
        asking = asyncio.ensure_future(request())
        worst, last = 0.0, time.perf_counter()
        while not asking.done():
            await asyncio.sleep(0)
            worst, last = max(worst, time.perf_counter() - last), time.perf_counter()
        await asking
        gaps.append(worst)
    return statistics.median(gaps) * 1e3


async def sending(runtime: Runtime) -> float:
    """The gap while a long request goes out, the client being there already."""
    model = runtime.providers.model(ModelName("openai", _MODEL))
    request = ModelRequest(_MODEL, history(HISTORY), Params())

    async def ask(asked: ModelRequest = request) -> None:
        async with aclosing(model.stream(asked)) as parts:
            async for _ in parts:
                pass

    await ask(ModelRequest(_MODEL, history(2), Params()))
    return await longest_gap(ask)


def cost(taken: Sequence[float], until: int) -> float:
    """Milliseconds of a turn, the median of those before one."""
    return statistics.median(taken[max(0, until - WINDOW) : until]) * 1e3


async def measure(turns: int) -> list[Figure]:
    with serving() as url, tempfile.TemporaryDirectory() as folder:
        async with runtime_on(url, Path(folder)) as runtime:
            taken = await meetup_turns(runtime, turns)
            raw = cost(await raw_turns(url, 2, WINDOW), WINDOW)
            walked = cost(await raw_turns(url, WINDOW, WINDOW), WINDOW)
            gap = await sending(runtime)
    early, late = cost(taken, 2 * WINDOW), cost(taken, turns)
    return [
        Figure("the SDK's loop over 2 messages", raw, "ms"),
        Figure(f"the SDK's loop over {WINDOW} messages", walked, "ms"),
        Figure(f"a turn, turns {WINDOW + 1} to {2 * WINDOW}", early, "ms"),
        Figure(f"a turn, the last {WINDOW} of {turns:,}", late, "ms"),
        Figure("a turn against the SDK's loop over 2 messages", early / raw, "x", 1.3),
        Figure(f"the last of {turns:,} against the first", late / early, "x", 1.2),
        Figure(f"gap of the loop, {HISTORY:,} messages sent", gap, "ms", 20),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.turn", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a bar is missed")
    parser.add_argument("--turns", type=int, default=2_000, help="turns of the meetup")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.turns))
    for figure in figures:
        print(figure)
    return 1 if options.check and any(figure.missed for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
