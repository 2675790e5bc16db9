"""What a run leaves behind in the app: nothing but its records and what shows them."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker

from pilot.chat_kit import chatting, idle, write
from pilot.salon import opened, runtime_for, until

KEPT = {"Entry", "EntryView"}
"""What the app has of each message."""
LIMITED = {"Block", "ComposedRow", "HeightIndex", "PaintedRow", "RowLook"}
"""What the transcript caches up to a limit, and the rows that it shows."""


def nodes(pilot: Pilot[int]) -> list[DOMNode]:
    """Return the app and everything in its screens."""
    screens = [each for stack in pilot.app._screen_stacks.values() for each in stack]
    return [pilot.app, *(node for screen in screens for node in screen.walk_children())]


def watchers(node: DOMNode) -> int:
    """Return how many watch the reactive attributes of a node, dead ones included."""
    return sum(len(each) for each in getattr(node, "__watchers", {}).values())


def living(pilot: Pilot[int]) -> Counter[str]:
    """Count what must not add up with the messages."""
    gc.collect()
    found: Counter[str] = Counter()
    for each in gc.get_objects():
        kind = type(each)
        if isinstance(each, Widget | Timer | Worker):
            found[f"live {kind.__name__}"] += 1
        elif kind.__name__ not in KEPT | LIMITED and str(kind.__module__).startswith("tui."):
            found[f"tui {kind.__name__}"] += 1
    found["watchers"] = sum(watchers(each) for each in nodes(pilot))
    found["tasks"] = len(asyncio.all_tasks())
    found["notifications"] = len(pilot.app._notifications)
    return found


async def grown(
    pilot: Pilot[int], run: Callable[[int], Awaitable[None]], count: int
) -> dict[str, int]:
    """Return what a second run of `count` messages has more of than a first one left behind."""
    await run(count)
    before = living(pilot)
    await run(count)
    # A few more may be at work at this moment; one in ten messages is growth.
    more = living(pilot) - before
    return {name: by for name, by in more.items() if by > max(3, count // 10)}


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_chat_leaves_nothing_behind_with_each_message(tmp_path: Path) -> None:
    async with chatting(runtime_for(tmp_path)) as (pilot, chat):

        async def run(count: int) -> None:
            for number in range(count):
                await write(pilot, chat, f"I am sad about number {number}")
                await idle(pilot, chat)
            await pilot.press("escape", "k", "j", "i")

        assert await grown(pilot, run, 30) == {}


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_meetup_leaves_nothing_behind_with_each_turn(tmp_path: Path) -> None:
    runtime = runtime_for(tmp_path, "meetup.turns=0", "meetup.loops=false")
    async with opened(runtime) as (pilot, talk):

        def turns() -> int:
            return 0 if talk.session.state is None else talk.session.state.turns

        async def run(count: int) -> None:
            last = count + turns()
            await talk.do("play")
            while (so_far := turns()) < last:
                await until(pilot, lambda: turns() > so_far)
            await talk.do("pause")
            await until(pilot, lambda: not talk.session.playing)
            await pilot.pause()

        assert await grown(pilot, run, 60) == {}
