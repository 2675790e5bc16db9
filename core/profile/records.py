"""What records of other sessions hold about the profile of the person at the keyboard."""

from __future__ import annotations

from core.sessions.kinds import MessageData, declare
from core.sessions.record import Kind
from core.sessions.shapes import Object


class TellingData(MessageData, total=False):
    """What is known of a reply whose writer was told of the profile."""

    profile: Object
    """Which `fields` it was told, of which `version`."""


declare(Kind.MESSAGE, TellingData)
