"""What it costs to paint a block, told from its text: the same on every machine."""

from tui.widgets.transcript.blocks import Block, BlockKind
from tui.widgets.transcript.inline import marks_in

ALLOWANCE = 20_000
"""Effort for the blocks that come newly into view in a frame, in about microseconds. A screen of
prose takes a third of it; what goes beyond is shown as plain text first."""
TOO_LONG = 0.1
"""Seconds of processor time after which a block is plain for good."""

_A_BLOCK = 60
_A_MARK = 14
_A_CELL = 60
_MOST = ALLOWANCE // 2
"""So that no block waits for ever beside one that is painted anew in every frame."""


def effort(block: Block) -> int:
    """About how many microseconds a block takes."""
    text = block.text
    cost = _A_BLOCK + len(text)
    if block.kind is BlockKind.CODE:
        cost += 3 * len(text)
    elif block.kind is BlockKind.TABLE:
        cost += _A_CELL * text.count("|") + _A_MARK * marks_in(text)
    elif block.kind is not BlockKind.LINE:
        cost += _A_MARK * marks_in(text)
    return min(cost, _MOST)
