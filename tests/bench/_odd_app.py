"""The longest gap of the event loop while a transcript is given an odd text.

`python -m tests.bench._odd_app RESULT NAME` writes to the file RESULT, as JSON, the longest gap
in milliseconds of every step: of processor time of the loop's own thread, and of the clock.
A task that sleeps a millisecond at a time is woken once in every turn of the loop: what passes
between two of its turns is what a key would have waited.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.selection import Selection

from tests.bench import _odd_texts
from tui.widgets.transcript import Entry, EntryStatus, Transcript

_PIECES = 1500
_LOOKS = 2000
"""Looks whether a step is over before it is given up."""


class Heart:
    """Beats in every turn of the event loop and keeps the longest pauses."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0
        self.beats = 0

    def reset(self) -> None:
        self.cpu = self.wall = 0.0

    async def beat(self) -> None:
        cpu, wall = time.thread_time(), time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            cpu_now, wall_now = time.thread_time(), time.perf_counter()
            self.cpu = max(self.cpu, cpu_now - cpu)
            self.wall = max(self.wall, wall_now - wall)
            self.beats += 1
            cpu, wall = cpu_now, wall_now


class OddApp(App[None]):
    """Streams a text, shows it again as a finished message, and does what a reader does."""

    def __init__(self, result: str, text: str) -> None:
        super().__init__()
        self._result = Path(result)
        self._text = text
        self._heart = Heart()
        self._steps: dict[str, dict[str, float]] = {}
        self.talk = Transcript()

    def compose(self) -> ComposeResult:
        yield self.talk

    def on_ready(self) -> None:
        self.run_worker(self._measure())

    async def _measure(self) -> None:
        await asyncio.sleep(0.3)
        gc.collect()
        gc.freeze()  # as the app does once it stands
        beating = asyncio.create_task(self._heart.beat())
        await self._stream()
        await self._finished()
        beating.cancel()
        self._result.write_text(json.dumps(self._steps), encoding="utf-8")
        self.exit()

    @asynccontextmanager
    async def _step(self, name: str) -> AsyncIterator[None]:
        self._heart.reset()
        began = time.process_time()
        yield
        await self._settle()
        self._steps[name] = {
            "cpu": self._heart.cpu * 1000,
            "wall": self._heart.wall * 1000,
            "total": time.process_time() - began,
        }

    async def _settle(self) -> None:
        """Until nothing more waits to be painted."""
        await asyncio.sleep(0.1)
        for _ in range(_LOOKS):
            if not self.talk.busy:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)

    async def _stream(self) -> None:
        text, talk = self._text, self.talk
        size = max(8, len(text) // _PIECES)
        async with self._step("stream"):
            talk.append(Entry("1", header="1 · Ada", speaker="a", status=EntryStatus.STREAMING))
            for number, at in enumerate(range(0, len(text), size)):
                talk.extend("1", text[at : at + size])
                await asyncio.sleep(0.002 if number % 4 == 0 else 0)
            talk.finish("1", footer="streamed")
        async with self._step("one delta"):
            talk.append(Entry("2", header="2 · Ada", speaker="a", status=EntryStatus.STREAMING))
            talk.extend("2", text)
            talk.finish("2")

    async def _finished(self) -> None:
        talk, text = self.talk, self._text
        others = [Entry(f"o{n}", "A few words.", header="Bob", speaker="b") for n in range(20)]
        async with self._step("open"):
            talk.load([*others, Entry("3", text, header="3 · Ada", speaker="a")])
        async with self._step("scroll up"):
            await self._repeat(talk.action_page_up, 60)
        async with self._step("home, end"):
            await self._repeat(talk.action_scroll_home, 1)
            await self._repeat(talk.action_scroll_end, 1)
        async with self._step("jump to the middle"):
            talk.scroll_rows(-(talk.virtual_size.height // 2))
        async with self._step("scroll down"):
            await self._repeat(talk.action_page_down, 30)
        async with self._step("resize"):
            for width in (70, 33, 12, 120):
                talk.styles.width = width
                await asyncio.sleep(0.2)
        async with self._step("search"):
            talk.search("a")
            for step in (1, 1, -1, -1, -1):
                talk.search_next(step)
                await asyncio.sleep(0.02)
        async with self._step("scroll among matches"):
            await self._repeat(talk.action_page_up, 10)
        talk.clear_search()
        async with self._step("select all, copy"):
            talk.screen.selections = {talk: Selection(Offset(0, 0), None)}
            await asyncio.sleep(0.1)
            talk.get_selection(Selection(None, None))
        talk.screen.clear_selection()
        async with self._step("copy code"):
            talk.action_copy_code()
        for kind in ("quiet", "error"):
            async with self._step(f"open as {kind}"):
                talk.load([Entry("4", text, kind=kind)])

    async def _repeat(self, action: Callable[[], None], count: int) -> None:
        for _ in range(count):
            action()
            await asyncio.sleep(0.01)


def main() -> None:
    result, name = sys.argv[1:]
    OddApp(result, _odd_texts.TEXTS[name]()).run()


if __name__ == "__main__":
    main()
