"""Figures as they are read at a glance: bars, sparklines, signed numbers, money."""

from __future__ import annotations

from collections.abc import Sequence

_STEPS = "▁▂▃▄▅▆▇█"
_THOUSAND = 1000


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


def signed(number: float, digits: int = 0) -> str:
    """Return a number with its sign, a true minus and no sign for nothing."""
    text = f"{abs(number):.{digits}f}"
    if not float(text):
        return f"±{text}"
    return f"{'+' if number > 0 else '−'}{text}"


def money(amount: float) -> str:
    """Return an amount in as many digits as can be taken in at a glance."""
    size = abs(amount)
    sign = "−" if amount < 0 else ""
    if size < 100_000:
        return f"{sign}{size:,.2f}"
    if size < 100_000_000:
        return f"{sign}{size / _THOUSAND:,.0f}k"
    return f"{sign}{size / _THOUSAND**2:,.0f}M"


def compact(count: float) -> str:
    """Return a count in at most four cells or so."""
    if count < 10 * _THOUSAND:
        return f"{count:.0f}"
    if count < 1000 * _THOUSAND:
        return f"{count / _THOUSAND:.0f}k"
    return f"{count / _THOUSAND**2:.1f}M"


def chance(probability: float) -> str:
    """Return a probability as `.83`; certain ones keep their place."""
    text = f"{probability:.2f}"
    return text[1:] if text.startswith("0") else "1.0" if text == "1.00" else text


def action_words(action: str) -> str:
    """Return the name of an action as words."""
    return action.replace("_", " ").lower()


def short_action(action: str) -> str:
    """Return the name of an action as few words; that something is sent goes without saying."""
    return action_words(action).removeprefix("send ")
