"""Whether a growing text stands within a Markdown code fence."""

from __future__ import annotations

import re

_MARK = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<rest>.*)", re.DOTALL)
_MAY_BECOME_MARK = re.compile(r" {0,3}(?:`{0,2}|~{0,2})")


class FenceTracker:
    """Reads a text line by line, in pieces; fences as CommonMark 0.31, section 4.5, has them."""

    def __init__(self) -> None:
        self._open = ""
        """The mark that opened the fence."""
        self._line: list[str] = []
        self._marked = False
        """Whether the line begins with a mark."""
        self._plain = False
        """Whether it is known not to."""

    @property
    def inside(self) -> bool:
        """Whether the lines that are ended leave a fence open."""
        return bool(self._open)

    def add(self, text: str) -> None:
        """Take in the next piece of a line."""
        if self._plain:
            return
        self._line.append(text)
        if not self._marked:
            head = "".join(self._line)
            self._marked = _MARK.match(head) is not None
            self._plain = not self._marked and _MAY_BECOME_MARK.fullmatch(head) is None

    def end_line(self) -> None:
        """Note that the line is over."""
        match = _MARK.match("".join(self._line)) if self._marked else None
        self._line.clear()
        self._marked = self._plain = False
        if match is None:
            return
        mark, rest = match["mark"], match["rest"]
        if not self._open:
            # With a further backtick it is code within a line.
            self._open = mark if mark[0] == "~" or "`" not in rest else ""
        elif mark.startswith(self._open) and not rest.strip():
            self._open = ""
