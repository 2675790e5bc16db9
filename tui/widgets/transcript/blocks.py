"""What Markdown is cut into: leaf blocks, each small enough to be painted in one go."""

from dataclasses import dataclass
from enum import StrEnum

_JOINED_PARTS = 16
"""Parts of a paragraph that share their rows. The last of them ends its own row, so that no more
than these are painted to find out where a row begins."""


def goes_on(part: int) -> bool:
    """Whether the last row of a part of a paragraph goes on in the next part."""
    return part % _JOINED_PARTS != _JOINED_PARTS - 1


class BlockKind(StrEnum):
    """The kinds of leaf blocks. Quotes and lists are told by the block's `lead` and `rest`."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    TABLE = "table"
    RULE = "rule"
    LINE = "line"
    """Text of the transcript itself, not Markdown: a header, a footer, a notice."""


@dataclass(eq=False, slots=True)
class Block:
    """One leaf block, or one settled part of a long one. Compared by identity: it keys a cache."""

    kind: BlockKind
    text: str
    """The source without fence lines, quote marks and list indentation."""
    lead: str = ""
    """What stands left of the first row: quote bars, list marker."""
    rest: str = ""
    """What stands left of the other rows; as wide as `lead`."""
    gap: str | None = None
    """What stands in the blank row above the block; None where there is no such row."""
    info: str = ""
    """The language of a fence; the colour role of a line."""
    attributes: str = ""
    """Attributes of a line, as in a `Run`."""
    lead_role: str = "marker"
    """The colour role of `lead`, `rest` and `gap`."""
    writing: bool = False
    """Whether the mark of a live writer stands after the text."""
    level: int = 0
    """The level of a heading, 1 to 6."""
    previous: "Block | None" = None
    """The part before this one, where a long paragraph, fence or table was cut."""
    unfinished: bool = False
    """A part of a paragraph whose last row goes on in the next part."""
    part: int = 0
    """How many parts stand before this one."""
    plain: bool = False
    """Whether it is shown as it was written: it took too long to paint."""
