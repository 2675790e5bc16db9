"""An answer while it is being received, whatever the wire."""

from __future__ import annotations

import re

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Usage
from core.providers.base import Chunk, Completion, FinishReason, ModelRequest
from core.providers.target import Target
from core.providers.tokens import estimate_messages, estimate_tokens

_SURROGATE = re.compile("[\ud800-\udfff]")


_MOST = 2**53
"""Tokens; no server counts so many."""


def count_of(value: object) -> int | None:
    """Return a number of tokens that a server tells of; `None` where it tells of none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST:
        return None
    return value


class Answer:
    """Collects pieces of text and what the server says about them."""

    def __init__(self, request: ModelRequest, target: Target) -> None:
        self.model: object = ""
        """As the server says it, like the counts below: of whatever type."""
        self.finish: FinishReason | None = None
        self.input_tokens: object = None
        self.output_tokens: object = None
        self.cached_tokens: object = 0
        self.heard = False
        """Whether the server sent any event at all."""
        self._request = request
        self._target = target
        self._pieces: list[str] = []
        self._half = ""

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(self._pieces)

    def add(self, text: str) -> Chunk | None:
        """Take in a piece; return what of it can be shown now.

        JSON allows a server to escape a character beyond the basic plane as two halves
        and to send them in two events; the first waits here for the second.
        """
        if self._half or _SURROGATE.search(text):
            text = self._whole(self._half + text)
        if not text:
            return None
        self._pieces.append(text)
        return Chunk(text)

    def completion(self) -> Completion:
        """End the answer.

        Raises:
            ProviderError: the server stopped without having finished it.
        """
        if not self.heard:
            raise self._failure(ProviderErrorKind.PROTOCOL, "sent no answer at all")
        if self.finish is None:
            raise self._failure(ProviderErrorKind.NETWORK, "broke off in mid-answer")
        model = self.model if isinstance(self.model, str) else ""
        return Completion(self.text, self._usage(), self.finish, model)

    def _failure(self, kind: ProviderErrorKind, what: str) -> ProviderError:
        return self._target.error(kind, sentence=f"{self._target.settings.name} {what}.")

    def _whole(self, text: str) -> str:
        """Join the halves of characters; keep back a first half that ends the text."""
        self._half = ""
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _usage(self) -> Usage:
        asked, said = count_of(self.input_tokens), count_of(self.output_tokens)
        return Usage(
            estimate_messages(self._request.messages) if asked is None else asked,
            estimate_tokens(self.text) if said is None else said,
            count_of(self.cached_tokens) or 0,
            estimated=asked is None or said is None,
        )
