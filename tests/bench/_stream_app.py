"""The programs that `stream` measures, each run in a terminal of its own.

`python -m tests.bench._stream_app RESULT SCENARIO [ARGUMENTS]` writes its figures to the file
RESULT as JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Markdown, Static

from core.messages import Message
from core.providers.base import Chunk, ModelRequest, ProviderSettings
from core.providers.openai_chat import OpenAIChat
from tests.bench import _texts
from tui.widgets.transcript import Entry, EntryStatus, Transcript

_TEXTS: dict[str, Callable[[int], str]] = {
    "paragraphs": _texts.paragraphs,
    "list": _texts.bullets,
    "fence": _texts.fence,
    "table": _texts.table,
}


async def _at_once(text: str) -> AsyncIterator[str]:
    """Pieces as fast as they are taken, each in a turn of the event loop."""
    for token in _texts.tokens_of(text):
        await asyncio.sleep(0)
        yield token


async def _in_bursts(text: str) -> AsyncIterator[str]:
    """Pieces as a fast wire brings them: 4,000 a second, forty at a time."""
    tokens = _texts.tokens_of(text)
    began = time.monotonic()
    for number, token in enumerate(tokens):
        if number % 40 == 0:
            await asyncio.sleep(max(0.0, began + number / 4000 - time.monotonic()))
        yield token


async def _paced(text: str, rate: float) -> AsyncIterator[str]:
    """Pieces at so many a second."""
    began = time.monotonic()
    for number, token in enumerate(_texts.tokens_of(text)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        yield token


class StreamApp(App[None]):
    """Streams into one widget and measures the processor time until all of it is painted."""

    def __init__(self, result: str, work: Callable[[StreamApp], Awaitable[object]]) -> None:
        super().__init__()
        self._result = Path(result)
        self._work = work

    def on_ready(self) -> None:
        self.run_worker(self._measure())

    async def _measure(self) -> None:
        await asyncio.sleep(0.2)
        self._result.write_text(json.dumps(await self._work(self)), encoding="utf-8")
        self.exit()

    async def settle(self) -> None:
        """Until two frames have brought nothing more."""
        await asyncio.sleep(0.15)


async def _transcript(app: StreamApp, pieces: AsyncIterator[str]) -> float:
    transcript = Transcript()
    await app.mount(transcript)
    await app.settle()
    began = time.process_time()
    transcript.append(Entry("1", header="1 · Ada", speaker="a", status=EntryStatus.STREAMING))
    async for token in pieces:
        transcript.extend("1", token)
    transcript.finish("1")
    await app.settle()
    return time.process_time() - began


async def _markdown(app: StreamApp, pieces: AsyncIterator[str]) -> float:
    scroll = VerticalScroll()
    await app.mount(scroll)
    markdown = Markdown()
    await scroll.mount(markdown)
    scroll.anchor()
    await app.settle()
    began = time.process_time()
    stream = Markdown.get_stream(markdown)
    async for token in pieces:
        await stream.write(token)
    await stream.stop()
    await app.settle()
    return time.process_time() - began


async def _messages(app: StreamApp, count: int) -> float:
    """Processor time from nothing to so many finished messages on screen."""
    text = _texts.paragraphs(240) + "\n\n" + _texts.bullets(60) + "\n\n" + _texts.fence(100)
    entries = [Entry(str(n), text, header=f"{n} · Ada", speaker="ab"[n % 2]) for n in range(count)]
    began = time.process_time()
    transcript = Transcript()
    transcript.load(entries)
    await app.mount(transcript)
    await app.settle()
    return time.process_time() - began


async def _wire(app: StreamApp, url: str) -> float:
    """Through the adapter for the wire into a transcript."""
    transcript = Transcript()
    await app.mount(transcript)
    provider = OpenAIChat(ProviderSettings("openai", "openai", base_url=url, api_key="none"))
    request = ModelRequest("served-1", (Message("user", "Speak."),))
    await app.settle()
    began = time.process_time()
    transcript.append(Entry("1", header="1 · Ada", speaker="a", status=EntryStatus.STREAMING))
    async with aclosing(provider.stream(request)) as parts:
        async for part in parts:
            if isinstance(part, Chunk):
                transcript.extend("1", part.text)
    transcript.finish("1")
    await app.settle()
    taken = time.process_time() - began
    await provider.aclose()
    return taken


async def _raw_wire(url: str) -> float:
    """The vendor's own package reading the same stream, and nothing else."""
    import openai

    async with openai.AsyncOpenAI(base_url=url, api_key="none") as client:
        await _first_use(client)
        began = time.process_time()
        stream = await client.chat.completions.create(
            model="served-1", messages=[{"role": "user", "content": "Speak."}], stream=True
        )
        size = 0
        async for event in stream:
            if event.choices:
                size += len(event.choices[0].delta.content or "")
        return time.process_time() - began


async def _first_use(client: object) -> None:
    """What the package imports when it is first used is not counted on either side."""
    client.chat.completions  # type: ignore[attr-defined]  # noqa: B018
    await asyncio.sleep(0)


class KeyApp(App[None]):
    """Two transcripts are streamed into without end; every key pressed is counted on screen."""

    CSS = "Static { height: 1; }"
    BINDINGS = [("z", "count", "Count")]  # noqa: RUF012 - as Textual wants it

    def __init__(self, rate: float | None) -> None:
        super().__init__()
        self._rate = rate
        self._count = 0

    def compose(self) -> ComposeResult:
        yield Static("keys <0>", id="keys")
        with Horizontal():
            yield Transcript(id="a")
            yield Transcript(id="b")

    def on_ready(self) -> None:
        gc.freeze()  # as the app does once it stands
        for number, transcript in enumerate(self.query(Transcript)):
            self.run_worker(self._stream(transcript, number))

    async def _stream(self, transcript: Transcript, number: int) -> None:
        text = _texts.paragraphs(4000) + "\n\n" + _texts.bullets(600) + "\n\n" + _texts.fence(1000)
        for turn in range(1000):
            entry_id = f"{number}-{turn}"
            transcript.append(
                Entry(entry_id, header="Ada", speaker="a", status=EntryStatus.STREAMING)
            )
            pieces = _at_once(text) if self._rate is None else _paced(text, self._rate)
            async for token in pieces:
                transcript.extend(entry_id, token)
            transcript.finish(entry_id)

    def action_count(self) -> None:
        self._count += 1
        self.query_one("#keys", Static).update(f"keys <{self._count}>", layout=False)


def main(arguments: Iterable[str]) -> None:
    result, scenario, *rest = arguments
    if scenario == "keys":
        KeyApp(float(rest[0]) if rest else None).run()
        return
    if scenario == "raw-wire":
        Path(result).write_text(json.dumps(asyncio.run(_raw_wire(rest[0]))), encoding="utf-8")
        return
    if scenario == "wire":
        import openai  # noqa: F401 - the import is not what is measured

        StreamApp(result, lambda app: _wire(app, rest[0])).run()
        return
    if scenario == "messages":
        StreamApp(result, lambda app: _messages(app, int(rest[0]))).run()
        return
    kind, tokens, *pace = rest
    text = _TEXTS[kind](int(tokens))
    work = _markdown if scenario == "markdown" else _transcript
    StreamApp(result, lambda app: work(app, _at_once(text) if pace else _in_bursts(text))).run()


if __name__ == "__main__":
    main(sys.argv[1:])
