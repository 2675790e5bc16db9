"""What a human should know of a reply before letting it through."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONG = 4000
"""Characters from which on a message is long."""
UNPARSED = "unparsed"
UNKNOWN_RECIPIENT = "unknown_recipient"
FLAGS = (UNPARSED, UNKNOWN_RECIPIENT, "several", "empty", "refused", "long")
"""All flags that reading gives, in the order in which they are given."""
LOW_SELF_CHECK = "low_self_check"
"""Flag of a reply that gives itself little credit."""
REPEATS = "repeats"
"""Flag of a proposal that asks a delegate the same thing again."""

_LOOKED_AT = 300
"""Characters at the beginning of a message in which a model says that it refuses."""
_CANNOT = (
    r"i(?: am|'m)? (?:really |simply |just )?"
    r"(?:can't|can not|cannot|won't|will not|unable to|not able to|not comfortable|not allowed to)"
)
_DEEDS = (
    r"(?:help|assist|comply|do (?:that|this)|fulfil|provide|create|generate|write|produce|"
    r"continue|engage|support|discuss|share|answer|participate|complete|with that|with this|"
    r"creating|writing|generating|providing|discussing|sharing)"
)
_REFUSAL = re.compile(
    r"(?:i(?: am|'m) (?:so |very |really |truly )?sorry|sorry|i apologi[sz]e|my apologies|"
    r"unfortunately|i'm afraid|i am afraid)[^.!?\n]{0,60}?[,;:.!–—-]* *(?:but |that )?"
    rf"(?:as an ai[^.!?\n]{{0,40}}, )?{_CANNOT}\b"
    rf"|as an ai\b[^.!?\n]{{0,40}}, ?{_CANNOT}\b"
    rf"|{_CANNOT} (?:{_DEEDS})\b"
    r"|i (?:must|have to|need to) (?:respectfully |politely )?(?:decline|refuse)\b"
    r"|i (?:respectfully |politely )?(?:decline|refuse) to\b"
)


def refuses(message: str) -> bool:
    """Say whether a message is a model's refusal, by how it begins.

    Found are "I can't help with …", "I'm sorry, but I cannot …", "As an AI …, I'm unable to …",
    "I must decline …" and their like, in English. A character that begins a line that way is
    found as well: the flag asks a human to look, and decides nothing.
    """
    head = message[:_LOOKED_AT].replace("’", "'").lstrip("\"'“*_> \n\t")
    return _REFUSAL.match(" ".join(head.split()).casefold()) is not None


def flags_of(messages: Iterable[str], limit: int, found: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the flags of messages, and those `found` before, in the order of `FLAGS`."""
    flags = set(found)
    for message in messages:
        if not message.strip():
            flags.add("empty")
        if refuses(message):
            flags.add("refused")
        if len(message) > limit:
            flags.add("long")
    return tuple(flag for flag in FLAGS if flag in flags)
