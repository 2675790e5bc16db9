"""The open leaf block, and the rules by which a long one is settled in parts."""

import re
from dataclasses import dataclass, field, replace
from typing import Self

from tui.widgets.transcript.blocks import Block, BlockKind

_PARAGRAPH_LIMIT = 2000
_PARAGRAPH_LEAST = 1000
_PARAGRAPH_LINES = 100
_CODE_LINES = 32
"""A fence is cut at the first blank line after this many, or after twice as many."""
_MOST_CHARACTERS = 3000
_TABLE_ROWS = 24
_TABLE_CELLS = 120


@dataclass(slots=True)
class Leaf:
    """A block that may still grow."""

    kind: BlockKind
    gap: str | None = None
    fence: str = ""
    """The marks that opened it; empty for indented code and all other kinds."""
    fence_indent: int = 0
    info: str = ""
    lines: list[str] = field(default_factory=list)
    size: int = 0
    bars: int = 0
    """How many `|` there are in a table."""
    previous: Block | None = None
    """The part that was settled last."""

    def copy(self) -> Self:
        """A leaf that can be changed without changing this one."""
        return replace(self, lines=self.lines.copy())

    def add(self, line: str) -> None:
        """Take the next line."""
        self.lines.append(line)
        self.size += len(line) + 1
        if self.kind is BlockKind.TABLE:
            self.bars += line.count("|")

    def go_on(self, fragment: str) -> None:
        """Take the next fragment of a line too long to be taken whole."""
        if self.kind is BlockKind.CODE or not self.lines:
            self.add(fragment)
        else:
            self.lines[-1] += fragment
            self.size += len(fragment)

    @property
    def text(self) -> str:
        """The lines that have not been settled."""
        return "\n".join(self.lines)

    def take_settled(self) -> str | None:
        """Take away the next part if the leaf has grown long enough."""
        if self.kind is BlockKind.PARAGRAPH:
            if self.size > _PARAGRAPH_LIMIT:
                return self._take_paragraph()
            return self._take_lines() if len(self.lines) > _PARAGRAPH_LINES else None
        count = len(self.lines)
        if self.kind is BlockKind.CODE:
            at_blank = count >= _CODE_LINES and not self.lines[-1].strip()
            due = at_blank or count >= 2 * _CODE_LINES
        elif self.kind is BlockKind.TABLE:
            due = count >= _TABLE_ROWS or self.bars >= _TABLE_CELLS
        else:
            return None
        if not due and self.size < _MOST_CHARACTERS:
            return None
        text, self.lines, self.size, self.bars = self.text, [], 0, 0
        return text

    def _take_lines(self) -> str:
        """All lines but the last, to which something may still be added."""
        *settled, last = self.lines
        self.lines, self.size = [last], len(last) + 1
        return "\n".join(settled) + "\n"

    def _take_paragraph(self) -> str:
        text = self.text
        cut = _calm_cut(text)
        self.lines = text[cut:].split("\n")
        self.size = len(text) - cut + 1
        return text[:cut]


def _calm_cut(text: str) -> int:
    """Where to cut a long paragraph: after a space outside of inline markup, if there is one."""
    best = at = ticks = stars = brackets = 0
    for match in re.finditer(r"\s", text[_PARAGRAPH_LEAST:_PARAGRAPH_LIMIT]):
        cut = _PARAGRAPH_LEAST + match.end()
        best = best or cut
        passed, at = text[at:cut], cut
        ticks += passed.count("`")
        stars += passed.count("*")
        brackets += passed.count("[") - passed.count("]")
        if not (ticks % 2 or stars % 2 or brackets > 0):
            return cut
    return best or _PARAGRAPH_LIMIT
