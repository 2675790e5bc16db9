"""Commands to a running engine, one JSON object a line on standard input."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from core import json_safe
from core.errors import UsageError

_LONGEST_LINE = 1_000_000
"""Bytes after which a line without end is handed on, to be refused."""
_PIECE = 65536
_PASTED = 0.02
"""Seconds within which lines follow each other that nobody typed."""


class LineReader:
    """Reads lines in a daemon thread, which a blocked read cannot keep from ending.

    It reads the descriptor itself: a buffered stream is locked while somebody waits for it,
    and an interpreter that ends meanwhile stumbles over that lock.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | BaseException | None] = asyncio.Queue()
        threading.Thread(target=self._read_all, name="steering", daemon=True).start()

    def __aiter__(self) -> LineReader:
        return self

    async def __anext__(self) -> str:
        line = await self._lines.get()
        if line is None:
            raise StopAsyncIteration
        if isinstance(line, BaseException):
            raise line
        return line

    def _read_all(self) -> None:
        end: BaseException | None = None
        try:
            for line in self._read(self._descriptor):
                if not self._put(line.decode("utf-8", "replace")):
                    return
        except OSError as error:
            # A terminal that was closed is the end of what is typed there.
            if error.errno != errno.EIO:
                end = UsageError(f"Standard input cannot be read: {error.strerror}.")
        except BaseException as error:  # noqa: BLE001 - raised where the next line is waited for
            end = error
        self._put(end)

    def _read(self, descriptor: int) -> Iterator[bytes]:
        rest = b""
        while piece := os.read(descriptor, _PIECE):
            *lines, rest = (rest + piece).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            yield from lines
        yield rest

    def _put(self, line: str | BaseException | None) -> bool:
        """Hand a line to the loop; false once the loop has closed."""
        try:
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
        except RuntimeError:
            return False
        return True


class TypedReader(LineReader):
    """Reads what a human types: a line, or all the lines of something that was pasted."""

    def _read(self, descriptor: int) -> Iterator[bytes]:
        ended = False
        while not ended and (text := os.read(descriptor, _PIECE)):
            while not ended and select.select([descriptor], [], [], _PASTED)[0]:
                # A terminal tells only once that its human has ended it.
                more = os.read(descriptor, _PIECE)
                ended = not more
                text += more
            yield text.rstrip(b"\n")


async def steer(
    carry_out: Callable[[dict[str, Any]], Awaitable[None]],
    complain: Callable[[Exception, int], None],
    descriptor: int = 0,
) -> None:
    """Carry out the commands on standard input until it ends.

    What a line meets that cannot be understood or carried out is told to `complain`, with the
    number of the line; the next one is read all the same.

    Raises:
        UsageError: standard input cannot be read.
    """
    number = 0
    async for line in LineReader(descriptor):
        number += 1
        if not line.strip():
            continue
        try:
            await carry_out(_parse(line))
        except Exception as error:  # noqa: BLE001 - told; a fault is logged, and is the status
            complain(error, number)


def _parse(line: str) -> dict[str, Any]:
    try:
        values = json_safe.loads(line)
    except ValueError as error:
        raise UsageError(
            f"Not a JSON object: {error}", 'Write {"do": "stop"}, for example.'
        ) from None
    if not isinstance(values, dict):
        raise UsageError("Not a JSON object.", 'Write {"do": "stop"}, for example.')
    return values
