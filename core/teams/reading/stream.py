"""What of a coordinator's reply is shown to a human, while it streams and afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.engine.reply import TextFilter
from core.teams.reading.names import bare_name, is_final
from core.teams.reading.parts import Bit
from core.teams.reading.reply import ReplyRead
from core.teams.reading.scan import ReplyScanner

_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_QUOTE = "> "
_ARROW = "→ "
_LONGEST_NAME = 80
"""Characters of a recipient that are shown."""


def shown_text(read: ReplyRead) -> str:
    """Return what a reply's record shows: the same as was shown while it streamed."""
    if read.form == "leaf":
        return read.raw
    filter_ = MessageFilter()
    return filter_.feed(read.raw) + filter_.finish()


class MessageFilter(TextFilter):
    """Shows a structured reply as Markdown while it arrives, and any other as it is.

    The reasoning is quoted, each message stands below a line that says whom it is for (none
    for the final answer), and prose around the JSON stays. A message that arrives before its
    recipient waits for it.
    """

    def __init__(self) -> None:
        self._scanner = ReplyScanner()
        self._out: list[str] = []
        self._anything = False
        """Whether anything was shown."""
        self._structured = False
        """Whether there was JSON."""
        self._block = "prose"
        """What the last text shown belongs to; empty where the next begins a block."""
        self._blank: list[str] = []
        """White space that is only shown if its block goes on."""
        self._addressed = False
        self._waiting: list[Bit] = []
        """A message until its recipient is known."""

    def feed(self, text: str) -> str:
        return self._shown(self._scanner.feed(text))

    def finish(self) -> str:
        shown = self._shown(self._scanner.finish())
        self._release()
        if not self._structured:
            self._out += self._blank
        return shown + self._taken()

    def _shown(self, bits: list[Bit]) -> str:
        for bit in bits:
            if bit.kind != "prose":
                self._structured = True
            self._show(bit)
        return self._taken()

    def _taken(self) -> str:
        shown = "".join(self._out)
        self._out.clear()
        return shown

    def _show(self, bit: Bit) -> None:
        if bit.kind == "prose":
            self._write("prose", bit.text)
        elif bit.kind == "reasoning":
            self._write("reasoning", bit.text, _quoted, _QUOTE)
        elif bit.kind in {"message", "stop"}:
            self._wait_or_write(bit)
        elif bit.kind == "to":
            self._address(bit.text)
        else:
            self._release()
            self._addressed = False

    def _wait_or_write(self, bit: Bit) -> None:
        if not self._addressed:
            self._waiting.append(bit)
        elif bit.kind == "message":
            self._write("message", bit.text)
        if bit.kind == "stop":
            self._end_block()

    def _address(self, name: str) -> None:
        self._end_block()
        if not is_final(name):
            shown = ", ".join(bare_name(each) for each in name.split("\n"))
            short = shown if len(shown) <= _LONGEST_NAME else shown[:_LONGEST_NAME] + "…"
            self._write("to", short, prefix=_ARROW)
        self._addressed = True
        self._release()

    def _release(self) -> None:
        """Show the message that waited, and end the block."""
        self._end_block()
        self._addressed, waiting, self._waiting = True, self._waiting, []
        for bit in waiting:
            self._wait_or_write(bit)
        self._end_block()

    def _end_block(self) -> None:
        self._block = ""
        if self._structured:
            self._blank.clear()

    def _write(
        self,
        block: str,
        text: str,
        form: Callable[[str], str] = str,
        prefix: str = "",
    ) -> None:
        """Show a piece of a block; the first of one begins it, white space waits."""
        if self._block != block:
            text = text.lstrip()
            if not text:
                return
            self._blank.clear()
            self._out.append(("\n\n" if self._anything else "") + prefix)
            self._block = block
        elif text.isspace():
            self._blank.append(text)
            return
        whole = "".join((*self._blank, text))
        body = whole.rstrip()
        self._blank = [whole[len(body) :]]
        self._out.append(form(body))
        self._anything = True


def _quoted(text: str) -> str:
    return _LINE_END.sub("\n" + _QUOTE, text)
