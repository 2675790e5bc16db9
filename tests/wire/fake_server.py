"""A loopback HTTP server that plays scripts: what it is sent is kept, what it answers is told.

One script answers one request, in order. `FakeServer.close` fails if a script was not played.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Script:
    """One response; `pieces` are sent one HTTP chunk each, a number is a pause in seconds."""

    pieces: tuple[bytes | float, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: str = "proper"
    """`proper`, `cut` (the connection drops in mid-body) or `stall` (silence for ever)."""


def whole(*frames: bytes, **kwargs: Any) -> Script:
    """Answer with frames and end properly."""
    return Script(frames, **kwargs)


def split(frames: Iterable[bytes], size: int) -> Script:
    """Answer in pieces of `size` bytes, wherever that cuts a character or a frame."""
    data = b"".join(frames)
    return Script(tuple(data[at : at + size] for at in range(0, len(data), size)))


def failing(status: int, body: object, **headers: str) -> Script:
    """Answer with an error status and a JSON body."""
    named = {"content-type": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Script((json.dumps(body).encode(),), status, named)


class FakeServer:
    """Use as `async with FakeServer() as server`."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.asked = asyncio.Event()
        """Set when the first request has arrived."""
        self.disconnected = asyncio.Event()
        """Set when a client hangs up before its response has ended."""
        self._scripts: deque[Script] = deque()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, kind: object, *exc_info: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        if kind is None:
            assert not self._scripts, f"{len(self._scripts)} scripts were never asked for"

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def last(self) -> Received:
        """The latest request."""
        return self.received[-1]

    def plan(self, *scripts: Script) -> None:
        """Answer the next requests with these."""
        self._scripts.extend(scripts)

    def forget_plans(self) -> None:
        """Drop the scripts that were not asked for."""
        self._scripts.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except ConnectionError:
            self.disconnected.set()
        except asyncio.CancelledError:
            # The end of the test; asyncio would log a connection's task that ends cancelled.
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Play one script; say whether the connection stays open."""
        request = await _read_request(reader)
        if request is None:
            return False
        self.received.append(request)
        self.asked.set()
        assert self._scripts, f"no script for {request.method} {request.path}"
        script = self._scripts.popleft()
        hung_up = asyncio.create_task(reader.read(1))
        playing = asyncio.create_task(_play(script, writer))
        try:
            await asyncio.wait({hung_up, playing}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                self.disconnected.set()
                return False
            playing.result()
            return script.ending == "proper"
        finally:
            for task in (hung_up, playing):
                task.cancel()
            await asyncio.gather(hung_up, playing, return_exceptions=True)


async def _read_request(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(method, path, headers, json.loads(body) if body else None)


async def _play(script: Script, writer: asyncio.StreamWriter) -> None:
    headers = {
        "content-type": "text/event-stream",
        **script.headers,
        "transfer-encoding": "chunked",
    }
    lines = [f"HTTP/1.1 {script.status} Scripted", *(f"{k}: {v}" for k, v in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    for piece in script.pieces:
        if isinstance(piece, bytes):
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        else:
            await asyncio.sleep(piece)
    if script.ending == "stall":
        await writer.drain()
        await asyncio.Event().wait()
    if script.ending == "proper":
        writer.write(b"0\r\n\r\n")
    await writer.drain()
