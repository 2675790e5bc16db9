"""Texts made comparable without changing their length: no case, no Western accents."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return a text without case and without the accents of Latin-1 letters.

    It is as long as `text`: what is found in the one stands at the same place in the other.
    """
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(each if len(each.lower()) > 1 else each.lower() for each in text)
    return lower if lower.isascii() else lower.translate(_BARE)


def bare(letter: str) -> str:
    """Return a Latin-1 letter in lower case and without its accent; others as they are."""
    lower = letter.lower()
    base = unicodedata.normalize("NFD", lower)[0]
    return base if "\xc0" <= letter <= "\xff" and base.isascii() else lower


_BARE = {code: bare(chr(code)) for code in range(0xC0, 0x100) if bare(chr(code)) != chr(code)}
# Which sigma a capital one becomes depends on what stands before it, escapes included.
_BARE[ord("\N{GREEK SMALL LETTER FINAL SIGMA}")] = "\N{GREEK SMALL LETTER SIGMA}"
