"""The open quotes and list items around a line of Markdown."""

import re
from dataclasses import dataclass, replace
from typing import Self

from tui.widgets.transcript.grammar import indent_of

MAX_DEPTH = 12
"""Deeper nesting is text: it could not be shown in a pane anyway."""
QUOTE_BAR = "▎ "
_BULLETS = ("• ", "◦ ", "▪ ")


class Quote:
    """An open block quote."""


@dataclass(slots=True)
class Item:
    """An open list item."""

    width: int
    """Columns of indentation that a line needs to belong to the item."""
    sort: str
    """"-", "*", "+", "." or ")": items of one sort in a row make one list."""
    number: int
    marker: str
    """What is painted: a bullet or "12. "."""
    fresh: bool = True
    """Whether the marker is still to be painted."""


class Containers:
    """The open containers, outermost first."""

    def __init__(self) -> None:
        self._open: list[Quote | Item] = []
        self._closed_item: Item | None = None

    def __len__(self) -> int:
        return len(self._open)

    def copy(self) -> Self:
        """Containers that can be changed without changing these."""
        twin = type(self)()
        twin._open = [replace(c) if isinstance(c, Item) else c for c in self._open]
        twin._closed_item = self._closed_item
        return twin

    @property
    def in_list(self) -> bool:
        """Whether any of them is a list item."""
        return any(isinstance(container, Item) for container in self._open)

    @property
    def innermost(self) -> Quote | Item:
        """The one opened last."""
        return self._open[-1]

    def match(self, line: str) -> tuple[int, str]:
        """How many containers a line continues, and what is left of it."""
        for index, container in enumerate(self._open):
            stripped = line.lstrip(" ")
            indent = indent_of(line)
            if isinstance(container, Quote):
                if indent > 3 or not stripped.startswith(">"):
                    return index, line
                line = stripped[1:].removeprefix(" ")
            elif not stripped:
                line = ""
            elif indent >= container.width:
                line = line[container.width :]
            else:
                return index, line
        return len(self._open), line

    def quote_among(self, first: int) -> bool:
        """Whether a quote is among the containers from the given one on."""
        return any(isinstance(container, Quote) for container in self._open[first:])

    def open_quote(self, stripped: str) -> str:
        """Open a quote; what is left of the line."""
        self._open.append(Quote())
        return stripped[1:].removeprefix(" ")

    def open_item(self, match: re.Match[str], stripped: str, indent: int) -> str:
        """Open a list item, the next of its list or the first; what is left of the line."""
        marker, spaces = match[1], len(match[2])
        if not 1 <= spaces <= 4:
            spaces = 1
        sort, digits = marker[-1], marker[:-1]
        before = self._closed_item
        if before is not None and before.sort == sort:
            number = before.number + 1
        else:
            number = int(digits or 0)
        self._closed_item = None
        depth = sum(isinstance(container, Item) for container in self._open)
        painted = f"{number}{sort} " if digits else _BULLETS[depth % len(_BULLETS)]
        width = indent + len(marker) + spaces
        self._open.append(Item(width, sort, number, painted))
        return stripped[len(marker) + spaces :]

    def close(self) -> None:
        """Close the innermost."""
        container = self._open.pop()
        self._closed_item = container if isinstance(container, Item) else None

    def end_list(self) -> None:
        """The next item, whatever its sort, begins another list."""
        self._closed_item = None

    def lead(self) -> str:
        """What stands left of the first row of a block. Markers are handed out only once."""
        parts: list[str] = []
        for container in self._open:
            if isinstance(container, Quote):
                parts.append(QUOTE_BAR)
            elif container.fresh:
                parts.append(container.marker)
                container.fresh = False
            else:
                parts.append(" " * len(container.marker))
        return "".join(parts)

    def rest(self) -> str:
        """What stands left of further rows."""
        return "".join(
            QUOTE_BAR if isinstance(c, Quote) else " " * len(c.marker) for c in self._open
        )
