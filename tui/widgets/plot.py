"""Lines over days or scenes, drawn with Braille dots; needs nothing but text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.widgets.cells import fitted

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a Braille character, by row and column."""
_BRAILLE = 0x2800
_ACROSS, _DOWN = 2, 4
_BETWEEN = 3
"""Cells between two names of lines."""
_BARE = 4
"""Rows that a chart needs besides its head: two of dots, the level axis and what it counts."""
_GAP = 2
"""Dots of every so many that a dotted line leaves out."""

Part = tuple[str, str]
"""A text and its style."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart."""

    name: str
    values: tuple[float, ...]
    style: str = "$text-primary"
    dotted: bool = False
    """Told apart also where there are no colours."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines on common axes; values are evenly spaced from `first` to `last`."""

    title: str
    lines: tuple[Line, ...]
    low: float | None = None
    high: float | None = None
    """Ends of the upright axis; `None`: what the values ask for."""
    first: float = 1
    last: float = 1
    across: str = "day"
    """What the level axis counts."""


def plot_rows(plot: Plot, width: int, height: int) -> Iterator[list[Part]]:
    """Yield the rows of a chart in so many cells, axes and title included."""
    low, high = _range(plot)
    labels = _labels(low, high)
    margin = max(map(len, labels))
    head = _head(plot, width, max(1, height - _BARE))
    inner, rows = max(4, width - margin - 1), max(1, height - 2 - len(head))
    cells = _drawn(plot, low, high, inner, rows)
    yield from head
    marks = (
        {0: labels[0], rows // 2: labels[1], rows - 1: labels[2]} if rows > 2 else {0: labels[0]}
    )
    for number, row in enumerate(cells):
        label = marks.get(number, "").rjust(margin)
        yield [(f"{label}{'┤' if number in marks else '│'}", "$text-muted"), *row]
    yield [(" " * margin + "└" + "─" * inner, "$text-muted")]
    yield [(_below(plot, margin, inner), "$text-muted")]


def _head(plot: Plot, width: int, most: int) -> list[list[Part]]:
    """Return the title and what each line is called, in as many rows as that takes.

    Where there are not so many, the last one says how many lines it does not name.
    """
    title = fitted(plot.title, min(width, cell_len(plot.title)))
    rows: list[list[Part]] = [[(title, "bold")]]
    used = cell_len(title)
    named = [each for each in plot.lines if each.name]
    for number, line in enumerate(named):
        mark = "┅┅" if line.dotted else "━━"
        name = f"{mark} {line.name}"
        name = fitted(name, min(width, cell_len(name)))
        gap = " " * _BETWEEN if used else ""
        left = len(named) - number - 1
        more = f"{' ' * _BETWEEN}+{left}" if left and len(rows) == most else ""
        if used + cell_len(gap + name + more) > width:
            if len(rows) == most:
                uncounted = f"{' ' * _BETWEEN}+{left + 1}"
                rows[-1].append((uncounted[: max(0, width - used)], "$text-muted"))
                break
            rows.append([])
            used, gap = 0, ""
        rows[-1] += [(gap, ""), (name, line.style)]
        used += cell_len(gap + name)
    return rows


def _range(plot: Plot) -> tuple[float, float]:
    values = [each for line in plot.lines for each in line.values if math.isfinite(each)]
    low = min(values, default=0.0) if plot.low is None else plot.low
    high = max(values, default=1.0) if plot.high is None else plot.high
    if high - low < 1e-9:
        return low - 0.5, high + 0.5
    return low, high


def _labels(low: float, high: float) -> tuple[str, str, str]:
    """Return how the top, the middle and the bottom are called."""
    span = high - low
    digits = 0 if span >= 20 else 1 if span >= 2 else 2
    top, middle, bottom = (f"{each:,.{digits}f}" for each in (high, (low + high) / 2, low))
    return top, middle, bottom


def _below(plot: Plot, margin: int, inner: int) -> str:
    first, last = f"{plot.first:g}", f"{plot.last:g}"
    left = f"{' ' * (margin + 1)}{plot.across} {first}"
    return left + last.rjust(max(1, margin + 1 + inner - len(left)))


def _drawn(plot: Plot, low: float, high: float, width: int, height: int) -> list[list[Part]]:
    dots = [[0] * width for _ in range(height)]
    owners: list[list[list[str]]] = [[[] for _ in range(width)] for _ in range(height)]
    for line in plot.lines:
        for x, y in _points(line, low, high, width * _ACROSS, height * _DOWN):
            row, column = y // _DOWN, x // _ACROSS
            dots[row][column] |= _DOTS[y % _DOWN][x % _ACROSS]
            if line.style not in owners[row][column]:
                owners[row][column].append(line.style)
    return [_row(dots[each], [*map(_turn, owners[each], range(width))]) for each in range(height)]


def _turn(owners: Sequence[str], column: int) -> str:
    """Return whose colour a cell has: lines that lie on one another take turns.

    Two cells at a time, as a dotted line is there in every second cell only.
    """
    return owners[column // 2 % len(owners)] if owners else ""


def _row(dots: Sequence[int], owner: Sequence[str]) -> list[Part]:
    parts: list[Part] = []
    for bits, style in zip(dots, owner, strict=True):
        text = chr(_BRAILLE + bits) if bits else " "
        if parts and parts[-1][1] == style:
            parts[-1] = (parts[-1][0] + text, style)
        else:
            parts.append((text, style))
    return parts


def _points(
    line: Line, low: float, high: float, across: int, down: int
) -> Iterator[tuple[int, int]]:
    """Yield the dots of a line, each column's from where the last one ended.

    Where a value is missing (not a number), the line is broken.
    """
    before: int | None = None
    for x in range(across):
        value = _value_at(line.values, x, across)
        if value is None:
            before = None
            continue
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        y = round((1 - share) * (down - 1))
        start = y if before is None else before
        step = 1 if y >= start else -1
        for each in range(start, y + step, step):
            if not (line.dotted and (x // _GAP) % 2):
                yield x, each
        before = y


def _value_at(values: Sequence[float], x: int, across: int) -> float | None:
    """Return the value at a column of dots, between two values in proportion."""
    if not values:
        return None
    at = x * (len(values) - 1) / max(1, across - 1)
    left = math.floor(at)
    right = min(left + 1, len(values) - 1)
    if math.isfinite(values[left]) and math.isfinite(values[right]):
        return values[left] + (values[right] - values[left]) * (at - left)
    nearest = values[round(at)]
    alone = abs(at - round(at)) * max(1, across - 1) <= max(1, len(values) - 1)
    return nearest if alone and math.isfinite(nearest) else None
