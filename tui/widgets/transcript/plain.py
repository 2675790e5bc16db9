"""Plain text cut into blocks while it grows: quiet lines and error cards."""

from dataclasses import dataclass

from tui.widgets.transcript.blocks import Block, BlockKind, goes_on

_PART = 2000
"""Characters of a part at most."""
_LEAST = 1000
_LINES = 100


@dataclass(frozen=True, slots=True)
class PlainLook:
    """How a plain text looks; the fields are those of a `Block`."""

    info: str
    attributes: str = ""
    lead: str = ""
    rest: str = ""
    lead_role: str = "marker"


class PlainSplitter:
    """Cuts a growing text into parts, each small enough to be painted in one go.

    It is used as a `Splitter` is.
    """

    def __init__(self, look: PlainLook) -> None:
        self._look = look
        self._text = ""
        self._last: Block | None = None

    def feed(self, text: str) -> list[Block]:
        """Take more text; the blocks that are settled by it."""
        self._text += text.replace("\t", "    ")
        settled = []
        while cut := _cut(self._text):
            settled.append(self._block(self._text[:cut], settled=True))
            self._last = settled[-1]
            self._text = self._text[cut:]
        return settled

    def tail(self) -> list[Block]:
        """The block that the open rest would be, were the text to end here."""
        return [self._block(self._text)] if self._text or self._last is None else []

    def finish(self) -> list[Block]:
        """End the text; the block that was still open."""
        blocks = self.tail()
        self._text = ""
        return blocks

    def _block(self, text: str, *, settled: bool = False) -> Block:
        look, last = self._look, self._last
        part = 0 if last is None else last.part + 1
        return Block(
            BlockKind.LINE,
            text,
            lead=look.rest if part else look.lead,
            rest=look.rest,
            info=look.info,
            attributes=look.attributes,
            lead_role=look.lead_role,
            previous=last,
            unfinished=settled and goes_on(part),
            part=part,
        )


def _cut(text: str) -> int:
    """Where to cut: behind the last line end or space that a part can hold, if there is one.

    0 while the text can be one part.
    """
    at = -1
    for _ in range(_LINES):
        at = text.find("\n", at + 1, _PART)
        if at < 0:
            break
    else:
        return at + 1
    if len(text) <= _PART:
        return 0
    return max(text.rfind(mark, _LEAST, _PART) for mark in "\n ") + 1 or _PART
