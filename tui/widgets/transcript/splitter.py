"""Markdown cut into leaf blocks while it streams in.

The cutter works line by line, as CommonMark does: a line first continues the open containers
(quotes, list items), may open new ones, and what remains goes to the open leaf. Blocks come out
flat: a nested list is a run of blocks with growing indentation, so that each can be painted and
cached alone. A long paragraph, fence or table is cut into settled parts as it grows, by rules that
look only at what came before; so the blocks of a text do not depend on the pieces it arrived in.
"""

from tui.widgets.transcript.blocks import Block, BlockKind, goes_on
from tui.widgets.transcript.containers import MAX_DEPTH, QUOTE_BAR, Containers, Item
from tui.widgets.transcript.grammar import (
    DELIMITER_ROW,
    FENCE,
    HEADING,
    MARKER,
    RULE,
    UNDERLINE,
    heading_text,
    indent_of,
    interrupting_marker,
    starts_block,
)
from tui.widgets.transcript.leaf import Leaf

_LINE_LIMIT = 1024
"""A longer line is taken in fragments of this many characters."""


class Splitter:
    """Cuts a growing Markdown text into blocks.

    `feed` returns the blocks that have settled, `tail` what the still open rest looks like now,
    `finish` the last blocks.
    """

    def __init__(self) -> None:
        self._line = ""
        self._within_line = False
        self._containers = Containers()
        self._leaf: Leaf | None = None
        self._blank = False
        self._last: Block | None = None
        self._out: list[Block] = []

    def feed(self, text: str) -> list[Block]:
        """Take more text; the blocks that are settled by it."""
        first, *more = text.split("\n")
        self._line += first
        for line in more:
            self._take_line()
            self._line = line
        self._take_fragments()
        return self._drain()

    def tail(self) -> list[Block]:
        """The blocks that the open rest would be, were the text to end here."""
        twin = Splitter()
        twin._line, twin._within_line = self._line, self._within_line
        twin._containers = self._containers.copy()
        twin._leaf = self._leaf.copy() if self._leaf is not None else None
        twin._blank, twin._last = self._blank, self._last
        return twin.finish()

    def finish(self) -> list[Block]:
        """End the text; the blocks that were still open."""
        if self._line or self._within_line:
            self._take_line()
        self._line = ""
        self._close_to(0)
        return self._drain()

    def _drain(self) -> list[Block]:
        out, self._out = self._out, []
        return out

    # Lines

    def _take_line(self) -> None:
        self._take_fragments()
        self._take(self._line, whole=True)
        self._within_line = False

    def _take_fragments(self) -> None:
        while len(self._line) > _LINE_LIMIT:
            fragment, self._line = self._line[:_LINE_LIMIT], self._line[_LINE_LIMIT:]
            self._take(fragment, whole=False)
            self._within_line = True

    def _take(self, text: str, *, whole: bool) -> None:
        if not self._within_line:
            self._start_line(text.expandtabs(4), whole=whole)
        else:
            (self._leaf or self._open(BlockKind.PARAGRAPH)).go_on(text)
        leaf = self._leaf
        while leaf is not None and (settled := leaf.take_settled()) is not None:
            self._emit(leaf, settled, unfinished=leaf.kind is BlockKind.PARAGRAPH)

    def _start_line(self, line: str, *, whole: bool) -> None:
        matched, rest = self._containers.match(line)
        if not rest.strip():
            self._take_blank(matched, rest)
            return
        leaf = self._leaf
        if leaf is not None and matched == len(self._containers):
            if leaf.kind is BlockKind.CODE and self._continue_code(leaf, rest):
                return
        elif leaf is not None and self._is_lazy(leaf, rest):
            leaf.add(rest.strip())
            return
        self._containers.end_list()
        if matched < len(self._containers):
            self._close_to(matched)
        self._take_leaf_line(self._open_containers(rest), whole=whole)

    def _take_blank(self, matched: int, rest: str) -> None:
        leaf = self._leaf
        if self._containers.quote_among(matched):
            self._close_to(matched)
        elif leaf is not None and leaf.kind is BlockKind.CODE:
            leaf.add(rest[leaf.fence_indent :])
            return
        else:
            self._close_leaf()
        self._blank = True

    # Containers

    def _is_lazy(self, leaf: Leaf, rest: str) -> bool:
        """Whether a line that left its container still belongs to the paragraph there."""
        return leaf.kind is BlockKind.PARAGRAPH and not starts_block(
            rest, in_list=self._containers.in_list
        )

    def _open_containers(self, rest: str) -> str:
        while len(self._containers) < MAX_DEPTH and (indent := indent_of(rest)) <= 3:
            stripped = rest.lstrip(" ")
            if stripped.startswith(">"):
                self._close_leaf()
                rest = self._containers.open_quote(stripped)
                continue
            if RULE.match(stripped) or self._is_underline(stripped):
                break
            if self._leaf is not None and self._leaf.kind is BlockKind.PARAGRAPH:
                match = interrupting_marker(stripped, in_list=self._containers.in_list)
            else:
                match = MARKER.match(stripped)
            if match is None:
                break
            self._close_leaf()
            rest = self._containers.open_item(match, stripped, indent)
        return rest

    def _close_to(self, count: int) -> None:
        """Close the leaf and all containers past the first `count`."""
        self._close_leaf()
        while len(self._containers) > count:
            container = self._containers.innermost
            if isinstance(container, Item) and container.fresh:
                self._open(BlockKind.PARAGRAPH)
                self._close_leaf()
            self._containers.close()

    # Leaves

    def _take_leaf_line(self, rest: str, *, whole: bool) -> None:
        stripped = rest.strip()
        if not stripped:
            return
        indent = indent_of(rest)
        if indent > 3 and self._leaf is None:
            self._open(BlockKind.CODE, fence_indent=4).add(rest[4:])
            return
        if indent <= 3 and self._take_single(stripped, indent):
            return
        leaf = self._leaf or self._open(BlockKind.PARAGRAPH)
        if indent <= 3 and self._starts_table(leaf, stripped):
            leaf.kind = BlockKind.TABLE
        leaf.add(stripped if whole else rest.lstrip())

    def _take_single(self, stripped: str, indent: int) -> bool:
        """Take a line that is a block of its own or opens a fence."""
        if self._leaf is not None and self._is_underline(stripped):
            self._leaf.kind = BlockKind.HEADING
            self._close_leaf(level=1 if stripped[0] == "=" else 2)
        elif fence := FENCE.match(stripped):
            self._close_leaf()
            leaf = self._open(BlockKind.CODE, fence_indent=indent)
            leaf.fence, leaf.info = fence[1], fence[2].strip()
        elif heading := HEADING.match(stripped):
            self._close_leaf()
            self._open(BlockKind.HEADING).add(heading_text(heading))
            self._close_leaf(level=len(heading[1]))
        elif RULE.match(stripped):
            self._close_leaf()
            self._open(BlockKind.RULE)
            self._close_leaf()
        else:
            return False
        return True

    def _is_underline(self, stripped: str) -> bool:
        """Whether a line makes the paragraph above it a heading."""
        return self._is_young_paragraph(self._leaf) and bool(UNDERLINE.match(stripped))

    def _starts_table(self, leaf: Leaf, stripped: str) -> bool:
        return (
            self._is_young_paragraph(leaf)
            and len(leaf.lines) == 1
            and "|" in leaf.lines[0]
            and bool(DELIMITER_ROW.match(stripped))
        )

    @staticmethod
    def _is_young_paragraph(leaf: Leaf | None) -> bool:
        return leaf is not None and leaf.kind is BlockKind.PARAGRAPH and leaf.previous is None

    def _continue_code(self, leaf: Leaf, rest: str) -> bool:
        """Give a line to the open code; False where it ends an indented block instead."""
        indent = indent_of(rest)
        if not leaf.fence:
            if indent > 3:
                leaf.add(rest[4:])
                return True
            self._close_leaf()
            return False
        stripped = rest.strip()
        closes = len(stripped) >= len(leaf.fence) and not stripped.strip(leaf.fence[0])
        if closes and indent <= 3:
            self._close_leaf()
        else:
            leaf.add(rest[min(leaf.fence_indent, indent) :])
        return True

    def _open(self, kind: BlockKind, *, fence_indent: int = 0) -> Leaf:
        self._leaf = Leaf(kind, self._gap(), fence_indent=fence_indent)
        self._blank = False
        self._containers.end_list()
        return self._leaf

    def _gap(self) -> str | None:
        """The decoration of the blank row above the block that opens now, if there is one."""
        last = self._last
        if last is None:
            return None
        was_in_list = bool(last.rest.replace(QUOTE_BAR, ""))
        if self._containers.in_list and was_in_list and not self._blank:
            return None
        rest = self._containers.rest()
        shared = 0
        while last.rest.startswith(QUOTE_BAR, shared) and rest.startswith(QUOTE_BAR, shared):
            shared += len(QUOTE_BAR)
        return last.rest[:shared]

    def _close_leaf(self, *, level: int = 0) -> None:
        leaf, self._leaf = self._leaf, None
        if leaf is None:
            return
        if leaf.kind is BlockKind.CODE and not leaf.fence:
            while leaf.lines and not leaf.lines[-1].strip():
                leaf.lines.pop()
                self._blank = True
        if leaf.lines or leaf.previous is None:
            self._emit(leaf, leaf.text, level=level)

    def _emit(self, leaf: Leaf, text: str, *, level: int = 0, unfinished: bool = False) -> None:
        part = 0 if leaf.previous is None else leaf.previous.part + 1
        block = Block(
            leaf.kind,
            text,
            lead=self._containers.lead(),
            rest=self._containers.rest(),
            gap=None if leaf.previous else leaf.gap,
            info=leaf.info,
            level=level,
            previous=leaf.previous,
            unfinished=unfinished and goes_on(part),
            part=part,
        )
        leaf.previous = self._last = block
        self._out.append(block)
