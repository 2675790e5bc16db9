"""Control words: what counts as one, and what is left of a message without them.

| where the word stands                                   | counts |
|---------------------------------------------------------|--------|
| alone on a line (`/bye`, `**/END!**`)                   | yes    |
| first in the message, set off (`/start Hello, I am …`)  | yes    |
| last in the message, set off (`Farewell. /bye`)         | yes    |
| talked about (`see /help`, `/end of story`)             | no     |
| in prose, in code, in a path (`a/end`, `/end/x`)        | no     |

Upper and lower case are alike, and one closing full stop or exclamation mark belongs to
the word. At either end of a message a word of `_LEAD_IN` before it, or of `_LEAD_OUT`
after it, says that the control word is talked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """The control words of a meetup."""

    START = "/start"
    HELP = "/help"
    BYE = "/bye"
    END = "/end"
    STOP = "/stop"


ENDING = frozenset({Word.END, Word.STOP})
"""Words that end a meetup at once."""
INTRODUCING = frozenset({Word.START, Word.HELP})
"""Words that are answered with an introduction."""

_NAMES = "|".join(word.value[1:] for word in Word)
_WORD = rf"/(?P<name>{_NAMES})[.!]?"
_ALONE = re.compile(rf"^[ \t]*[*_]{{0,3}}{_WORD}[*_]{{0,3}}[ \t]*$", re.IGNORECASE)
_FIRST = re.compile(rf"^\s*{_WORD}(?=\s+(?P<next>\S+))", re.IGNORECASE)
_LAST = re.compile(rf"(?<=\s){_WORD}$", re.IGNORECASE)
_LONGEST_TAIL = 40
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")

_LEAD_IN = frozenset(
    """a an and as by call called command enter for from in is like means of on or our press say
    says see send sends than that the their this to try type use using via was with word write
    your der die das ein mit mittels oder sagen schreibe schreiben siehe tippe und
    avec dans de du et la le ou par un une voir con de el la o por un una usa ver y""".split()
)
_LEAD_OUT = frozenset(
    """and as at but for from if in is it me means of on or our than that that's the them then
    this to us was will with word works you your der die das ist oder und von zu
    de des du est et la le ou de del el es la o y""".split()
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message taken apart."""

    prose: str
    """The text without its control words and without white space around it."""
    words: tuple[Word, ...]
    """The control words in the order in which they stand."""


def parse(text: str) -> Parsed:
    """Take the control words out of a message."""
    if "/" not in text:
        return Parsed(text.strip(), ())
    lines, alone = _lines_alone(text)
    prose, first = _cut_first("\n".join(lines))
    last: tuple[Word, ...] = ()
    while (word := _last_word(prose)) is not None:
        prose = prose[: word.start()].rstrip()
        last = (_word(word), *last)
    words = (*first, *alone, *last)
    return Parsed((prose if words else text).strip(), words)


def _lines_alone(text: str) -> tuple[list[str], tuple[Word, ...]]:
    """Return the lines outside which control words stand alone, and those words."""
    kept: list[str] = []
    words: list[Word] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence):
            fence = ""
        match = None if fence else _ALONE.match(line.rstrip("\r"))
        if match:
            words.append(_word(match))
        else:
            kept.append(line)
    return kept, tuple(words)


def _cut_first(text: str) -> tuple[str, tuple[Word, ...]]:
    match = _FIRST.match(text)
    if match is None or _bare(match.group("next")) in _LEAD_OUT:
        return text, ()
    return text[match.end() :].lstrip(), (_word(match),)


def _last_word(text: str) -> re.Match[str] | None:
    """Return the control word that ends the text, if one does."""
    end = len(text.rstrip())
    match = _LAST.search(text, max(0, end - _LONGEST_TAIL), end)
    if match is None or _in_fence(text):
        return None
    before = text[: match.start()].rstrip()[-_LONGEST_TAIL:].split()
    return None if not before or before[-1].casefold() in _LEAD_IN else match


def _in_fence(text: str) -> bool:
    """Whether the end of the text lies in a fence that is still open."""
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence):
            fence = ""
    return bool(fence)


def _word(match: re.Match[str]) -> Word:
    return Word("/" + match.group("name").lower())


def _bare(token: str) -> str:
    return token.casefold().strip(".,;:!?")
