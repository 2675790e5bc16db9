"""Answers that go on with a text: a request that ends with the assistant's own words.

Some servers go on with those in place, to the letter. The others would begin a new answer;
they are asked in words.
"""

from __future__ import annotations

from dataclasses import replace

from core.messages import Message
from core.providers.base import Chunk, Completion, ModelRequest, Retraction, StreamPart

GO_ON = "(Your last message broke off. Go on from its very last word and repeat nothing.)"
"""Asks a model to continue its own message."""
_SENTENCE_MARKS = ".,;:!?…)]}%\"'”’"
_FIRST_UNSPACED = "\u2e80"
"""From here on scripts put no space between words."""


def is_unfinished(request: ModelRequest) -> bool:
    """Whether a request ends with an answer that is to be gone on with."""
    return bool(request.messages) and request.messages[-1].role == "assistant"


def with_note(request: ModelRequest) -> ModelRequest:
    """Return an unfinished request with a last message that asks to go on."""
    return replace(request, messages=(*request.messages, Message("user", GO_ON)))


class Joint:
    """Joins an answer to the words that it goes on with.

    Asked in words a model begins with the next word, seldom with the space before it.
    """

    def __init__(self, before: str) -> None:
        self._before = before
        self._gap: str | None = None

    def fit(self, part: StreamPart) -> StreamPart:
        """Return the next part of the answer, a space put before the first where one is due."""
        if isinstance(part, Retraction):
            self._gap = None
        if not isinstance(part, Chunk | Completion):
            return part
        if self._gap is None:
            self._gap = " " if _needs_space(self._before, part.text) else ""
            return replace(part, text=self._gap + part.text)
        return part if isinstance(part, Chunk) else replace(part, text=self._gap + part.text)


def _needs_space(before: str, after: str) -> bool:
    last, first = before[-1:], after[:1]
    ends_word = last.isalnum() or (last != "" and last in _SENTENCE_MARKS)
    return ends_word and first.isalnum() and max(last, first) < _FIRST_UNSPACED
