"""How alike two short texts are, without any model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from core.personas.casefold import fold

_WORD = re.compile(r"[^\W_]+")
_IDEOGRAPHIC = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_GRAM = 3


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, without case and accents; of scripts without spaces, signs."""
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        found += list(word) if _IDEOGRAPHIC.search(word) else [word]
    return tuple(found)


@lru_cache(maxsize=4096)
def _grams(text: str) -> tuple[Counter[str], float]:
    """Return how often each run of three letters stands in the words, and the vector's length."""
    counts: Counter[str] = Counter()
    for word in words(text):
        padded = f" {word} "
        counts.update(padded[at : at + _GRAM] for at in range(max(1, len(padded) - _GRAM + 1)))
    return counts, math.sqrt(sum(each * each for each in counts.values()))


def similarity(one: str, other: str) -> float:
    """Return the cosine of two texts' letter trigrams: 1 for the same words, 0 for no shared."""
    (mine, length), (theirs, other_length) = _grams(one), _grams(other)
    if not length or not other_length:
        return 0.0
    if len(theirs) < len(mine):
        mine, theirs = theirs, mine
    shared = sum(count * theirs[gram] for gram, count in mine.items() if gram in theirs)
    return shared / (length * other_length)


def nearest(text: str, others: Iterable[str]) -> float:
    """Return how alike a text is to the most alike of others; 0 where there are none."""
    return max((similarity(text, each) for each in others), default=0.0)


def within(phrase: str, text: str) -> bool:
    """Whether the words of a phrase stand in a text, one after the other."""
    wanted, there = words(phrase), words(text)
    if not wanted:
        return False
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))
