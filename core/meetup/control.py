"""Control words: what counts as one, and what is left of a message without them.

| where the word stands                                   | counts |
|---------------------------------------------------------|--------|
| alone on a line (`/bye`, `**/END!**`, `/bye /end`)      | yes    |
| first in the message, set off (`/start Hello, I am …`)  | yes    |
| last in the message, set off (`Farewell. /bye`)         | yes    |
| talked about (`see /help`, `/end of story`)             | no     |
| in prose, in code, in a path (`a/end`, `/end/x`)        | no     |

Upper and lower case are alike, and one closing full stop or exclamation mark belongs to
the word. At either end of a message a word of `_LEAD_IN` before it, or of `_LEAD_OUT`
after it, says that the control word is talked about. `core.meetup.control_stream` applies
this table.
"""

from __future__ import annotations

import re
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

LONGEST_TOKEN = 24
"""Characters; nothing longer is a control word, or says that one is talked about."""

_NAMES = "|".join(word.value[1:] for word in Word)
# ASCII only: without that, `ſ` counts as an `s` where case is ignored.
_TOKEN = re.compile(
    rf"[*_]{{0,3}}/(?P<name>{_NAMES})(?:[.!]?[*_]{{0,3}}|[*_]{{1,3}}[.!])", re.ASCII | re.IGNORECASE
)
_BEGINNING = re.compile(r"[*_]{0,3}(?:/[A-Za-z]{0,5}[.!*_]{0,4})?")

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


def word_of(token: str) -> Word | None:
    """Return the control word that a token is: a text without white space."""
    if len(token) > LONGEST_TOKEN:
        return None
    match = _TOKEN.fullmatch(token)
    return Word("/" + match["name"].lower()) if match else None


def may_become_word(token: str) -> bool:
    """Whether more characters could make a control word of a token."""
    return _BEGINNING.fullmatch(token) is not None


def leads_in(token: str) -> bool:
    """Whether a token says that the control word after it is talked about."""
    return token.casefold() in _LEAD_IN


def leads_out(token: str) -> bool:
    """Whether a token says that the control word before it is talked about."""
    return len(token) <= LONGEST_TOKEN and token.casefold().strip(".,;:!?") in _LEAD_OUT
