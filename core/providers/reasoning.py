"""Takes a model's reasoning out of its words while they are streamed.

Shapes: `<think>…</think>` and its kin, several of them, the opening one missing, split over
chunks wherever; and the channels of gpt-oss (`<|channel|>analysis<|message|>…<|end|>`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

Sort = Literal["words", "reasoning", "retract"]


class Piece(NamedTuple):
    """A piece of a stream.

    `retract` says that all words so far were reasoning: its opening mark was missing.
    """

    sort: Sort
    text: str


_PAIRS: Mapping[str, str] = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "<seed:think>": "</seed:think>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "<|start_thinking|>": "<|end_thinking|>",
    "<|inner_prefix|>": "<|inner_suffix|>",
    "[think]": "[/think]",
    "◁think▷": "◁/think▷",
}
"""In lower case."""
_LONE_CLOSES = frozenset({"</think>", "</thinking>", "</seed:think>", "[/think]", "◁/think▷"})
"""Closing marks that mean reasoning even where none was opened."""
_WRAPPERS = frozenset({
    "<|begin_of_solution|>", "<|end_of_solution|>", "<|start_response|>", "<|end_response|>",
})  # fmt: skip
"""Marks around the words themselves; they are dropped."""
_CHANNEL, _MESSAGE, _START = "<|channel|>", "<|message|>", "<|start|>"
_ENDS = frozenset({"<|end|>", "<|return|>", "<|call|>"})
_CONTROL = frozenset({_CHANNEL, _MESSAGE, _START, *_ENDS, "<|constrain|>"})
_MARKS = tuple({*_PAIRS, *_PAIRS.values(), *_WRAPPERS, *_CONTROL})
_ANY = re.compile("|".join(re.escape(each) for each in sorted(_MARKS, key=len, reverse=True)), re.I)
_FIRSTS = frozenset(each[0] for each in _MARKS)
_LONGEST = max(map(len, _MARKS))
_LONGEST_HEADER = 200
"""Characters between `<|channel|>` and `<|message|>`; more of them are words."""


class ReasoningSplitter:
    """Splits one answer; what comes out does not depend on how it was cut into chunks."""

    def __init__(self) -> None:
        self._held = ""
        """An end that may be the beginning of a mark, or a header that is not complete."""
        self._close = ""
        """The mark that ends the reasoning; empty outside of it."""
        self._header: str | None = None
        """The header of a gpt-oss message as far as it has come."""
        self._channels = False
        self._analysis = False
        self._spoken = False
        """Whether there are words that are more than white space."""
        self._blank = ""
        """White space before the first word, or after reasoning: dropped if reasoning follows."""
        self._opened = False
        """Whether reasoning was seen at all."""
        self._quoted = False
        """Whether what was split so far ends in a backtick: a mark after it is quoted."""

    def feed(self, text: str) -> list[Piece]:
        """Take in a chunk; return what it shows."""
        if text and not self._held and self._plain(text):
            self._quoted = text.endswith("`")
            return [Piece("words", text)]
        return _joined(self._split(self._held + text, last=False))

    def finish(self) -> list[Piece]:
        """Return what was held back."""
        pieces = _joined(self._split(self._held, last=True))
        if self._blank and not self._opened:
            pieces.append(Piece("words", self._blank))
        self._blank = ""
        return pieces

    def _plain(self, text: str) -> bool:
        outside = self._spoken and not self._close and self._header is None and not self._channels
        return outside and not self._blank and _FIRSTS.isdisjoint(text)

    def _split(self, text: str, *, last: bool) -> Iterator[Piece]:
        at = 0
        while match := _ANY.search(text, at):
            yield from self._text(text[at : match.start()])
            yield from self._mark(match[0])
            at, self._quoted = match.end(), False
        end = len(text) if last else max(at, _unfinished(text))
        self._held = text[end:]
        yield from self._text(text[at:end])

    def _text(self, text: str) -> Iterator[Piece]:
        if not text:
            return
        self._quoted = text.endswith("`")
        if self._header is not None:
            self._header += text
            if len(self._header) <= _LONGEST_HEADER:
                return
            text, self._header = self._header, None
        if self._close or (self._channels and self._analysis):
            yield Piece("reasoning", text)
            return
        text, self._blank = self._blank + text, ""
        if not self._spoken:
            # White space before the first word waits, and is dropped after reasoning.
            text = text.lstrip() if self._opened else text
            if not text.strip():
                self._blank = text
                return
            self._spoken = True
        yield Piece("words", text)

    def _mark(self, mark: str) -> Iterator[Piece]:
        known = mark.lower()
        if known in _CONTROL:
            yield from self._control(known)
        elif self._close:
            if known == self._close:
                self._close = ""
            else:
                yield Piece("reasoning", mark)
        elif known in _PAIRS:
            if self._quoted:
                yield from self._text(mark)
                return
            self._close, self._opened = _PAIRS[known], True
            self._blank = ""
        elif known in _LONE_CLOSES and not self._quoted:
            yield from self._lone_close()
        elif known in _WRAPPERS or self._opened:
            return
        else:
            yield from self._text(mark)

    def _lone_close(self) -> Iterator[Piece]:
        """All words so far were reasoning, unless reasoning was closed before."""
        if self._opened:
            return
        self._opened, self._blank = True, ""
        if self._spoken:
            self._spoken = False
            yield Piece("retract", "")

    def _control(self, mark: str) -> Iterator[Piece]:
        if mark in {_CHANNEL, _START}:
            self._channels, self._opened = True, True
            if mark == _CHANNEL or self._header is None:
                self._header = ""
        elif mark == _MESSAGE:
            header, self._header = self._header or "", None
            self._analysis = "final" not in header.lower() and bool(header.strip())
        elif mark in _ENDS:
            self._header, self._analysis = None, True
        yield from ()


def _unfinished(text: str) -> int:
    """Return where the end of a text begins that may be the beginning of a mark."""
    lowered = text[-_LONGEST:].lower()
    start = len(text) - len(lowered)
    for at, character in enumerate(lowered):
        if character in _FIRSTS and any(mark.startswith(lowered[at:]) for mark in _MARKS):
            return start + at
    return len(text)


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.sort == joined[-1].sort != "retract":
            joined[-1] = Piece(piece.sort, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined
