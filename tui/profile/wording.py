"""What the page of your own profile says, in words; nothing here knows of widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.profiles.fields import FIELDS
from core.profiles.state import ProfileState
from core.sessions.record import Record
from core.text import clean_line, counted

FIRST_USE = """\
Salon can learn who you are from your chats, so that personas answer the way you like it.

• After a chat it proposes what to remember, beside the words of yours that say so. \
You accept, change or refuse each edit: nothing is remembered without you.
• Personas you talk with are told what stands here; below each reply stands which fields \
it saw. `sees_your_profile: false` in the file of a persona denies it to them.
• It lies in a file on this machine. You can edit it, lock it, pause it, take it along, \
and forget it: that erases it from the file, not only from this page.

o  turn it on
n  write something yourself
i  take in a file"""
_SEEN_AT_MOST = 3
"""Fields that a footer names."""
_TOLD = "profile"


def standing(state: ProfileState) -> str:
    """Return whether the profile is on, in one word."""
    return "off" if not state.on else "paused" if state.paused else "on"


def meaning(state: ProfileState, model: str) -> str:
    """Return what it means that the profile is on, off or paused.

    Args:
        state: of the profile.
        model: who reads chats, as `provider:model`.
    """
    kept = "It stays on this machine."
    if not state.on:
        return f"Nothing is learnt from your chats, and nobody is told. {kept} o turns it on."
    if state.paused:
        return f"Nothing is learnt and nobody is told until p resumes it. {kept}"
    return (
        f"After a chat {clean_line(model)} reads it and proposes what to remember; you decide. "
        "Personas you talk with are told what stands here, through the model they speak on. "
        "The file stays on this machine."
    )


def named(path: str) -> str:
    """Return the name of a field as people read it."""
    field = FIELDS.get(path)
    return (path.rpartition(".")[2] if field is None else field.title).replace("_", " ")


def day(at: datetime | None) -> str:
    """Return a day, where one lives; empty where none is known."""
    return "" if at is None else f"{at.astimezone():%Y-%m-%d}"


def moment(at: datetime) -> str:
    """Return a day and a time of day, where one lives."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def seen_of_you(record: Record) -> str:
    """Return what of its human's profile a reply saw, for its footer; empty if nothing."""
    told = record.data.get(_TOLD)
    fields = told.get("fields") if isinstance(told, Mapping) else None
    if not isinstance(fields, Sequence) or isinstance(fields, str) or not fields:
        return ""
    names = [clean_line(named(str(each))).lower() for each in fields]
    shown = ", ".join(names[:_SEEN_AT_MOST])
    more = len(names) - _SEEN_AT_MOST
    return f"saw your {shown}" + (f" and {more} more" if more > 0 else "")


def proposed(count: int) -> str:
    """Return what is said after a chat that something was learnt from."""
    return f"Your profile: {counted(count, 'edit')} proposed, ctrl+p Your profile shows them"
