"""Finding a quote in what somebody said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from core.lifelong.profiles.profile import Evidence

_WORD = re.compile(r"\w+")
_QUOTES = "\"'`“”„‘’«»‹› \t\n."
_SHORTEST = 2
"""Letters and digits of a quote: a single one stands in every text."""
_LONGEST = 600


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
    if at >= 0:
        return at, at + len(bare)
    words = _WORD.findall(bare)
    pattern = r"[\W_]+".join(map(re.escape, words))
    match = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
    return None if match is None else match.span()


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
