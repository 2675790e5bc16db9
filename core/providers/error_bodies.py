"""What the bodies of errors say, whichever vendor wrote them.

Shapes, all JSON:
- OpenAI: `{"error": {"message", "type", "param", "code"}}`
  (platform.openai.com/docs/guides/error-codes), in a stream the same object as data;
- Anthropic: `{"type": "error", "error": {"type", "message"}}`
  (platform.claude.com/docs/en/api/errors), in a stream under `event: error`;
- Ollama: `{"error": "text"}`, in a stream a line of its own;
- llama.cpp: `{"error": {"code": 400, "message", "type": "exceed_context_size_error"}}`;
- Gemini: `[{"error": {"code": 400, "message", "status": "INVALID_ARGUMENT", "details"}}]`;
- OpenRouter: `{"error": {"code", "message", "metadata": {"raw", "provider_name", "reasons"}}}`;
- vLLM: `{"object": "error", "message", "type", "code"}`;
- MiniMax: `{"base_resp": {"status_code": 1008, "status_msg"}}`, under status 200 too;
- FastAPI: `{"detail": "text"}` or `{"detail": [{"loc", "msg"}]}`;
- gateways: `{"code": 500, "msg"}`, `{"message"}`, `{"errors": [{"message"}]}`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core import json_safe

_MESSAGE_KEYS = (
    "message", "msg", "detail", "error_description", "error_msg", "errorMessage", "status_msg",
    "reason", "title", "error", "errors",
)  # fmt: skip
_CODE_KEYS = ("code", "type", "status", "error_code", "errorCode", "status_code", "__type")
_ANSWER_KEYS = frozenset({"choices", "candidates", "delta", "content_block", "done", "usage"})
"""An object with one of these is an answer's, whatever else it says."""
_DEEPEST = 6
_LONGEST_MESSAGE = 2000
"""Characters of a message that are looked at."""
_TITLE = re.compile(r"<(title|h1)[^<>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,500}>")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error body says."""

    message: str
    codes: tuple[str, ...] = ()
    """The vendor's codes for what went wrong, the most exact first."""
    param: str | None = None
    """The parameter that it is about."""
    wait: float | None = None
    """Seconds after which the server says to try again."""
    table: str = ""
    """Whose numbers the codes are, where the shape of the body tells."""
    page: bool = False
    """Whether it was a page of HTML."""
    moderated: bool = False
    """Whether it says what about the words was not allowed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", self.message[:_LONGEST_MESSAGE])

    @classmethod
    def parse(cls, text: str) -> ErrorBody:
        """Read the body of a response."""
        stripped = text.lstrip("\ufeff \t\r\n")
        if stripped.startswith("<"):
            return cls(page_words(stripped), page=True)
        try:
            return cls.of(json_safe.loads(text))
        except ValueError:
            return cls(_event_words(text))

    @classmethod
    def of(cls, value: object) -> ErrorBody:
        """Read a JSON value that is an error."""
        outer = _unlisted(value)
        if not isinstance(outer, Mapping):
            return cls(outer if isinstance(outer, str) else "")
        if isinstance(base := outer.get("base_resp"), Mapping):
            return cls(_words(base), _codes(base), table="minimax")
        inner = _unlisted(outer.get("error") or outer)
        if isinstance(inner, str):
            return cls(_nested(inner), _codes(outer), wait=_number(outer.get("estimated_time")))
        if not isinstance(inner, Mapping):
            inner = outer
        more = inner.get("metadata")
        more = more if isinstance(more, Mapping) else {}
        param = inner.get("param")
        return cls(
            _with_raw(_words(inner), more),
            (*_codes(inner), *(_codes(outer) if inner is not outer else ())),
            param if isinstance(param, str) else None,
            _number(outer.get("estimated_time")) or _asked_wait(inner),
            moderated=bool(more.get("reasons") or "flagged_input" in more),
        )


def stated_error(value: object) -> ErrorBody | None:
    """Return the error that a JSON value of an answer is; `None` if it is none."""
    if isinstance(value, list):
        value = _unlisted(value)
        return stated_error(value) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping):
        return None
    if value.get("error") or value.get("object") == "error" or value.get("type") == "error":
        return ErrorBody.of(value)
    base = value.get("base_resp")
    if isinstance(base, Mapping) and base.get("status_code") not in {0, "0", None}:
        return ErrorBody.of(value)
    for choice in _objects(value.get("choices")):
        if choice.get("error"):
            return ErrorBody.of(choice)
    if _ANSWER_KEYS & value.keys() or isinstance(value.get("message"), Mapping):
        return None
    body = ErrorBody.of(value)
    known = {"msg", "message", "detail", "errors", "error_msg", "error_code", "errorMessage"}
    return body if body.message and known & value.keys() else None


def page_words(page: str) -> str:
    """Return what a page of HTML says in its title, else its beginning without the tags."""
    if match := _TITLE.search(page):
        words = " ".join(html.unescape(match[2]).split())
        if words:
            return words
    return " ".join(html.unescape(_TAG.sub(" ", page[:4000])).split())[:300]


def _unlisted(value: object) -> object:
    """Return the first object of a list: Gemini sends its errors in one."""
    for _ in range(_DEEPEST):
        if not (isinstance(value, list) and value):
            break
        value = value[0]
    return value


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, Mapping))


def _words(value: object, depth: int = 0) -> str:
    """Return the message in an object, however deep it stands."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, str):
        return _nested(value, depth)
    if isinstance(value, list):
        return "; ".join(filter(None, (_of_item(each, depth) for each in value[:5])))
    if isinstance(value, Mapping):
        for key in _MESSAGE_KEYS:
            if value.get(key) and (found := _words(value[key], depth + 1)):
                return found
    return ""


def _of_item(value: object, depth: int) -> str:
    words = _words(value, depth + 1)
    if isinstance(value, Mapping) and isinstance(place := value.get("loc"), list):
        return ".".join(str(each) for each in place if each != "body") + f": {words}"
    return words


def _nested(text: str, depth: int = 0) -> str:
    """Return the message of JSON that stands in a string, else the string."""
    if text.lstrip().startswith(("{", "[")):
        try:
            inner = json_safe.loads(text)
        except ValueError:
            return text
        return _words(_unlisted(inner), depth + 1) or text
    return page_words(text) if text.lstrip().lower().startswith(("<!doctype", "<html")) else text


def _with_raw(message: str, more: Mapping[str, Any]) -> str:
    """Add what the provider behind a gateway said, and what was objected to."""
    parts = [message]
    raw = more.get("raw")
    raw_words = _words(raw) if raw else ""
    if raw_words and raw_words not in message:
        provider = more.get("provider_name")
        parts.append(f"{provider}: {raw_words}" if isinstance(provider, str) else raw_words)
    reasons = [each for each in more.get("reasons") or () if isinstance(each, str)]
    if reasons:
        parts.append(", ".join(reasons))
    return " · ".join(filter(None, parts))


def _codes(value: Mapping[str, Any]) -> tuple[str, ...]:
    found = (value.get(key) for key in _CODE_KEYS)
    return tuple(
        str(each) for each in found if isinstance(each, str | int) and each and each != "error"
    )


def _number(value: object) -> float | None:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain and 0 <= value < 1e9 else None  # type: ignore[operator, arg-type]


def _asked_wait(inner: Mapping[str, Any]) -> float | None:
    """Return the wait of Gemini's `RetryInfo`."""
    for each in _objects(inner.get("details")):
        delay = each.get("retryDelay")
        if isinstance(delay, str) and re.fullmatch(r"\d{1,6}(\.\d{1,9})?s", delay):
            return float(delay[:-1])
    return None


def _event_words(text: str) -> str:
    """Return what a body says that is neither JSON nor HTML; it may be an event."""
    for line in text.splitlines():
        if line.startswith("data:"):
            return ErrorBody.parse(line.removeprefix("data:").strip()).message
    return text
