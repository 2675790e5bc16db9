"""Finding a quote in what somebody said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from core.profiles.profile import Evidence

_WORD = re.compile(r"[^\W_]+")
_QUOTES = "\"'`“”„‘’«»‹› \t\n."
_SHORTEST = 2
"""Letters and digits of a quote: a single one stands in every text."""
_LONGEST = 600
_FIRST_UNSPACED = "\u2e80"
"""From here on (kana, ideographs) words are written without spaces."""


class Words(NamedTuple):
    """What somebody said, and where it stands."""

    session: str
    record: str
    text: str


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Return where a quote stands in a text, in characters; `None` if it does not.

    Case, spaces and punctuation between words may differ; the words and their order may not.
    """
    bare = quote.strip(_QUOTES)[:_LONGEST]
    if sum(each.isalnum() for each in bare) < _SHORTEST:
        return None
    at = text.find(bare)
    while at >= 0:
        if _whole(text, at, at + len(bare)):
            return at, at + len(bare)
        at = text.find(bare, at + 1)
    words = _WORD.findall(bare)
    pattern = r"[\W_]++".join(map(re.escape, words))
    match = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
    return None if match is None else match.span()


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a place begins and ends where words do; scripts without spaces know no such place."""
    return not any(0 < at < len(text) and _letters(text[at - 1 : at + 1]) for at in (start, end))


def _letters(pair: str) -> bool:
    return all(each.isalnum() and each < _FIRST_UNSPACED for each in pair)


def find_evidence(quote: str, said: Iterable[Words]) -> Evidence | None:
    """Return the evidence for a quote: where it was last said; `None` if it never was."""
    found = None
    for words in said:
        span = locate(quote, words.text)
        if span is not None:
            found = Evidence(words.session, words.record, *span, words.text[span[0] : span[1]])
    return found


def holds(evidence: Evidence, text: str) -> bool:
    """Whether a text has the quoted words where the evidence says."""
    return bool(evidence.quote) and text[evidence.start : evidence.end] == evidence.quote
