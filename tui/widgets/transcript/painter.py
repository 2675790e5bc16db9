"""Blocks painted: rows of styled text at a width, kept for as long as they are wanted."""

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.widgets.transcript.blocks import Block, BlockKind
from tui.widgets.transcript.code import code_runs, is_loaded, language_of, plain_code
from tui.widgets.transcript.effort import ALLOWANCE, TOO_LONG, effort
from tui.widgets.transcript.inline import inline_runs
from tui.widgets.transcript.palette import Palette
from tui.widgets.transcript.runs import Row, Run, chop, wrap
from tui.widgets.transcript.tables import alignments, column_widths, fits, table_row, table_rule

WRITING_MARK = "▌"
_KEPT_BLOCKS = 128
_LONGEST_CARRY = 400
"""Characters of a row that may go on in the next part of a paragraph."""


@dataclass(frozen=True, slots=True)
class PaintedRow:
    """One row of a block."""

    segments: tuple[Segment, ...]
    """Not a `Strip`: of those, each brings its own caches, and thousands of rows are kept."""
    text: str
    """The characters of the segments."""
    joint: str = "\n"
    """What joins the row to the one before when it is copied."""
    indent: int = 0
    """Characters at the beginning that are decoration and not copied."""

    @classmethod
    def plain(cls, text: str, style: Style) -> "PaintedRow":
        """A row in one style."""
        return cls((Segment(text, style),), text)


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """The rows of a block, and the row that an unfinished paragraph hands on to its next part."""

    rows: list[PaintedRow]
    carry: Row | None = None


class Painter:
    """Paints blocks and remembers the most recent.

    A frame has an allowance of effort. What goes beyond it is shown as plain text until one of
    the next frames; so is code while its language is being loaded.
    """

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self.languages: set[str] = set()
        """What must be loaded before the code in this frame can be highlighted."""
        self._painted: OrderedDict[tuple[Block, int], Painted] = OrderedDict()
        self._plain: dict[tuple[Block, int], Painted] = {}
        self._spent = 0
        self._hurried = False

    def begin_frame(self) -> None:
        """Begin a frame, with a new allowance."""
        self._plain.clear()
        self.languages.clear()
        self._spent = 0
        self._hurried = False

    @property
    def hurried(self) -> bool:
        """Whether something was painted plain in this frame that another frame paints."""
        return self._hurried

    def paint(self, block: Block, width: int, *, hurry: bool = True) -> Painted:
        """The rows of a block at a width in cells.

        Args:
            block: Which.
            width: In cells.
            hurry: Whether they may be plain for now.
        """
        key = (block, width)
        painted = self._painted.get(key)
        if painted is not None:
            self._painted.move_to_end(key)
            return painted
        if hurry and (painted := self._plain.get(key)) is not None:
            return painted
        if not hurry and self._waits_for_language(block):
            return self._paint(block, width, plain=True)
        for part in self._unpainted(block, width):
            if hurry and self._beyond(part):
                return self._plain.setdefault(key, self._paint(block, width, plain=True))
            self._painted[part, width] = self._timed(part, width)
            if len(self._painted) > _KEPT_BLOCKS:
                self._painted.popitem(last=False)
        return self._painted[key]

    def _unpainted(self, block: Block, width: int) -> list[Block]:
        """A block and the parts before it on which its first row depends, in order."""
        waiting = [block]
        part = block.previous
        while part is not None and part.unfinished and (part, width) not in self._painted:
            waiting.append(part)
            part = part.previous
        return waiting[::-1]

    def _beyond(self, block: Block) -> bool:
        """Whether a block must wait: for the next frame or for its language."""
        if self._waits_for_language(block):
            self.languages.add(language_of(block.info))
            return True
        cost = effort(block)
        if self._spent and self._spent + cost > ALLOWANCE:
            self._hurried = True
            return True
        self._spent += cost
        return False

    @staticmethod
    def _waits_for_language(block: Block) -> bool:
        return block.kind is BlockKind.CODE and not is_loaded(language_of(block.info))

    def _timed(self, block: Block, width: int) -> Painted:
        """Paint a block; if it takes far too long, it is plain the next time."""
        began = time.thread_time()
        painted = self._paint(block, width, plain=block.plain)
        block.plain = block.plain or time.thread_time() - began > TOO_LONG
        return painted

    def forget(self, block: Block, width: int) -> None:
        """Let go of a block that will not be shown again."""
        self._painted.pop((block, width), None)
        self._plain.pop((block, width), None)

    def _style(
        self, row: Row, lead: str = "", lead_role: str = "marker", pad: int = 0
    ) -> PaintedRow:
        """Style one row; `pad` fills the background of code up to that width."""
        style = self.palette.style
        segments = [Segment(run.text, style(run.role, run.attributes)) for run in row.runs]
        if pad:
            missing = pad - sum(segment.cell_length for segment in segments)
            if missing > 0:
                segments.append(Segment(" " * missing, style("code-block")))
        if lead:
            segments.insert(0, Segment(lead, style(lead_role)))
        text = "".join(segment.text for segment in segments)
        return PaintedRow(tuple(segments), text, row.joint)

    def _paint(self, block: Block, width: int, *, plain: bool) -> Painted:
        inner = max(4, width - cell_len(block.rest))
        carry: Row | None = None
        rows = _plain_rows(block, inner) if plain else self._rows(block, inner, width)
        if block.unfinished and not plain and len(rows[-1].text) <= _LONGEST_CARRY:
            carry = rows.pop()
            if block.text.endswith((" ", "\t")):
                carry.runs.append(Run(" "))
        pad = inner if block.kind is BlockKind.CODE else 0
        if block.writing:
            rows[-1].runs.append(Run(WRITING_MARK, "writing"))
        painted = [] if block.gap is None else [self._gap(block)]
        for number, row in enumerate(rows):
            first = number == 0
            lead = block.lead if first else block.rest
            styled = self._style(row, lead, block.lead_role, pad)
            decoration = len(lead) - (len(lead.lstrip("▎ ")) if first else 0)
            decoration += block.kind is BlockKind.CODE  # the margin
            painted.append(replace(styled, indent=decoration))
        return Painted(painted, carry)

    def _gap(self, block: Block) -> PaintedRow:
        row = self._style(Row([Run(block.gap or "", block.lead_role)], "\n"))
        return replace(row, indent=len(row.text))

    def _rows(self, block: Block, inner: int, width: int) -> list[Row]:
        if block.kind in {BlockKind.PARAGRAPH, BlockKind.LINE}:
            return self._paragraph(block, inner, width)
        if block.kind is BlockKind.HEADING:
            attributes = "bu" if block.level == 1 else "b"
            return wrap(inline_runs(block.text, "heading", attributes), inner)
        if block.kind is BlockKind.CODE:
            margin = Run(" ", "code-block")
            rows = chop(code_runs(block.text, block.info), inner - 2)
            return [Row([margin, *row.runs], row.joint) for row in rows]
        if block.kind is BlockKind.TABLE:
            return _table(block, inner)
        return [Row([Run("─" * inner, "line")], "\n")]

    def _paragraph(self, block: Block, inner: int, width: int) -> list[Row]:
        if block.kind is BlockKind.LINE:
            runs = [Run(block.text, block.info or "text", block.attributes)]
        else:
            runs = inline_runs(block.text)
        before = block.previous
        if before is None:
            return wrap(runs, inner)
        carry = self._painted[before, width].carry if before.unfinished else None
        if carry is None:
            rows = wrap(runs, inner)
            rows[0].joint = _joint_after(before)
            return rows
        rows = wrap([*carry.runs, *runs], inner)
        rows[0].joint = carry.joint
        return rows


def _joint_after(block: Block) -> str:
    """What stood between the last row of a part and the first one of the next."""
    if block.text.endswith("\n"):
        return "\n"
    return " " if block.text.endswith((" ", "\t")) else ""


def _plain_rows(block: Block, inner: int) -> list[Row]:
    """A block as it was written."""
    if block.kind is BlockKind.CODE:
        margin = Run(" ", "code-block")
        rows = chop(plain_code(block.text), inner - 2)
        return [Row([margin, *row.runs], row.joint) for row in rows]
    role = "heading" if block.kind is BlockKind.HEADING else block.info or "text"
    if block.kind not in {BlockKind.HEADING, BlockKind.LINE}:
        role = "text"
    rows = wrap([Run(block.text.replace("\t", " "), role, block.attributes)], inner)
    if block.previous is not None and block.kind in {BlockKind.PARAGRAPH, BlockKind.LINE}:
        rows[0].joint = _joint_after(block.previous)
    return rows


class _TableLook(NamedTuple):
    """What all lines of a table have in common."""

    widths: list[int]
    aligned: list[str]


@lru_cache(maxsize=8)
def _table_look(first: Block, width: int) -> _TableLook | None:
    """Settled by the first part of a table; `None` for one that does not fit."""
    head, delimiter, *body = first.text.split("\n")
    if not fits(delimiter, width):
        return None
    aligned = alignments(delimiter)
    return _TableLook(column_widths([head, *body], max(1, len(aligned)), width), aligned)


def _table(block: Block, width: int) -> list[Row]:
    """A table or a later part of one."""
    first = block
    while first.previous is not None:
        first = first.previous
    look = _table_look(first, width)
    if look is None:
        return _plain_rows(block, width)
    lines = block.text.split("\n")
    rows: list[Row] = []
    if block is first:
        rows += table_row(lines[0], *look, "heading")
        rows.append(table_rule(look.widths))
        del lines[:2]
    for line in lines:
        rows += table_row(line, *look)
    return rows
