"""Blocks painted: rows of styled text at a width, kept for as long as they are wanted."""

from collections import OrderedDict
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.widgets.transcript.blocks import Block, BlockKind
from tui.widgets.transcript.code import code_runs
from tui.widgets.transcript.inline import inline_runs
from tui.widgets.transcript.palette import Palette
from tui.widgets.transcript.runs import Row, Run, chop, wrap
from tui.widgets.transcript.tables import alignments, column_widths, table_row, table_rule

WRITING_MARK = "▌"
_KEPT_BLOCKS = 128


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


@dataclass(frozen=True, slots=True)
class Painted:
    """The rows of a block, and the row that an unfinished paragraph hands on to its next part."""

    rows: list[PaintedRow]
    carry: Row | None = None


class Painter:
    """Paints blocks and remembers the most recent."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self._painted: OrderedDict[tuple[Block, int], Painted] = OrderedDict()

    def paint(self, block: Block, width: int) -> Painted:
        """The rows of a block at a width in cells."""
        key = (block, width)
        painted = self._painted.get(key)
        if painted is None:
            painted = self._painted[key] = self._paint(block, width)
            if len(self._painted) > _KEPT_BLOCKS:
                self._painted.popitem(last=False)
        else:
            self._painted.move_to_end(key)
        return painted

    def forget(self, block: Block, width: int) -> None:
        """Let go of a block that will not be shown again."""
        self._painted.pop((block, width), None)

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

    def _paint(self, block: Block, width: int) -> Painted:
        inner = max(4, width - cell_len(block.rest))
        carry: Row | None = None
        rows = self._rows(block, inner, width)
        if block.unfinished:
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
        if block.kind is BlockKind.PARAGRAPH:
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
        if block.kind is BlockKind.LINE:
            return wrap([Run(block.text, block.info or "text", block.attributes)], inner)
        return [Row([Run("─" * inner, "line")], "\n")]

    def _paragraph(self, block: Block, inner: int, width: int) -> list[Row]:
        runs = inline_runs(block.text)
        carry = self._carry(block.previous, width) if block.previous else None
        if carry is None:
            return wrap(runs, inner)
        rows = wrap([*carry.runs, *runs], inner)
        rows[0].joint = carry.joint
        return rows

    def _carry(self, block: Block, width: int) -> Row | None:
        """The last row of the part before; parts are painted from the first, not recursively."""
        waiting: list[Block] = []
        part: Block | None = block
        while part is not None and (part, width) not in self._painted:
            waiting.append(part)
            part = part.previous
        for part in reversed(waiting):
            self.paint(part, width)
        return self.paint(block, width).carry


def _table(block: Block, width: int) -> list[Row]:
    """A table or a later part of one; widths are settled by its first part."""
    first = block
    while first.previous is not None:
        first = first.previous
    head, delimiter, *body = first.text.split("\n")
    count = max(1, len(split) if (split := alignments(delimiter)) else 1)
    widths = column_widths([head, *body], count, width)
    aligned = alignments(delimiter)
    rows: list[Row] = []
    if block is first:
        rows += table_row(head, widths, aligned, "heading")
        rows.append(table_rule(widths))
    else:
        body = block.text.split("\n")
    for line in body:
        rows += table_row(line, widths, aligned)
    return rows
