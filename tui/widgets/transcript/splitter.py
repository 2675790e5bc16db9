"""Markdown cut into leaf blocks while it streams in.

The cutter works line by line, as CommonMark does: a line first continues the open containers
(quotes, list items), may open new ones, and what remains goes to the open leaf. Blocks come out
flat: a nested list is a run of blocks with growing indentation, so that each can be painted and
cached alone. A long paragraph, fence or table is cut into settled parts as it grows, by rules that
look only at what came before; so the blocks of a text do not depend on the pieces it arrived in.
"""

import re
from dataclasses import dataclass, field, replace

from tui.widgets.transcript.blocks import Block, BlockKind

_LINE_LIMIT = 1024
"""A longer line is taken in fragments of this many characters."""
_PARAGRAPH_LIMIT = 2000
_PARAGRAPH_LEAST = 1000
_CODE_LINES = 32
"""A fence is cut at the first blank line after this many, or after twice as many."""
_CODE_CHARACTERS = 3000
_TABLE_ROWS = 24
_MAX_DEPTH = 12
"""Deeper nesting is text: it could not be shown in a pane anyway."""

_FENCE = re.compile(r"(`{3,}|~{3,})\s*([^`]*)$")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_SETEXT = re.compile(r"(=+|-+)[ \t]*$")
_MARKER = re.compile(r"([-+*]|\d{1,9}[.)])( +|$)")
_DELIMITER_ROW = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")

QUOTE_BAR = "▎ "
BULLETS = ("• ", "◦ ", "▪ ")


@dataclass(slots=True)
class _Quote:
    """An open block quote."""

    bar: str = QUOTE_BAR


@dataclass(slots=True)
class _Item:
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


_Container = _Quote | _Item


@dataclass(slots=True)
class _Leaf:
    """The open leaf block."""

    kind: BlockKind
    lines: list[str] = field(default_factory=list)
    size: int = 0
    fence: str = ""
    fence_indent: int = 0
    info: str = ""
    previous: Block | None = None
    gap: str | None = None

    def add(self, line: str) -> None:
        self.lines.append(line)
        self.size += len(line) + 1


class Splitter:
    """Cuts a growing Markdown text into blocks.

    `feed` returns the blocks that have settled, `tail` what the still open rest looks like now,
    `finish` the last blocks.
    """

    def __init__(self) -> None:
        self._line = ""
        self._within_line = False
        self._containers: list[_Container] = []
        self._leaf: _Leaf | None = None
        self._blank = False
        self._last: Block | None = None
        self._closed_item: _Item | None = None
        self._out: list[Block] = []

    def feed(self, text: str) -> list[Block]:
        """Take more text; the blocks that are settled by it."""
        first, *more = text.split("\n")
        self._line += first
        for line in more:
            self._take_line(self._line)
            self._line = line
        self._take_fragments()
        return self._drain()

    def tail(self) -> list[Block]:
        """The blocks that the open rest would be, were the text to end here."""
        twin = self._twin()
        return twin.finish()

    def finish(self) -> list[Block]:
        """End the text; the blocks that were still open."""
        if self._line or self._within_line:
            self._take_line(self._line)
        self._line = ""
        self._close_to(0)
        return self._drain()

    def _twin(self) -> "Splitter":
        twin = Splitter()
        twin._line = self._line
        twin._within_line = self._within_line
        twin._containers = [replace(container) for container in self._containers]
        if self._leaf is not None:
            twin._leaf = replace(self._leaf, lines=self._leaf.lines.copy())
        twin._blank = self._blank
        twin._last = self._last
        twin._closed_item = self._closed_item
        return twin

    def _drain(self) -> list[Block]:
        out, self._out = self._out, []
        return out

    # Lines

    def _take_fragments(self) -> None:
        while len(self._line) > _LINE_LIMIT:
            fragment, self._line = self._line[:_LINE_LIMIT], self._line[_LINE_LIMIT:]
            self._take(fragment)
            self._within_line = True

    def _take_line(self, line: str) -> None:
        self._line = line
        self._take_fragments()
        self._take(self._line)
        self._within_line = False

    def _take(self, text: str) -> None:
        if self._within_line:
            self._go_on(text)
        else:
            self._start_line(text.expandtabs(4))
        self._cut_leaf()

    def _go_on(self, fragment: str) -> None:
        """Take the next fragment of a line too long to be looked at whole."""
        leaf = self._leaf
        if leaf is None:
            self._open(BlockKind.PARAGRAPH).add(fragment)
        elif leaf.kind is BlockKind.CODE or not leaf.lines:
            leaf.add(fragment)
        else:
            leaf.lines[-1] += fragment
            leaf.size += len(fragment)

    def _start_line(self, line: str) -> None:
        matched, rest = self._match_containers(line)
        leaf = self._leaf
        if not rest.strip():
            self._take_blank(matched, rest)
            return
        if leaf is not None and matched == len(self._containers):
            if leaf.kind is BlockKind.CODE:
                if self._continue_code(leaf, rest):
                    return
                leaf = self._leaf
        elif leaf is not None and self._is_lazy(leaf, rest):
            leaf.add(rest.strip())
            return
        self._closed_item = None
        if matched < len(self._containers):
            self._close_to(matched)
        rest = self._open_containers(rest)
        self._take_leaf_line(rest)

    def _match_containers(self, line: str) -> tuple[int, str]:
        """How many open containers the line continues, and what is left of it."""
        for index, container in enumerate(self._containers):
            stripped = line.lstrip(" ")
            indent = len(line) - len(stripped)
            if isinstance(container, _Quote):
                if indent > 3 or not stripped.startswith(">"):
                    return index, line
                line = stripped[1:].removeprefix(" ")
            elif not stripped:
                line = ""
            elif indent >= container.width:
                line = line[container.width :]
            else:
                return index, line
        return len(self._containers), line

    def _take_blank(self, matched: int, rest: str) -> None:
        leaf = self._leaf
        lost_quote = any(isinstance(c, _Quote) for c in self._containers[matched:])
        if lost_quote:
            self._close_to(matched)
        elif leaf is not None and leaf.kind is BlockKind.CODE:
            leaf.add(rest[leaf.fence_indent :])
            return
        else:
            self._close_leaf()
        self._blank = True

    # Containers

    def _is_lazy(self, leaf: _Leaf, rest: str) -> bool:
        """Whether a line that left its container still belongs to the paragraph there."""
        return leaf.kind is BlockKind.PARAGRAPH and not self._starts_block(rest)

    def _starts_block(self, rest: str) -> bool:
        stripped = rest.lstrip(" ")
        if len(rest) - len(stripped) > 3:
            return False
        return bool(
            stripped.startswith(">")
            or _FENCE.match(stripped)
            or _HEADING.match(stripped)
            or _RULE.match(stripped)
            or self._interrupting_marker(stripped)
        )

    def _interrupting_marker(self, stripped: str) -> re.Match[str] | None:
        """A list marker that may end a paragraph: not empty, and numbered from one."""
        match = _MARKER.match(stripped)
        if match is None or not stripped[match.end() :]:
            return None
        number = match[1][:-1]
        if number and number != "1" and not any(isinstance(c, _Item) for c in self._containers):
            return None
        return match

    def _open_containers(self, rest: str) -> str:
        while len(self._containers) < _MAX_DEPTH:
            stripped = rest.lstrip(" ")
            indent = len(rest) - len(stripped)
            if indent > 3:
                break
            if stripped.startswith(">"):
                self._close_leaf()
                self._containers.append(_Quote())
                rest = stripped[1:].removeprefix(" ")
                continue
            if _RULE.match(stripped) or self._is_setext(stripped):
                break
            in_paragraph = self._leaf is not None and self._leaf.kind is BlockKind.PARAGRAPH
            match = self._interrupting_marker(stripped) if in_paragraph else _MARKER.match(stripped)
            if match is None:
                break
            self._close_leaf()
            rest = self._open_item(match, stripped, indent)
        return rest

    def _open_item(self, match: re.Match[str], stripped: str, indent: int) -> str:
        marker, spaces = match[1], len(match[2])
        if not 1 <= spaces <= 4:
            spaces = 1
        sort, digits = marker[-1], marker[:-1]
        before = self._closed_item
        if before is not None and before.sort == sort:
            number = before.number + 1
        else:
            number = int(digits) if digits else 0
        self._closed_item = None
        depth = sum(isinstance(c, _Item) for c in self._containers)
        painted = f"{number}{sort} " if digits else BULLETS[depth % len(BULLETS)]
        width = indent + len(marker) + spaces
        self._containers.append(_Item(width, sort, number, painted))
        return stripped[len(marker) + spaces :]

    def _close_to(self, count: int) -> None:
        """Close the leaf and all containers past the first `count`."""
        self._close_leaf()
        while len(self._containers) > count:
            container = self._containers[-1]
            if isinstance(container, _Item):
                if container.fresh:
                    self._open(BlockKind.PARAGRAPH)
                    self._close_leaf()
                self._closed_item = container
            else:
                self._closed_item = None
            self._containers.pop()

    # Leaves

    def _take_leaf_line(self, rest: str) -> None:
        stripped = rest.strip()
        if not stripped:
            return
        leaf = self._leaf
        indent = len(rest) - len(rest.lstrip(" "))
        if indent > 3:
            if leaf is None:
                self._open(BlockKind.CODE, fence_indent=4).add(rest[4:])
            else:
                leaf.add(stripped)
            return
        if self._take_single(stripped, indent):
            return
        leaf = self._leaf
        if leaf is None:
            leaf = self._open(BlockKind.PARAGRAPH)
        elif self._starts_table(leaf, stripped):
            leaf.kind = BlockKind.TABLE
        leaf.add(stripped if len(rest) <= _LINE_LIMIT - 4 else rest.lstrip())

    def _take_single(self, stripped: str, indent: int) -> bool:
        """Take a line that is a block of its own or opens a fence."""
        if self._is_setext(stripped):
            leaf = self._leaf
            assert leaf is not None
            leaf.kind = BlockKind.HEADING
            self._close_leaf(level=1 if stripped[0] == "=" else 2)
        elif fence := _FENCE.match(stripped):
            self._close_leaf()
            self._open(BlockKind.CODE, fence=fence[1], fence_indent=indent, info=fence[2].strip())
        elif heading := _HEADING.match(stripped):
            self._close_leaf()
            self._open(BlockKind.HEADING).add(heading[2] or "")
            self._close_leaf(level=len(heading[1]))
        elif _RULE.match(stripped):
            self._close_leaf()
            self._open(BlockKind.RULE)
            self._close_leaf()
        else:
            return False
        return True

    def _is_setext(self, stripped: str) -> bool:
        leaf = self._leaf
        return (
            leaf is not None
            and leaf.kind is BlockKind.PARAGRAPH
            and leaf.previous is None
            and bool(_SETEXT.match(stripped))
        )

    def _starts_table(self, leaf: _Leaf, stripped: str) -> bool:
        return (
            leaf.kind is BlockKind.PARAGRAPH
            and leaf.previous is None
            and len(leaf.lines) == 1
            and "|" in leaf.lines[0]
            and bool(_DELIMITER_ROW.match(stripped))
        )

    def _continue_code(self, leaf: _Leaf, rest: str) -> bool:
        """Give a line to the open fence; False where it ends an indented block instead."""
        if not leaf.fence:
            if rest.startswith("    "):
                leaf.add(rest[4:])
                return True
            self._close_leaf()
            return False
        stripped = rest.strip()
        if (
            len(stripped) >= len(leaf.fence)
            and not stripped.strip(leaf.fence[0])
            and not rest.startswith("    ")
        ):
            self._close_leaf()
            return True
        indent = min(leaf.fence_indent, len(rest) - len(rest.lstrip(" ")))
        leaf.add(rest[indent:])
        return True

    def _open(
        self, kind: BlockKind, *, fence: str = "", fence_indent: int = 0, info: str = ""
    ) -> _Leaf:
        gap = self._gap()
        self._blank = False
        self._closed_item = None
        self._leaf = _Leaf(kind, fence=fence, fence_indent=fence_indent, info=info, gap=gap)
        return self._leaf

    def _gap(self) -> str | None:
        """The decoration of the blank row above the block that opens now, if there is one."""
        last = self._last
        if last is None:
            return None
        in_list = any(isinstance(container, _Item) for container in self._containers)
        if in_list and self._was_in_list and not self._blank:
            return None
        shared = 0
        while last.rest[shared : shared + 2] == QUOTE_BAR and self._rest()[shared:].startswith(
            QUOTE_BAR
        ):
            shared += 2
        return last.rest[:shared]

    @property
    def _was_in_list(self) -> bool:
        return self._last is not None and len(self._last.rest.replace(QUOTE_BAR, "")) > 0

    def _rest(self) -> str:
        return "".join(
            c.bar if isinstance(c, _Quote) else " " * len(c.marker) for c in self._containers
        )

    def _lead(self) -> str:
        parts: list[str] = []
        for container in self._containers:
            if isinstance(container, _Quote):
                parts.append(container.bar)
            elif container.fresh:
                parts.append(container.marker)
                container.fresh = False
            else:
                parts.append(" " * len(container.marker))
        return "".join(parts)

    def _close_leaf(self, *, level: int = 0) -> None:
        leaf, self._leaf = self._leaf, None
        if leaf is None:
            return
        lines = leaf.lines
        if leaf.kind is BlockKind.CODE and not leaf.fence:
            while lines and not lines[-1].strip():
                lines.pop()
                self._blank = True
        if leaf.previous is not None and not lines:
            return
        self._emit(leaf, "\n".join(lines), level=level)

    def _emit(self, leaf: _Leaf, text: str, *, level: int = 0, unfinished: bool = False) -> None:
        block = Block(
            leaf.kind,
            text,
            lead=self._lead(),
            rest=self._rest(),
            gap=None if leaf.previous else leaf.gap,
            info=leaf.info,
            level=level,
            previous=leaf.previous,
            unfinished=unfinished,
        )
        leaf.previous = block
        self._last = block
        self._out.append(block)

    # Settled parts

    def _cut_leaf(self) -> None:
        """Settle the beginning of a leaf that has grown long."""
        leaf = self._leaf
        if leaf is None:
            return
        if leaf.kind is BlockKind.PARAGRAPH:
            while leaf.size > _PARAGRAPH_LIMIT:
                self._cut_paragraph(leaf)
        elif leaf.kind is BlockKind.CODE:
            count = len(leaf.lines)
            at_blank = count >= _CODE_LINES and not leaf.lines[-1].strip()
            if at_blank or count >= 2 * _CODE_LINES or leaf.size >= _CODE_CHARACTERS:
                self._settle(leaf)
        elif leaf.kind is BlockKind.TABLE and (
            len(leaf.lines) >= _TABLE_ROWS or leaf.size >= _CODE_CHARACTERS
        ):
            self._settle(leaf)

    def _settle(self, leaf: _Leaf) -> None:
        self._emit(leaf, "\n".join(leaf.lines))
        leaf.lines = []
        leaf.size = 0

    def _cut_paragraph(self, leaf: _Leaf) -> None:
        text = "\n".join(leaf.lines)
        cut = _calm_cut(text)
        self._emit(leaf, text[:cut], unfinished=True)
        leaf.lines = text[cut:].split("\n")
        leaf.size = len(text) - cut + 1


def _calm_cut(text: str) -> int:
    """Where to cut a long paragraph: after a space outside of inline markup, if there is one."""
    best = 0
    for match in re.finditer(r"\s", text[_PARAGRAPH_LEAST:_PARAGRAPH_LIMIT]):
        cut = _PARAGRAPH_LEAST + match.end()
        best = best or cut
        before = text[:cut]
        if not (
            before.count("`") % 2 or before.count("*") % 2 or before.count("[") > before.count("]")
        ):
            return cut
    return best or _PARAGRAPH_LIMIT
