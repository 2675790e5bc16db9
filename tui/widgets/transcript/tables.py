"""Tables: cells, column widths, rows of runs."""

import re
from collections.abc import Iterable

from rich.cells import cell_len

from tui.widgets.transcript.inline import inline_runs
from tui.widgets.transcript.runs import Row, Run, wrap

_PIECE = re.compile(r"\\.?|`[^`]*`|[^|\\`]++|`|(?P<bar>\|)", re.DOTALL)
"""An escaped character, a code span, plain text, or what separates two cells."""
_LEAST = 3
_MOST_COLUMNS = 32
_SEPARATOR = " │ "
_MOST_PARTS = 1500
"""Parts of rows, one a column, that a line is painted in at most."""
_MARKUP = re.compile(r"[*_`~\\]")


def split_cells(line: str) -> list[str]:
    """The cells of one table line."""
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    cells, start = [], 0
    for piece in _PIECE.finditer(line):
        if piece["bar"]:
            cells.append(line[start : piece.start()])
            start = piece.end()
    cells.append(line[start:])
    return [cell.replace("\\|", "|").strip() for cell in cells[:_MOST_COLUMNS]]


def alignments(delimiter: str) -> list[str]:
    """ "<", "^" or ">" a column, from the line under the header."""
    found = []
    for cell in split_cells(delimiter):
        left, right = cell.startswith(":"), cell.endswith(":")
        found.append("^" if left and right else ">" if right else "<")
    return found


def column_widths(lines: Iterable[str], count: int, width: int) -> list[int]:
    """Widths that hold the cells, the widest columns giving way where the pane is too narrow."""
    wanted = [_LEAST] * count
    for line in lines:
        for index, cell in enumerate(split_cells(line)[:count]):
            wanted[index] = max(wanted[index], cell_len(_MARKUP.sub("", cell)))
    room = max(count * _LEAST, width - len(_SEPARATOR) * (count - 1))
    excess = sum(wanted) - room
    while excess > 0:
        widest = max(wanted)
        at = [index for index, size in enumerate(wanted) if size == widest]
        below = max([size for size in wanted if size < widest], default=_LEAST)
        step = min(excess, max(1, (widest - below) * len(at)))
        for turn in range(step):
            wanted[at[turn % len(at)]] -= 1
        excess -= step
    return wanted


def table_row(line: str, widths: list[int], aligned: list[str], role: str = "text") -> list[Row]:
    """One table line, its cells wrapped to their columns."""
    cells = split_cells(line)[: len(widths)]
    cells += [""] * (len(widths) - len(cells))
    attributes = "b" if role == "heading" else ""
    wrapped = [
        wrap(inline_runs(cell, role, attributes), size)
        for cell, size in zip(cells, widths, strict=True)
    ]
    height = max(map(len, wrapped))
    if height * len(widths) > _MOST_PARTS:
        return wrap([Run(line, role, attributes)], table_width(widths))
    rows = []
    for number in range(height):
        runs: list[Run] = []
        for index, size in enumerate(widths):
            if index:
                runs.append(Run(_SEPARATOR, "line"))
            part = wrapped[index][number].runs if number < len(wrapped[index]) else []
            runs += _aligned(part, size, aligned[index] if index < len(aligned) else "<")
        rows.append(Row(runs, "\n"))
    return rows


def table_width(widths: list[int]) -> int:
    """Cells that columns of these widths take together."""
    return sum(widths) + len(_SEPARATOR) * (len(widths) - 1)


def fits(delimiter: str, width: int) -> bool:
    """Whether a table with this line under its header can be shown in so many cells."""
    bars = delimiter.strip().strip("|").count("|")
    return bars < _MOST_COLUMNS and table_width([_LEAST] * (bars + 1)) <= width


def table_rule(widths: list[int]) -> Row:
    """The line under the header."""
    return Row([Run("─┼─".join("─" * size for size in widths), "line")], "\n")


def _aligned(runs: list[Run], size: int, side: str) -> list[Run]:
    missing = max(0, size - sum(cell_len(run.text) for run in runs))
    left = {"<": 0, "^": missing // 2, ">": missing}[side]
    return [Run(" " * left), *runs, Run(" " * (missing - left))]
