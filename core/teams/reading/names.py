"""Whom a reply is for."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NULL = frozenset({"", "null", "none", "nil"})
_FINAL = _NULL | {"final", "final answer", "parent"}
FINAL_WORDS = tuple(sorted(_FINAL - {""}))
"""What a recipient says that means the final answer, or nobody."""
_AROUND = "\"'`´“”„‘’«»*_~@#<>[](){} \t\r\n"
_BEHIND = _AROUND + ".,:;!?"
_LIST = re.compile(r"[,;&\n]|\band\b", re.IGNORECASE)
_MOST_TAKEN_APART = 1000
"""Characters of a recipient beyond which it is no list of names."""


def is_null(word: str) -> bool:
    """Say whether a bare word means nobody."""
    return word.casefold() in _NULL


def bare_name(text: str) -> str:
    """Return a name without quotes, marks and punctuation around it, on one line."""
    return " ".join(text.lstrip(_AROUND).rstrip(_BEHIND).split())


def is_final(text: str) -> bool:
    """Say whether a recipient that is no delegate's name means the final answer."""
    return bare_name(text).casefold() in _FINAL


def match_name(text: str, names: Sequence[str]) -> str | None:
    """Return the one of `names` that is meant, "" for the final answer, `None` for neither."""
    remarked = text.partition("(")[0].strip()  # as in "coder (to have it written)"
    for wanted in (text.strip(), bare_name(text), bare_name(remarked)):
        if not wanted:
            continue
        if wanted in names:
            return wanted
        folded = wanted.casefold()
        for name in names:
            if folded in {name.casefold(), bare_name(name).casefold()}:
                return name
    return "" if is_final(text) or (remarked and is_final(remarked)) else None


def recipients(text: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return who is meant, and what nobody is called; `text` may list several."""
    whole = match_name(text, names)
    if whole is not None:
        return [whole], []
    if len(text) <= _MOST_TAKEN_APART:
        each = [match_name(part, names) for part in _LIST.split(text) if part.strip()]
        known = [name for name in each if name]
        if known and len(known) == len(each):
            return list(dict.fromkeys(known)), []
    return [], [bare_name(text)[:_MOST_TAKEN_APART] or text.strip()[:_MOST_TAKEN_APART]]
