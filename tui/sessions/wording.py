"""Dates, sizes and counts of sessions in few words."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.sessions.summary import SessionSummary
from core.text import clean_line

_WEEK = timedelta(days=6)


def moment(when: datetime, now: datetime) -> str:
    """Return a time as a list shows it: `14:03`, `Tue 14:03`, `12 Mar`, `2024-03-12`."""
    when, now = when.astimezone(), now.astimezone()
    if when.date() == now.date():
        return f"{when:%H:%M}"
    if timedelta(0) <= now - when < _WEEK:
        return f"{when:%a %H:%M}"
    return f"{when.day} {when:%b}" if when.year == now.year else f"{when:%Y-%m-%d}"


def full_moment(when: datetime) -> str:
    """Return a time to the minute, in the zone of this machine."""
    return f"{when.astimezone():%Y-%m-%d %H:%M}"


def size(count: int) -> str:
    """Return a number of bytes: `812 B`, `13 kB`, `2.1 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:,.1f} MB"


def shown_title(summary: SessionSummary) -> str:
    """Return the title of a session on one line without control characters, or its id."""
    return clean_line(summary.title) or summary.id


def engine_of(summary: SessionSummary) -> str:
    """Return what a session is, or that it is damaged, in one word."""
    if not summary.engine:
        return "unreadable"
    return "damaged" if summary.problem else clean_line(summary.engine)
