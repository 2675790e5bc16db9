"""An answer while it is being received, whatever the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.errors import ProviderError, ProviderErrorKind
from core.messages import Usage
from core.providers.base import (
    Chunk,
    Completion,
    FinishReason,
    ModelRequest,
    Reasoning,
    Retraction,
    StreamPart,
)
from core.providers.ends import End, Finish
from core.providers.parameters import Sent
from core.providers.reasoning import Piece, ReasoningSplitter
from core.providers.target import Target
from core.providers.tokens import estimate_messages, estimate_tokens

_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST = 2**53
"""Tokens; no server counts so many."""
_FINISHES: dict[End, FinishReason] = {
    End.COMPLETE: "stop",
    End.LENGTH: "length",
    End.PAUSED: "paused",
    End.UNKNOWN: "unknown",
}


def count_of(value: object) -> int | None:
    """Return a number of tokens that a server tells of; `None` where it tells of none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST:
        return None
    return value


def text_of(value: object) -> str:
    """Return a text that a server sends; what is none counts as empty."""
    return value if isinstance(value, str) else ""


class Answer:
    """Collects pieces of text and what the server says about them."""

    def __init__(self, request: ModelRequest, target: Target, sent: Sent) -> None:
        self.model: object = ""
        """As the server says it, like the counts below: of whatever type."""
        self.finish: Finish | None = None
        self.done = False
        """Whether the server sent the mark that ends a stream."""
        self.input_tokens: object = None
        self.output_tokens: object = None
        self.cached_tokens: object = 0
        self.heard = False
        """Whether the server sent any event at all."""
        self.refusal = ""
        """The model's own words of refusal."""
        self.progress = 0
        """How many events there were that were more than a sign of life."""
        self._request = request
        self._target = target
        self._sent = sent
        self._pieces: list[str] = []
        self._thoughts: list[str] = []
        self._half = ""
        self._splitter = ReasoningSplitter()
        self._stops = StopTexts(sent.stops)

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(self._pieces)

    @property
    def spoken(self) -> bool:
        """Whether there is any text or reasoning."""
        return bool(self._pieces or self._thoughts)

    @property
    def ended(self) -> bool:
        """Whether all was said, whatever comes after it."""
        return self.finish is not None or self.done or self._stops.hit

    @property
    def stopped(self) -> bool:
        """Whether one of the texts came that Salon itself ends an answer at."""
        return self._stops.hit

    def note_finish(self, finish: Finish | None) -> None:
        """Take in why the answer ended; the first reason that says something counts."""
        self.finish = self.finish or finish

    def add(self, text: str) -> list[StreamPart]:
        """Take in a piece of text; return what can be shown now."""
        if not text or self._stops.hit:
            return []
        text = self._joined(text)
        return self._shown(self._splitter.feed(text)) if text else []

    def think(self, text: str) -> list[StreamPart]:
        """Take in a piece of reasoning that the server keeps apart from the text."""
        if not text or not (text := _SURROGATE.sub("\ufffd", text)):
            return []
        self._thoughts.append(text)
        return [Reasoning(text)]

    def flush(self) -> list[StreamPart]:
        """Return what was held back because it might have been the beginning of a mark."""
        half, self._half = self._half, ""
        pieces = self._splitter.feed("\ufffd") if half else []
        parts = self._shown([*pieces, *self._splitter.finish()])
        return parts + self._worded(self._stops.finish())

    def end(self) -> list[StreamPart]:
        """Return the last parts of the answer.

        Raises:
            ProviderError: the server stopped without having finished it, or refused.
        """
        parts = self.flush()
        finish = self._finish()
        reasoning = "".join(self._thoughts)
        if finish.end is End.LENGTH and reasoning and not self.text.strip():
            raise self._thought_too_long()
        model = self.model if isinstance(self.model, str) else ""
        completion = Completion(
            self.text,
            self._usage(),
            _FINISHES[finish.end],
            model,
            reason=finish.reason,
            reasoning=reasoning,
            sent=self._sent.values,
            not_sent=self._sent.not_sent,
        )
        return [*parts, completion]

    def _finish(self) -> Finish:
        """Return why the answer ended. Raises `ProviderError` where it is none."""
        if self._stops.hit:
            return Finish(End.COMPLETE, "stop")
        finish = self.finish
        if self.refusal or (finish is not None and finish.end is End.REFUSED):
            said = self.refusal or self._word_of(finish)
            raise self._target.error(ProviderErrorKind.REFUSED, said)
        if finish is not None and finish.end is End.FAILED:
            sentence = f"{self._target.settings.name} could not finish the answer"
            raise self._target.error(
                ProviderErrorKind.OVERLOADED, f"it ended with {finish.reason!r}", sentence=sentence
            )
        if finish is not None:
            return finish
        if not self.heard:
            raise self._failure(ProviderErrorKind.PROTOCOL, "sent no answer at all")
        if not self.done:
            raise self._failure(ProviderErrorKind.NETWORK, "broke off in mid-answer")
        return Finish(End.COMPLETE, "")

    def _word_of(self, finish: Finish | None) -> str:
        return f"it ended with {finish.reason!r}" if finish is not None else ""

    def _thought_too_long(self) -> ProviderError:
        limit = self._request.params.max_tokens
        which = f"max_tokens ({limit})" if limit else "the limit of tokens"
        return ProviderError(
            ProviderErrorKind.UNAVAILABLE,
            f"Thinking used up {which}: {self._target.settings.name} sent no answer.",
            "Raise max_tokens, lower the model's reasoning effort, or pick another model.",
        )

    def _failure(self, kind: ProviderErrorKind, what: str) -> ProviderError:
        return self._target.error(kind, sentence=f"{self._target.settings.name} {what}.")

    def _shown(self, pieces: Sequence[Piece]) -> list[StreamPart]:
        parts: list[StreamPart] = []
        for piece in pieces:
            if piece.sort == "retract":
                self._thoughts += self._pieces
                self._pieces.clear()
                self._stops = StopTexts(self._sent.stops)
                parts.append(Retraction())
            elif piece.sort == "reasoning":
                parts += self.think(piece.text)
            else:
                parts += self._worded(self._stops.feed(piece.text))
        return parts

    def _worded(self, text: str) -> list[StreamPart]:
        if not text:
            return []
        self._pieces.append(text)
        return [Chunk(text)]

    def _joined(self, text: str) -> str:
        """Join the halves of characters; keep back a first half that ends the text.

        JSON allows a server to escape a character beyond the basic plane as two halves
        and to send them in two events; the first waits here for the second.
        """
        if not self._half and not _SURROGATE.search(text):
            return text
        text, self._half = self._half + text, ""
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _usage(self) -> Usage:
        asked, said = count_of(self.input_tokens), count_of(self.output_tokens)
        written = self.text + "".join(self._thoughts)
        return Usage(
            estimate_messages(self._request.messages) if asked is None else asked,
            estimate_tokens(written) if said is None else said,
            count_of(self.cached_tokens) or 0,
            estimated=asked is None or said is None,
        )


class StopTexts:
    """Ends a text where one of some texts comes, wherever that is cut into chunks."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.hit = False

    def feed(self, text: str) -> str:
        """Take in a piece; return what can be shown now."""
        if not self._stops:
            return text
        if self.hit:
            return ""
        text = self._held + text
        found = min((at for stop in self._stops if (at := text.find(stop)) >= 0), default=-1)
        if found >= 0:
            self.hit, self._held = True, ""
            return text[:found]
        held = max(_overlap(text, stop) for stop in self._stops)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def finish(self) -> str:
        """Return what was held back."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of a text begin a stop text."""
    for length in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
