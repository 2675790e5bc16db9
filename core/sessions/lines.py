"""The lines of a session's file as a mapping that parses only what is looked at."""

from __future__ import annotations

import os
from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

from core.sessions.codec import decode_line

BLOCK = 1 << 18
"""Bytes read at once."""


def read_lines(descriptor: int, end: int) -> Iterator[bytes]:
    """Yield the lines of the first `end` bytes, without their line feeds.

    What follows the last line feed is yielded too, unless it is empty.
    """
    offset = 0
    pieces: list[bytes] = []
    while offset < end:
        block = os.pread(descriptor, min(BLOCK, end - offset), offset)
        if not block:
            break
        offset += len(block)
        lines = block.split(b"\n")
        if len(lines) > 1:
            pieces.append(lines[0])
            yield b"".join(pieces)
            yield from lines[1:-1]
            pieces.clear()
        pieces.append(lines[-1])
    if rest := b"".join(pieces):
        yield rest


def read_blocks(descriptor: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield blocks of whole lines from `start` to `end`, each with where it begins.

    A block is longer than `BLOCK` only where one line is. What follows the last line feed
    is yielded too.
    """
    pieces: list[bytes] = []
    at = start
    while at < end and (block := os.pread(descriptor, min(BLOCK, end - at), at)):
        at += len(block)
        cut = block.rfind(b"\n") + 1
        if cut:
            yield start, b"".join((*pieces, block[:cut]))
            start, pieces = at - len(block) + cut, []
        if cut < len(block):
            pieces.append(block[cut:])
    if pieces:
        yield start, b"".join(pieces)


def read_last_lines(descriptor: int, end: int, count: int) -> list[bytes]:
    """Return up to `count` last lines of the first `end` bytes, oldest first."""
    blocks: list[bytes] = []
    offset, feeds = end, 0
    while offset > 0 and feeds <= count:
        size = min(BLOCK, offset)
        offset -= size
        block = os.pread(descriptor, size, offset)
        feeds += block.count(b"\n")
        blocks.append(block)
    lines = b"".join(reversed(blocks)).split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines[max(0, len(lines) - count) :]


def ends_with_feed(descriptor: int, end: int) -> bool:
    """Whether the first `end` bytes end with a line feed, or there are none."""
    return end == 0 or os.pread(descriptor, 1, end - 1) == b"\n"


class Documents(Mapping[str, dict[str, Any]]):
    """The documents of a file: line 1 is document "1".

    A torn last line does not count. Other lines that hold no document keep their number
    and are skipped by `items`, `values` and `last`.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._end = _whole_end(descriptor)
        self._starts: list[int] | None = None

    def __getitem__(self, key: str) -> dict[str, Any]:
        starts = self._index()
        if not key.isdecimal() or not 1 <= int(key) < len(starts):
            raise KeyError(key)
        start, stop = starts[int(key) - 1], starts[int(key)]
        try:
            return decode_line(os.pread(self._descriptor, stop - start, start))
        except ValueError:
            raise KeyError(key) from None

    def __len__(self) -> int:
        return len(self._index()) - 1

    def __iter__(self) -> Iterator[str]:
        return map(str, range(1, len(self) + 1))

    def items(self) -> ItemsView[str, dict[str, Any]]:
        """Return the numbers and documents, read in one pass over the file."""
        return _Items(self)

    def last(self, count: int) -> list[dict[str, Any]]:
        """Return the last documents, oldest first, reading only the end of the file."""
        found = []
        for line in read_last_lines(self._descriptor, self._end, count):
            try:
                found.append(decode_line(line))
            except ValueError:
                continue
        return found

    def stream(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield number and document, line by line."""
        for number, line in enumerate(read_lines(self._descriptor, self._end), start=1):
            try:
                yield str(number), decode_line(line)
            except ValueError:
                continue

    def _index(self) -> list[int]:
        """Return where each line starts, and where the last one ends."""
        if self._starts is None:
            self._starts = [0]
            for line in read_lines(self._descriptor, self._end):
                self._starts.append(self._starts[-1] + len(line) + 1)
        return self._starts


class _Items(ItemsView[str, dict[str, Any]]):
    _mapping: Documents

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        return self._mapping.stream()


def _whole_end(descriptor: int) -> int:
    """Return where the file ends once a torn last line is taken off."""
    size = os.fstat(descriptor).st_size
    if ends_with_feed(descriptor, size):
        return size
    last = read_last_lines(descriptor, size, 1)[0]
    try:
        decode_line(last)
    except ValueError:
        return size - len(last)
    return size
