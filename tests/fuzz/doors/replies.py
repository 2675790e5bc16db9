"""Replies of models: streamed into a transcript, read as a team's, searched for control words."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.style import Style
from textual.pilot import Pilot

from core.meetup.control_stream import ControlFilter
from core.teams.reading.reply import read_leaf, read_reply
from core.teams.reading.stream import MessageFilter
from fuzz.door import Door, Drive, Shape
from fuzz.mutations import as_text
from fuzz.structures import change_json
from pilot.transcript_stage import stage
from reply_samples import CLEAR
from tui.teams.wording import readable
from tui.widgets.transcript import Entry, EntryKind, EntryStatus, Transcript
from tui.widgets.transcript.document import Document
from tui.widgets.transcript.look import Look
from tui.widgets.transcript.palette import Palette
from tui.widgets.transcript.search import Search

_HEIGHT = 24
_IN_APP = 40
"""One in so many replies is shown in a running app as well."""
_NAMES = ("planner", "Coder", "style rewriter")
_SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
_MARKDOWN = """# A title with `code` and **bold _both_**

A paragraph of *words* with a [link](https://example.org "t"), an ![image](x.png), <b>html</b>
and a hard break\\
here; 漢字、😀 e\u0301 and `a | b \\`.

> A quote
> > nested

1. one
   - two
     ```python
     def f(x): return x  # code
     ```
2. three

| left | `a \\| b` | right |
|:-----|:--------:|------:|
| 1 | `x\\` | **3** |
| a long cell that has to wrap somewhere | | |

***

```
a fence that never ends
"""
_PLAIN = "Well, /bye then. I said:\n\n```\n/end\n```\n/help me, *please* -- would you?\n/stop\n"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Drive]:
    """Have a transcript without an app, and one in an app."""
    async with stage() as (transcript, pilot):

        async def drive(shape: str, data: bytes) -> None:
            text = as_text(data)
            if shape == "team":
                _read_as_team(text)
            elif shape == "control":
                _read_controls(text)
            else:
                show(text, 80 if len(data) % 2 else 30)
                if not zlib.crc32(data) % _IN_APP:
                    await _show_in_app(transcript, pilot, text)
                    assert pilot.app.is_running, "the app has ended"

        yield drive


def show(text: str, width: int) -> None:
    """Stream a reply into a transcript, then read it from its end to its beginning."""
    look = Look(Palette(lambda *names: Style()))
    look.width = width
    document = Document(look)
    document.append(Entry("0", "Before.", header="1  Ann"))
    document.append(Entry("1", header="2  Ben", status=EntryStatus.STREAMING))
    for piece in _pieces(text):
        document.extend("1", piece)
        _paint(document)
    document.finish("1", text, EntryStatus.COMPLETE, "3 tok")
    document.append(Entry("2", text[:2000], kind=EntryKind.QUIET))
    _paint(document)
    search = Search("a", document.views)
    search.move(1)
    for line in (document.viewport.total // 2, 0):
        document.viewport.jump(line)
        _paint(document)
    document.view("1").code_blocks()
    document.update("1", text="After.")
    _paint(document)


def _paint(document: Document) -> None:
    while document.busy:
        document.pump(1)
    for place in document.viewport.window(_HEIGHT):
        _ = place.painted


async def _show_in_app(transcript: Transcript, pilot: Pilot[None], text: str) -> None:
    transcript.load([Entry("0", text, header="1  Ann", speaker="a")])
    transcript.append(Entry("1", header="2  Ben", status=EntryStatus.STREAMING))
    for piece in _pieces(text):
        transcript.extend("1", piece)
        await _settled(transcript, pilot)
    transcript.finish("1", text)
    await _settled(transcript, pilot)
    transcript.search("a")
    transcript.action_copy_message()
    transcript.action_copy_code()
    transcript.load([])


async def _settled(transcript: Transcript, pilot: Pilot[None]) -> None:
    while transcript.busy:
        await pilot.pause(0.005)


def _pieces(text: str) -> Iterator[str]:
    """Cut a reply as it may come: now a few characters, then much at once."""
    middle = len(text) // 2
    yield from (text[:3], text[3:middle], text[middle:])


def _read_as_team(text: str) -> None:
    for parallel in (False, True):
        read = read_reply(text, _NAMES, parallel=parallel)
        assert read.proposals
    read_leaf(text, _SCHEMA)
    stream = MessageFilter()
    for piece in _pieces(text):
        stream.feed(piece)
    stream.finish()
    readable(text)


def _read_controls(text: str) -> None:
    stream = ControlFilter()
    for piece in _pieces(text):
        stream.feed(piece)
    stream.finish()


def _replies() -> list[bytes]:
    return [raw.encode("utf-8", "surrogatepass") for raw, *_ in CLEAR.values()]


DOOR = Door(
    "replies",
    (
        Shape("markdown", lambda: [_MARKDOWN.encode()]),
        Shape("markdown", lambda: [_MARKDOWN.encode(), _PLAIN.encode()]),
        Shape("team", _replies, (change_json,)),
        Shape("control", lambda: [_PLAIN.encode()]),
    ),
    opened,
    batch=2_000,
)
