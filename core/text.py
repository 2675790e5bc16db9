"""Making text from models and files harmless."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "\r\n"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # C0 but tab and newline, DEL, C1
    "|[\u202a-\u202e\u2066-\u2069]"  # embeddings, overrides and isolates of text direction
    "|[\ud800-\udfff]"  # halves of a character: no encoding can write them
)


def clean(text: str) -> str:
    """Return `text` without what could command a terminal or reorder its lines.

    Tabs and newlines stay; line ends become newlines; half characters become U+FFFD.
    """
    return _UNSAFE.sub(_replacement, text)


def clean_line(text: str) -> str:
    """Return `text` cleaned and on one line."""
    return " ".join(clean(text).split())


def _replacement(match: re.Match[str]) -> str:
    found = match[0]
    if found == "\r\n":
        return "\n"
    return "\ufffd" if "\ud800" <= found <= "\udfff" else ""
