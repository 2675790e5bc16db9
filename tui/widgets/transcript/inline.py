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
_ATTRIBUTES = {"strong": "b", "em": "i", "s": "s"}


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - not needed before the first message

    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


def inline_runs(text: str, role: str = "text", attributes: str = "") -> list[Run]:
    """Parse inline Markdown. Newlines stay line breaks, as people write them in chats.

    The text of a link is followed by its address, so that nobody is led astray; nothing in a
    message can be clicked.
    """
    if not _SPECIAL.search(text):
        return [Run(text, role, attributes)]
    runs: list[Run] = []
    for token in _parser().parseInline(text):
        _collect(token.children or [], runs, role, attributes)
    return runs or [Run("", role, attributes)]


def _collect(tokens: "list[Token]", runs: list[Run], role: str, attributes: str) -> None:
    active: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        name, _, side = token.type.rpartition("_")
        now = attributes + "".join(active)
        if name == "link":
            if side == "open":
                links.append((str(token.attrs.get("href", "")), len(runs)))
            elif links:
                _close_link(runs, *links.pop())
        elif name in _ATTRIBUTES:
            if side == "open":
                active.append(_ATTRIBUTES[name])
            else:
                active.remove(_ATTRIBUTES[name])
        elif token.type in {"softbreak", "hardbreak"}:
            runs.append(Run("\n", role, now))
        elif token.type == "code_inline":
            runs.append(Run(clean(token.content), "code", now))
        elif token.type == "image":
            address = str(token.attrs.get("src", ""))
            runs.append(Run(clean(token.content) or "image", "link", now))
            _close_link(runs, address, len(runs) - 1)
        elif token.content:
            # An entity such as &#x202e; may have brought back what was cleaned away.
            runs.append(Run(clean(token.content), "link" if links else role, now))


def _close_link(runs: list[Run], address: str, start: int) -> None:
    shown = "".join(run.text for run in runs[start:])
    if address and shown not in {address, address.removeprefix("mailto:")}:
        runs.append(Run(f" ({clean(address)})", "muted"))
