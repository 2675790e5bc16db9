"""Texts made comparable: without case and accents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Of most European texts a few letters are not ASCII: only those take the long way.
_FOREIGN = re.compile("[^\x00-\x7f]+")
_SHORT = 8


def fold(text: str) -> str:
    """Return a text for comparing: without case, accents and outer blanks."""
    return fold_inside(text).strip()


def fold_inside(text: str) -> str:
    """Return a text without case and accents, its blanks as they are."""
    return _FOREIGN.sub(_fold_match, text).lower()


def _fold_match(match: re.Match[str]) -> str:
    letters = match[0]
    return _fold_short(letters) if len(letters) <= _SHORT else _fold_letters(letters)


def _fold_letters(letters: str) -> str:
    # Folded once more, for the capitals that come out of a decomposition.
    bare = unicodedata.normalize("NFKD", letters.casefold()).casefold()
    return "".join(each for each in bare if not unicodedata.combining(each))


_fold_short = lru_cache(maxsize=4096)(_fold_letters)
