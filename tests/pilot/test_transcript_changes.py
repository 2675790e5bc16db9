"""The transcript while things around it change: the theme, the size, the columns."""

from __future__ import annotations

import random

import pytest
from rich.segment import Segment
from textual.pilot import Pilot

from pilot.transcript_stage import Stage, painted, stage
from tui.widgets.transcript import Entry, EntryKind, EntryStatus, Transcript

TALK = """Some *words* and `code`, long enough to be wrapped in a column of its own, twice over.

> quoted

```python
def f(x): return "text"
```"""
NARROW = 100
"""Cells below which the screen of a meetup asks for one column."""


def talk() -> list[Entry]:
    """One of each kind, and more than a screen of them."""
    entries = [
        Entry(
            str(n),
            TALK,
            speaker="ab"[n % 2],
            header=f"{n} · {'AB'[n % 2]}",
            column=n % 2,
            footer=f"{200 + n} tok · 1.{n} s",
        )
        for n in range(8)
    ]
    entries.insert(7, Entry("e", "No key.", kind=EntryKind.ERROR, column=1))
    return [*entries, Entry("q", "across", kind=EntryKind.QUIET)]


def on_screen(transcript: Transcript) -> list[list[Segment]]:
    """What the terminal is sent, row by row, without the scroll bar: its lengths are estimates."""
    strips = transcript.app.screen._compositor.render_strips()
    return [list(Segment.simplify(strip.crop(0, strip.cell_length - 1))) for strip in strips]


async def settled(transcript: Transcript, pilot: Pilot[None]) -> list[list[Segment]]:
    await painted(transcript, pilot)
    await pilot.pause()
    return on_screen(transcript)


def gutters(transcript: Transcript) -> set[int]:
    """Where the line between the columns stands, over all rows on screen."""
    rows = ["".join(segment.text for segment in row) for row in on_screen(transcript)]
    return {x for row in rows for x, character in enumerate(row) if character == "│"}


async def stream(transcript: Transcript) -> None:
    """Have both sides say the same as in `talk`, a piece at a time."""
    for entry in talk():
        text, footer = entry.text, entry.footer
        if entry.kind is not EntryKind.MESSAGE:
            transcript.append(entry)
            continue
        entry.text, entry.footer, entry.status = "", "", EntryStatus.STREAMING
        transcript.append(entry)
        for at in range(0, len(text), 20):
            transcript.extend(entry.id, text[at : at + 20])
        transcript.finish(entry.id, footer=footer)


async def fresh(theme: str, size: tuple[int, int], columns: int) -> list[list[Segment]]:
    """The screen of an app that has never had another theme or size."""
    app = Stage(columns)
    app.theme = theme
    async with app.run_test(size=size) as pilot:
        transcript = app.query_one(Transcript)
        transcript.focus()
        transcript.load(talk())
        return await settled(transcript, pilot)


async def test_an_empty_transcript_takes_the_colours_of_another_theme() -> None:
    async with stage((120, 40), columns=2) as (transcript, pilot):
        await painted(transcript, pilot)
        transcript.app.theme = "textual-light"
        await pilot.pause()
        await stream(transcript)
        assert await settled(transcript, pilot) == await fresh("textual-light", (120, 40), 2)


async def test_what_is_shown_is_painted_again_in_another_theme() -> None:
    async with stage((120, 40), columns=2) as (transcript, pilot):
        transcript.load(talk())
        dark = await settled(transcript, pilot)
        for theme in ("textual-light", "nord", "textual-light"):
            transcript.app.theme = theme
            await pilot.pause()
            assert on_screen(transcript) == await fresh(theme, (120, 40), 2)
        transcript.app.theme = "textual-dark"
        await pilot.pause()
        assert on_screen(transcript) == dark


async def test_no_text_has_the_colour_of_its_background_in_any_theme() -> None:
    async with stage((120, 40), columns=2) as (transcript, pilot):
        await stream(transcript)
        for theme in ("textual-light", "solarized-light", "dracula", "textual-dark"):
            transcript.app.theme = theme
            for row in await settled(transcript, pilot):
                for segment in row:
                    if segment.text.strip() and segment.style is not None:
                        assert segment.style.color != segment.style.bgcolor, segment


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(each, marks=pytest.mark.slow) for each in range(1, 4))]
)
async def test_the_columns_stay_straight_through_any_sizes(seed: int) -> None:
    chance = random.Random(seed)
    sizes = [(chance.randint(70, 170), chance.randint(15, 55)) for _ in range(6)]
    sizes += [(80, 24), (101, 31), (120, 38), (140, 45), (160, 52)]
    async with stage((80, 24)) as (transcript, pilot):
        transcript.load(talk())
        transcript.append(Entry("live", column=0, header="L", status=EntryStatus.STREAMING))
        for width, height in sizes:
            for _ in range(chance.randint(1, 3)):
                transcript.extend("live", "some more words\n\n")
                await pilot.pause(0.01)
            await pilot.resize_terminal(width, height)
            transcript.columns = 1 if width < NARROW else 2
            await pilot.pause()
            assert len(gutters(transcript)) == (width >= NARROW), (width, height)
            await settled(transcript, pilot)
            assert len(gutters(transcript)) == (width >= NARROW), (width, height)
        transcript.truncate_after("q")
        assert await settled(transcript, pilot) == await fresh("textual-dark", (160, 52), 2)


async def test_blank_rows_grow_with_the_screen() -> None:
    async with stage((120, 30), columns=2) as (transcript, pilot):
        transcript.load(talk()[:1])
        await painted(transcript, pilot)
        for width in (130, 150, 160, 104):
            await pilot.resize_terminal(width, 30)
            await settled(transcript, pilot)
            assert len(gutters(transcript)) == 1


async def test_the_cursor_moves_before_a_change_is_painted() -> None:
    async with stage() as (transcript, pilot):
        transcript.load([Entry(str(n), f"message {n}") for n in range(40)])
        await painted(transcript, pilot)
        transcript.load([Entry(f"new {n}", "other") for n in range(3)])
        transcript.action_cursor(-1)
        assert transcript.cursor_id == "new 2"
        transcript.clear_cursor()
        transcript.truncate_after("new 0")
        transcript.action_cursor(-1)
        assert transcript.cursor_id == "new 0"
