"""Names for persona files, and names that no other persona has."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import count

from core.personas.casefold import fold, fold_inside

_NOT_IN_STEM = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"(.*\S) (\d+)")
_LONGEST_STEM = 60
_NO_NAME = "persona"


def file_stem(name: str) -> str:
    """Return a name as the stem of a file: letters and digits of any alphabet, and hyphens."""
    stem = _NOT_IN_STEM.sub("-", fold_inside(name)).strip("-")
    stem = stem[:_LONGEST_STEM].rstrip("-") or _NO_NAME
    # A file of this name is no persona, whatever it holds.
    return f"{_NO_NAME}-{stem}" if stem == "readme" else stem


def free_stem(stem: str, taken: Container[str]) -> str:
    """Return the stem, numbered if it is taken."""
    return next(each for n in count(1) if (each := stem if n == 1 else f"{stem}-{n}") not in taken)


def free_name(name: str, taken: Container[str]) -> str:
    """Return the name, numbered if somebody has it; `taken` holds folded names."""
    if fold(name) not in taken:
        return name
    numbered = _NUMBERED.fullmatch(name)
    base = numbered.group(1) if numbered else name
    return next(each for n in count(2) if fold(each := f"{base} {n}") not in taken)
