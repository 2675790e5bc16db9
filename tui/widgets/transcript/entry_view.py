"""One entry as blocks and their heights: parsed when first needed, measured when first seen."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from core.text import clean
from tui.widgets.transcript.blocks import Block, BlockKind
from tui.widgets.transcript.entry import Entry, EntryKind, EntryStatus
from tui.widgets.transcript.heights import HeightIndex
from tui.widgets.transcript.painter import WRITING_MARK, Painted, PaintedRow, Painter
from tui.widgets.transcript.plain import PlainLook, PlainSplitter
from tui.widgets.transcript.splitter import Splitter

_SLICE = 1024
"""Characters that are cut into blocks before the clock is looked at; a few milliseconds at most."""
_PIECE = 1 << 16
"""Characters of a waiting piece at most, as taking a slice of it copies the rest."""
_AT_ONCE = 0.004
"""Seconds for cutting a text that comes into view; the rest of a long one follows in slices."""

# Shared by all entries that have no blocks: a session may hold 100,000 of them.
_NONE: list[Block] = []
_NO_HEIGHTS = HeightIndex()

_PLAIN = {
    EntryKind.QUIET: PlainLook("muted", "i", "· ", "  "),
    EntryKind.ERROR: PlainLook("text", "", "┃ ", "┃ ", "error"),
}
_STATUS = {
    EntryStatus.STOPPED: ("■ stopped", "error"),
    EntryStatus.FAILED: ("✗ failed", "error"),
    EntryStatus.INTERRUPTED: ("… interrupted", "warning"),
    EntryStatus.PAUSED: ("… paused by the model", "warning"),
    EntryStatus.UNKNOWN: ("… may be incomplete", "warning"),
}


class Setting(Protocol):
    """What an entry's look depends on beside the entry."""

    painter: Painter

    def width_of(self, entry: Entry) -> int:
        """Cells for the text of the entry."""

    def header_of(self, entry: Entry) -> str:
        """The header that suits the columns shown."""

    def speaker_role(self, speaker: str) -> str:
        """The colour role of a speaker."""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A whole code block, of however many parts."""

    text: str
    sections: tuple[int, ...]


class EntryView:
    """The blocks of an entry, from its header to its footer, and how high they are.

    A position within is (section, row): the index of a block and a row of it.
    """

    __slots__ = (
        "_guess", "_queue", "_setting", "_settled", "_splitter", "_waiting",
        "entry", "heights", "order", "sections", "width",
    )  # fmt: skip

    def __init__(self, entry: Entry, order: int, setting: Setting) -> None:
        self.entry = entry
        self.order = order
        """Ascending over the transcript, and never changed: later entries have higher numbers."""
        self._setting = setting
        self._queue: deque[str] | None = None
        self._splitter: Splitter | PlainSplitter | None = None
        self._settled = 0
        self._waiting = 0
        self.sections: list[Block] = _NONE
        self.heights = _NO_HEIGHTS
        self.width = setting.width_of(entry)
        self._guess = self._estimate_entry()

    @property
    def height(self) -> int:
        """Rows, estimated where they have not been seen."""
        if not self.sections:
            return self._guess
        return self.heights.total + self._waiting // max(4, self.width)

    @property
    def busy(self) -> bool:
        """Whether text waits to be cut into blocks."""
        return bool(self._queue)

    @property
    def reading(self) -> bool:
        """Whether only the beginning of a text that had come to its end is in blocks so far."""
        return bool(self._queue) and not self._streaming

    # Text

    def extend(self, delta: str) -> None:
        """Take a delta; it is looked at by the next `pump`."""
        if self._queue is None:
            self._queue = deque()
        self._queue += _pieces(delta)
        self._waiting += len(delta)

    def pump(self, deadline: float) -> None:
        """Cut waiting text into blocks until the monotonic clock reaches the deadline."""
        if self._queue and self.sections and self._splitter is None:
            self.restart()  # it had been finished, and now goes on
        if not self.sections:
            self.parse()
            return
        self._cut_until(deadline)
        self._show_tail()

    def parse(self) -> None:
        """Make the blocks, if they are not there yet; of a long text the first, and then `busy`."""
        if self.sections:
            return
        entry = self.entry
        self.sections, self.heights = [], HeightIndex()
        self._add_all(_head(self.entry, self._setting))
        self._settled = len(self.sections)
        look = _PLAIN.get(entry.kind)
        self._splitter = Splitter() if look is None else PlainSplitter(look)
        self._queue = deque(_pieces(entry.text))
        self._waiting = len(entry.text)
        self._cut_until(time.monotonic() + _AT_ONCE)
        self._show_tail()

    def _cut_until(self, deadline: float) -> None:
        queue = self._queue
        while queue:
            piece = _take(queue, _SLICE)
            self._waiting -= len(piece)
            self._feed(piece)
            if time.monotonic() >= deadline:
                break

    def restart(self) -> None:
        """Look at the whole entry anew: its text, header, status or footer has changed."""
        self._drop()
        self._guess = self._estimate_entry()

    def fold(self) -> bool:
        """Drop the blocks to save memory, unless the entry is being written; the height stays."""
        if self._streaming or self._queue:
            return False
        guess = self.height
        self._drop()
        self._guess = guess
        return True

    def _drop(self) -> None:
        self._forget_from(0)
        self.sections, self.heights = _NONE, _NO_HEIGHTS
        self._queue = self._splitter = None
        self._settled = self._waiting = 0

    def resize(self) -> None:
        """Estimate again, at the width and for the columns that the setting has now."""
        width = self._setting.width_of(self.entry)
        self.width = width
        if not self.sections:
            self._guess = self._estimate_entry()
            return
        head = _head(self.entry, self._setting)
        self.sections[: len(head)] = head
        self.heights = HeightIndex(self._estimate(block) for block in self.sections)

    def _feed(self, text: str) -> None:
        if self._splitter is None:
            return
        blocks = self._splitter.feed(clean(text))
        if blocks:
            self._replace_tail(blocks)
            self._settled += len(blocks)

    def _show_tail(self) -> None:
        """Show the open rest of the text; settle it where nothing more is to come."""
        if self._splitter is not None and not self._queue and not self._streaming:
            blocks = self._splitter.finish()
            self._splitter = None
            self._replace_tail(blocks)
            self._settled += len(blocks)
        self._replace_tail(self._tail())

    @property
    def _streaming(self) -> bool:
        return self.entry.status is EntryStatus.STREAMING

    def _tail(self) -> list[Block]:
        blocks = self._splitter.tail() if self._splitter is not None else []
        if self._streaming:
            if blocks and blocks[-1].kind is not BlockKind.RULE:
                blocks[-1].writing = True
            else:
                blocks.append(Block(BlockKind.LINE, WRITING_MARK, info="writing"))
        return blocks + _foot(self.entry)

    def _replace_tail(self, blocks: list[Block]) -> None:
        """Put blocks after the settled ones."""
        self._forget_from(self._settled)
        self._add_all(blocks)

    def _forget_from(self, index: int) -> None:
        if not self.sections:
            return
        for block in self.sections[index:]:
            self._setting.painter.forget(block, self.width)
        del self.sections[index:]
        self.heights.truncate(index)

    def _add_all(self, blocks: list[Block]) -> None:
        self.sections += blocks
        for block in blocks:
            self.heights.append(self._estimate(block))

    # Lines around the text

    def is_body(self, section: int) -> bool:
        """Whether a block is text of the entry, not its header or footer."""
        if self.entry.kind is EntryKind.MESSAGE:
            return self.sections[section].kind is not BlockKind.LINE
        return bool(self.sections[section].rest)

    def code_blocks(self) -> list[CodeBlock]:
        """The code in the entry, in order, as far as it is in blocks."""
        self.parse()
        found: list[list[int]] = []
        for number, block in enumerate(self.sections):
            if block.kind is not BlockKind.CODE:
                continue
            if block.previous is None:
                found.append([number])
            else:
                found[-1].append(number)
        return [
            CodeBlock("\n".join(self.sections[n].text for n in parts), tuple(parts))
            for parts in found
        ]

    # Heights

    def paint(self, section: int) -> Painted:
        """The rows of a block for a frame. Its height is exact from then on."""
        painted = self._setting.painter.paint(self.sections[section], self.width)
        self.heights.set(section, len(painted.rows))
        return painted

    def rows(self, section: int) -> list[PaintedRow]:
        """The rows of a block as they look in the end, on screen or not."""
        return self._setting.painter.paint(self.sections[section], self.width, hurry=False).rows

    def _estimate(self, block: Block) -> int:
        inner = max(4, self.width - len(block.rest))
        rows = 1 + len(block.text) // inner + block.text.count("\n")
        return rows + (block.gap is not None)

    def _estimate_entry(self) -> int:
        text = self.entry.text
        rows = 1 + len(text) // max(4, self.width) + text.count("\n")
        if self.entry.kind is EntryKind.QUIET:
            return rows
        return rows + 2 + bool(self.entry.footer)


def _head(entry: Entry, setting: Setting) -> list[Block]:
    """The line above the text."""
    header = clean(setting.header_of(entry))
    if entry.kind is EntryKind.QUIET:
        return []
    if entry.kind is EntryKind.ERROR:
        title = _line(f"✗ {header or 'Error'}", "error", "b")
        title.gap = ""
        return [title]
    role = setting.speaker_role(entry.speaker)
    if not header:
        return [_line("", role)]
    line = _line(header, role, "b")
    line.gap = ""
    return [line]


def _foot(entry: Entry) -> list[Block]:
    """The line below the text, where there is one."""
    status, role = _STATUS.get(entry.status, ("", "muted"))
    footer = " · ".join(part for part in (status, clean(entry.footer)) if part)
    return [_line(footer, role)] if footer else []


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))


def _take(queue: deque[str], size: int) -> str:
    """Pieces from the front of a queue, together no longer than `size`."""
    taken: list[str] = []
    while queue and size > 0:
        piece = queue.popleft()
        if len(piece) > size:
            queue.appendleft(piece[size:])
            piece = piece[:size]
        taken.append(piece)
        size -= len(piece)
    return "".join(taken)


def _line(text: str, role: str, attributes: str = "") -> Block:
    return Block(BlockKind.LINE, text.expandtabs(4), info=role, attributes=attributes)
