"""The ways in which SillyTavern has written dates over the years."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from core.sessions.record import parse_time

_AT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s(?: ?(\d{1,3})ms)?"
)
_SPELT = re.compile(r"([A-Za-z]{3})[a-z]* (\d{1,2}), (\d{4}) (\d{1,2}):(\d{2}) ?([ap])m", re.I)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def parse_date(value: object) -> datetime | None:
    """Return a date; `None` if it is none. One without a zone counts as UTC.

    Known are milliseconds since 1970 as a number or in digits, `2024-07-12@01h31m37s123ms` and
    its looser forms, `June 19, 2023 2:20pm`, and ISO 8601.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        if isinstance(value, str) and not value.strip().isdecimal():
            return _written(value.strip())
        return datetime.fromtimestamp(float(value) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _written(text: str) -> datetime:
    if found := _AT.fullmatch(text):
        year, month, day, hour, minute, second = (int(each) for each in found.groups()[:6])
        thousandth = int(found[7] or 0)
        return datetime(year, month, day, hour, minute, second, thousandth * 1000, UTC)
    if found := _SPELT.fullmatch(text):
        month = _MONTHS.index(found[1].lower()) + 1
        hour = int(found[4]) % 12 + (12 if found[6].lower() == "p" else 0)
        return datetime(int(found[3]), month, int(found[2]), hour, int(found[5]), tzinfo=UTC)
    return parse_time(text)
