"""Highlighted code: tokens of a fence as styled runs."""

from functools import lru_cache
from typing import TYPE_CHECKING

from core.text import clean
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


@lru_cache(maxsize=64)
def _lexer(language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def warm_up() -> None:
    """Import what highlighting needs; a tenth of a second, for another thread."""
    _lexer("python")


@lru_cache(maxsize=512)
def _role(token_type: tuple[str, ...]) -> str:
    for length in range(len(token_type), 0, -1):
        role = _ROLES.get(".".join(token_type[:length]))
        if role is not None:
            return role
    return "code-block"


def code_runs(text: str, info: str) -> list[Run]:
    """Highlight a piece of code in the language that a fence's info string names first."""
    text = text.expandtabs(4)
    words = info.split()
    lexer = _lexer(words[0].strip("{}.").lower()[:40]) if words else None
    if lexer is None:
        return [Run(text, "code-block")]
    runs: list[Run] = []
    for token_type, value in lexer.get_tokens(text):
        role = _role(tuple(token_type))
        if runs and runs[-1].role == role:
            runs[-1] = Run(runs[-1].text + value, role)
        else:
            runs.append(Run(value, role))
    return runs or [Run(clean(text), "code-block")]
