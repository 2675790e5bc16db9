"""Bars and sparklines of text."""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = "▁▂▃▄▅▆▇█"


def bar(share: float, cells: int) -> str:
    """Return a share of 0 to 1 as a bar."""
    full = min(cells, max(0, round(share * cells)))
    return "▰" * full + "▱" * (cells - full)


def block_bar(share: float, cells: int) -> str:
    """Return a share of 0 to 1 as a solid bar that ends on an eighth of a cell."""
    eighths = round(min(1.0, max(0.0, share)) * cells * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")


def sparkline(values: Sequence[float], cells: int, low: float = 0.0, high: float = 100.0) -> str:
    """Return the last values as a line of blocks, padded on the left.

    Where there are more values than cells, the oldest are left out.
    """
    span = high - low or 1.0
    top = len(_STEPS) - 1
    shown = values[-cells:] if cells > 0 else ()
    steps = (min(top, max(0, round((each - low) / span * top))) for each in shown)
    return "".join(_STEPS[each] for each in steps).rjust(max(0, cells))
