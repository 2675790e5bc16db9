"""A stage for the tests of the transcript: an app of nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.pilot import Pilot

from tui.widgets.transcript import Transcript


class Stage(App[None]):
    """One or more transcripts side by side; keeps what they post."""

    def __init__(self, columns: int = 1, count: int = 1) -> None:
        super().__init__()
        self.columns = columns
        self.count = count
        self.posted: list[Message] = []

    def compose(self) -> ComposeResult:
        with Horizontal():
            for _ in range(self.count):
                yield Transcript(columns=self.columns, placeholder="Press space and they talk.")

    def on_transcript_copy_requested(self, message: Transcript.CopyRequested) -> None:
        self.posted.append(message)

    def on_transcript_message_activated(self, message: Transcript.MessageActivated) -> None:
        self.posted.append(message)

    def on_transcript_older_wanted(self, message: Transcript.OlderWanted) -> None:
        self.posted.append(message)


@asynccontextmanager
async def stage(
    size: tuple[int, int] = (80, 24), *, columns: int = 1, count: int = 1
) -> AsyncIterator[tuple[Transcript, Pilot[None]]]:
    """The first transcript, focused, and the pilot."""
    app = Stage(columns, count)
    async with app.run_test(size=size) as pilot:
        transcript = app.query(Transcript).first()
        transcript.focus()
        await pilot.pause()
        yield transcript, pilot


async def painted(transcript: Transcript, pilot: Pilot[None]) -> list[str]:
    """The lines on screen once everything that waited is painted."""
    await pilot.pause(0.05)
    while transcript.busy:
        await pilot.pause(0.05)
    height = transcript.scrollable_content_region.height
    return [transcript.render_line(y).text.rstrip() for y in range(height)]
