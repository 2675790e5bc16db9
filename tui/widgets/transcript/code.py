"""Highlighted code: tokens of a fence as styled runs."""

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.widgets.transcript.runs import Run

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_ROLES = {
    "Comment": "code-comment",
    "Keyword": "code-keyword",
    "Literal.String": "code-string",
    "Literal.Number": "code-number",
    "Name.Function": "code-name",
    "Name.Class": "code-name",
    "Name.Decorator": "code-name",
    "Name.Tag": "code-keyword",
    "Name.Attribute": "code-name",
    "Name.Builtin": "code-keyword",
    "Generic.Inserted": "code-string",
    "Generic.Deleted": "code-keyword",
    "Generic.Heading": "code-name",
    "Operator.Word": "code-keyword",
}
_MOST_TOKENS = 2000
"""Tokens of a part of a fence that are highlighted; what follows them is shown plain."""
_LONGEST = 0.02
"""Seconds of processor time after which the rest of a part is shown plain."""

_lexers: "dict[str, Lexer]" = {}
"""Those loaded, by the names that fences gave them."""


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """All names of languages. Imports much: call it in a thread first."""
    from pygments.lexers import get_all_lexers

    return frozenset(alias for lexer in get_all_lexers(plugins=False) for alias in lexer[1])


def language_of(info: str) -> str:
    """The language that a fence's info string names first; empty if it names none."""
    words = info.split(maxsplit=1)
    return words[0][:44].strip("{}.").lower()[:40] if words else ""


def is_loaded(language: str) -> bool:
    """Whether code in a language can be highlighted, or never will be, without an import."""
    if not language or language in _lexers:
        return True
    return bool(_known.cache_info().currsize) and language not in _known()


def load(language: str) -> None:
    """Import what highlights a language; up to a tenth of a second, for another thread."""
    from pygments.lexers import get_lexer_by_name

    if language in _known() and language not in _lexers:
        _lexers[language] = get_lexer_by_name(language, stripnl=False, ensurenl=False)


def warm_up() -> None:
    """Import what highlighting needs; for another thread."""
    load("python")


@lru_cache(maxsize=512)
def _role(token_type: tuple[str, ...]) -> str:
    for length in range(len(token_type), 0, -1):
        role = _ROLES.get(".".join(token_type[:length]))
        if role is not None:
            return role
    return "code-block"


def plain_code(text: str) -> list[Run]:
    """A piece of code in one colour."""
    return [Run(text.expandtabs(4), "code-block")]


def code_runs(text: str, info: str) -> list[Run]:
    """Highlight a piece of code, if its language is loaded."""
    text = text.expandtabs(4)
    lexer = _lexers.get(language_of(info))
    if lexer is None:
        return plain_code(text)
    runs: list[Run] = []
    at = 0
    deadline = time.thread_time() + _LONGEST
    for count, (token_type, value) in enumerate(lexer.get_tokens(text), 1):
        role = _role(tuple(token_type))
        if runs and runs[-1].role == role:
            runs[-1] = Run(runs[-1].text + value, role)
        else:
            runs.append(Run(value, role))
        at += len(value)
        if count >= _MOST_TOKENS or time.thread_time() > deadline:
            runs.append(Run(text[at:], "code-block"))
            break
    return runs or plain_code(text)
