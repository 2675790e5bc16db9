"""Keys of a lorebook made ready for searching, those that are regular expressions guarded.

A card comes from anywhere. Patterns that grow beyond all bounds while they are compiled are
refused, and all patterns of one search share a small allowance of processor time: one that uses
up its part is never tried again. How busy the machine is does not matter.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

_SECONDS = 0.3
"""Processor time of all patterns in one search together."""
_SECONDS_EACH = 0.05
"""Processor time of one; the memory that a runaway pattern takes grows with it."""
_TRIES = 3
"""How often a search is begun that was stopped while the processor was busy with other things."""
_LONGEST_PATTERN = 1000
_LONGEST_TEXT = 50_000
"""Characters that a pattern is searched for in, counted from the end."""
_MOST_REPEATS = 1000

# Some programs call every key a regular expression; most of them are words.
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}/]")
_SLASHED = re.compile(r"/(.+)/([a-z]*)", re.DOTALL)
_REPEAT = re.compile(r"\{\s*+([0-9]*+)\s*+(?:,\s*+([0-9]*+)\s*+)?\}")
# Braces that are neither a repeat nor the name of a character class ask for fuzzy matching.
_FUZZY = re.compile(r"(?<!\\[pPNux])\{[^{}a-z<=]*+[a-z<=][^{}]*+\}")
_RECURSIVE = re.compile(r"\(\?(?:R|[+-]?[0-9]|&|P>|\(DEFINE)|\\L<")


@dataclass(slots=True)
class Allowance:
    """The time that the patterns of one search still have."""

    left: float = _SECONDS

    def spend(self, seconds: float) -> None:
        """Take time off."""
        self.left -= seconds


@dataclass(eq=False)
class Text:
    """What is searched, in the forms that keys want it."""

    plain: str

    @cached_property
    def folded(self) -> str:
        """The text without case."""
        return self.plain.casefold()

    @cached_property
    def end(self) -> str:
        """The part that patterns are searched for in."""
        return self.plain[-_LONGEST_TEXT:]


@dataclass(slots=True)
class Key:
    """A word or words to be found."""

    word: str
    case_sensitive: bool = False
    whole: bool = False
    _bounded: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        if not self.case_sensitive:
            self.word = self.word.casefold()

    def found_in(self, text: Text, allowance: Allowance) -> bool:
        """Whether the text holds the key."""
        searched = text.plain if self.case_sensitive else text.folded
        if not self.word or self.word not in searched:
            return False
        if not self.whole:
            return True
        if self._bounded is None:
            self._bounded = re.compile(rf"(?<!\w){re.escape(self.word)}(?!\w)")
        return self._bounded.search(searched) is not None


@dataclass(slots=True)
class PatternKey:
    """A regular expression to be found, as it stands or as `/pattern/flags`."""

    source: str
    case_sensitive: bool = False
    _compiled: regex.Pattern[str] | None = field(default=None, init=False)
    _refused: bool = field(default=False, init=False)

    def found_in(self, text: Text, allowance: Allowance) -> bool:
        """Whether the text matches; never if the pattern is invalid, refused or too slow."""
        if self._refused or allowance.left <= 0:
            return False
        pattern = self._pattern()
        if pattern is None:
            return False
        for _ in range(_TRIES):
            limit = min(_SECONDS_EACH, allowance.left)
            started = time.thread_time()
            try:
                return pattern.search(text.end, timeout=limit) is not None
            except TimeoutError:
                used = time.thread_time() - started
                self._refused = limit == _SECONDS_EACH and used > limit / 2
                if self._refused or allowance.left - used <= 0:
                    return False
            finally:
                allowance.spend(time.thread_time() - started)
        return False

    def _pattern(self) -> regex.Pattern[str] | None:
        if self._compiled is None:
            self._compiled = _compile(self.source, self.case_sensitive)
            self._refused = self._compiled is None
        return self._compiled


def make_key(word: str, *, use_regex: bool, case_sensitive: bool, whole: bool) -> Key | PatternKey:
    """Return a key ready to be looked for; a regular expression without any sign is a word."""
    if use_regex and _SPECIAL.search(word):
        return PatternKey(word, case_sensitive)
    return Key(word, case_sensitive, whole)


def _compile(source: str, case_sensitive: bool) -> regex.Pattern[str] | None:
    import regex

    slashed = _SLASHED.fullmatch(source)
    flags = regex.V0
    if slashed is not None:
        source, letters = slashed.groups()
        flags |= regex.IGNORECASE if "i" in letters else 0
        flags |= regex.MULTILINE if "m" in letters else 0
        flags |= regex.DOTALL if "s" in letters else 0
    elif not case_sensitive:
        flags |= regex.IGNORECASE
    if not _is_bounded(source):
        return None
    try:
        return regex.compile(source, flags)
    except (regex.error, RecursionError, ValueError, OverflowError):
        return None


def _is_bounded(source: str) -> bool:
    """Whether a pattern can be compiled and tried in little memory."""
    if len(source) > _LONGEST_PATTERN or _FUZZY.search(source) or _RECURSIVE.search(source):
        return False
    repeats = 1
    for low, high in _REPEAT.findall(source):
        if len(low) > 4 or len(high) > 4:
            return False
        repeats *= max(1, int(low or 1))
    return repeats <= _MOST_REPEATS
