"""Inline Markdown: emphasis, code, links, as styled runs."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from core.text import clean
from tui.widgets.transcript.runs import Run

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SPECIAL = re.compile(r"[\\`*_\[\]<&~!]")
_MARKS = "\\`*_[]<&~!"
_MOST_MARKS = 500
"""Of these in a text of 2,000 characters at most; with more it is shown as it was written. The
parser looks at some pairs of them, which is then the square of their number."""
_ATTRIBUTES = {"strong": "b", "em": "i", "s": "s"}


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


def warm_up() -> None:
    """Import the parser; for another thread."""
    _parser()


def marks_in(text: str) -> int:
    """How many characters of a text may be inline Markdown."""
    return sum(map(text.count, _MARKS))


def inline_runs(text: str, role: str = "text", attributes: str = "") -> list[Run]:
    """Parse inline Markdown. Newlines stay line breaks, as people write them in chats.

    The text of a link is followed by its address, so that nobody is led astray; nothing in a
    message can be clicked.
    """
    if not _SPECIAL.search(text) or marks_in(text) > _MOST_MARKS:
        return [Run(text.replace("\t", " "), role, attributes)]
    collector = _Collector(role, attributes)
    for token in _parser().parseInline(text):
        for child in token.children or []:
            collector.take(child)
    return collector.runs or [Run("", role, attributes)]


class _Collector:
    """Turns inline tokens into runs."""

    def __init__(self, role: str, attributes: str) -> None:
        self.runs: list[Run] = []
        self._role = role
        self._attributes = attributes
        self._links: list[tuple[str, int]] = []

    def take(self, token: "Token") -> None:
        """Take the next token."""
        name, _, side = token.type.rpartition("_")
        if name in _ATTRIBUTES:
            self._switch(_ATTRIBUTES[name], on=side == "open")
        elif token.type == "link_open":
            self._links.append((str(token.attrs.get("href", "")), len(self.runs)))
        elif token.type == "link_close":
            self._add_address(*self._links.pop())
        elif token.type in {"softbreak", "hardbreak"}:
            self._add("\n", self._role)
        elif token.type == "image":
            self._add(token.content or "image", "link")
            self._add_address(str(token.attrs.get("src", "")), len(self.runs) - 1)
        elif token.content:
            text_role = "link" if self._links else self._role
            self._add(token.content, "code" if token.type == "code_inline" else text_role)

    def _switch(self, attribute: str, *, on: bool) -> None:
        if on:
            self._attributes += attribute
        else:
            at = self._attributes.rindex(attribute)
            self._attributes = self._attributes[:at] + self._attributes[at + 1 :]

    def _add(self, text: str, role: str) -> None:
        # An entity such as &#x202e; may have brought back what was cleaned away.
        self.runs.append(Run(clean(text).replace("\t", " "), role, self._attributes))

    def _add_address(self, address: str, start: int) -> None:
        shown = "".join(run.text for run in self.runs[start:])
        if address and shown not in {address, address.removeprefix("mailto:")}:
            self._add(f" ({address})", "muted")
