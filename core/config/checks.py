"""Checks of single values: each returns the value as it is kept, or says what it has to be."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from core.providers.addresses import without_user

Check = Callable[[object], object]
"""Returns the cleaned value; raises `ValueError` with a clause such as "a number above 0"."""


def number(low: float, high: float = math.inf, *, above: bool = False) -> Check:
    """Accept a finite number from `low` (or only above it) to `high`."""
    span = f"above {low:g}" if above else f"from {low:g}"
    wanted = f"a number {span}" + (f" to {high:g}" if high < math.inf else "")
    if not above and high == math.inf:
        wanted = f"a number of {low:g} or more"

    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(wanted)
        # What no float can hold is an infinity to whoever calculates with it.
        most = min(high, sys.float_info.max)
        if not low <= value <= most or (above and value == low):
            raise ValueError(wanted)
        return value

    return check


def whole(low: int, high: int | None = None) -> Check:
    """Accept an integer from `low` to `high`."""
    wanted = f"a whole number of {low} or more"
    if high is not None:
        wanted = f"a whole number from {low} to {high}"

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(wanted)
        if value < low or (high is not None and value > high):
            raise ValueError(wanted)
        return value

    return check


def flag(value: object) -> bool:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def text(value: object) -> str:
    """Accept text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text")
    return value


def one_of(*choices: str) -> Check:
    """Accept one of some words."""
    wanted = "one of " + ", ".join(choices)

    def check(value: object) -> str:
        if value not in choices:
            raise ValueError(wanted)
        return str(value)

    return check


def texts(fewest: int, most: int) -> Check:
    """Accept a list of texts; it is kept as a tuple."""
    amount = str(fewest) if fewest == most else f"{fewest} to {most}"
    wanted = f"a list of {amount} texts"

    def check(value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or not fewest <= len(value) <= most:
            raise ValueError(wanted)
        if not all(isinstance(each, str) and each for each in value):
            raise ValueError(wanted)
        return tuple(value)

    return check


def plain(value: object) -> object:
    """Accept anything that JSON can say."""
    if isinstance(value, dict):
        return {text(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError("text, a number, true, false, a list or a mapping")


def describe(value: object) -> str:
    """Return a value as an error message may quote it."""
    shown = without_user(repr(value))
    return shown if len(shown) <= 60 else shown[:57] + "…"
