"""Figures as they are read at a glance: signed numbers, money, chances."""

from __future__ import annotations

_THOUSAND = 1000


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
