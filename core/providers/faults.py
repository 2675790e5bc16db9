"""The one place where what vendors raise and answer becomes a `ProviderError`.

Errors with an HTTP status never reach the SDKs: `check_response` is hooked into their
HTTP clients, reads a capped part of the body and raises `HttpFault`. So all of them keep
their `Retry-After`, and a body of a gigabyte is never read.

Shapes of error bodies, all JSON:
- OpenAI: `{"error": {"message", "type", "param", "code"}}`
  (platform.openai.com/docs/guides/error-codes), in a stream the same object as data;
- Anthropic: `{"type": "error", "error": {"type", "message"}}`
  (platform.claude.com/docs/en/api/errors), in a stream under `event: error`;
- Ollama: `{"error": "text"}`, in a stream a line of its own;
- llama.cpp: `{"error": {"code": 400, "message", "type": "exceed_context_size_error"}}`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from core import json_safe
from core.errors import ProviderError, ProviderErrorKind
from core.providers.origins import OtherOrigin
from core.providers.target import Target, quoted
from core.text import read_whole

_BODY_CAP = 16_384
"""Bytes of an error body that are read."""

_OVERFLOW = re.compile(
    r"context.?length|context.?window|context.?size|maximum context|prompt is too long"
    r"|too many tokens|exceeds? the (available )?context|input is too long",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model\b.{0,80}\b(not found|does not exist|not exist|unknown)"
    r"|(unknown|invalid|no such|not a valid) model",
    re.IGNORECASE,
)
_NOT_TAKEN = re.compile(
    r"unsupported|not supported|n.t support|not support|unrecogni[sz]ed|unknown|unexpected"
    r"|not permitted|not allowed|deprecated|no longer|cannot both|extra (field|input|param)",
    re.IGNORECASE,
)

_KIND_BY_STATUS: Mapping[int, ProviderErrorKind] = {
    401: ProviderErrorKind.AUTH,
    402: ProviderErrorKind.UNAVAILABLE,
    403: ProviderErrorKind.AUTH,
    404: ProviderErrorKind.UNKNOWN_MODEL,
    408: ProviderErrorKind.TIMEOUT,
    413: ProviderErrorKind.CONTEXT_OVERFLOW,
    429: ProviderErrorKind.RATE_LIMIT,
    504: ProviderErrorKind.TIMEOUT,
}
"""Other statuses from 500 on are `OVERLOADED`, what is left is `PROTOCOL`."""

_VAGUE_STATUSES = frozenset({400, 422, 500})
"""Statuses that may mean a context overflow or an unknown model; only the message tells."""

_KIND_BY_CODE: Mapping[str, ProviderErrorKind] = {
    "authentication_error": ProviderErrorKind.AUTH,
    "invalid_api_key": ProviderErrorKind.AUTH,
    "permission_error": ProviderErrorKind.AUTH,
    "billing_error": ProviderErrorKind.UNAVAILABLE,
    "insufficient_quota": ProviderErrorKind.UNAVAILABLE,
    "model_not_found": ProviderErrorKind.UNKNOWN_MODEL,
    "not_found_error": ProviderErrorKind.UNKNOWN_MODEL,
    "rate_limit_error": ProviderErrorKind.RATE_LIMIT,
    "rate_limit_exceeded": ProviderErrorKind.RATE_LIMIT,
    "overloaded_error": ProviderErrorKind.OVERLOADED,
    "api_error": ProviderErrorKind.OVERLOADED,
    "server_error": ProviderErrorKind.OVERLOADED,
    "unavailable_error": ProviderErrorKind.OVERLOADED,
    "timeout_error": ProviderErrorKind.TIMEOUT,
    "context_length_exceeded": ProviderErrorKind.CONTEXT_OVERFLOW,
    "exceed_context_size_error": ProviderErrorKind.CONTEXT_OVERFLOW,
    "request_too_large": ProviderErrorKind.CONTEXT_OVERFLOW,
    "content_policy_violation": ProviderErrorKind.REFUSED,
    "content_filter": ProviderErrorKind.REFUSED,
}

_KIND_BY_CLASS: Mapping[str, ProviderErrorKind] = {
    "TimeoutException": ProviderErrorKind.TIMEOUT,
    "APITimeoutError": ProviderErrorKind.TIMEOUT,
    "TimeoutError": ProviderErrorKind.TIMEOUT,
    "UnsupportedProtocol": ProviderErrorKind.UNAVAILABLE,
    "InvalidURL": ProviderErrorKind.UNAVAILABLE,
    "LocalProtocolError": ProviderErrorKind.PROTOCOL,
    "DecodingError": ProviderErrorKind.PROTOCOL,
    "TransportError": ProviderErrorKind.NETWORK,
    "APIConnectionError": ProviderErrorKind.NETWORK,
    "OSError": ProviderErrorKind.NETWORK,
}
"""By the name of the nearest base class, which `httpx`, `httpx2` and the SDKs share."""


class HttpFault(Exception):
    """A response whose status is an error."""

    def __init__(self, status: int, body: str, retry_after: float | None) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status
        self.body = _Body.read(_loaded(body))
        self.retry_after = retry_after


async def check_response(response: Any) -> None:
    """Raise `HttpFault` for an error status: a response hook of `httpx` and `httpx2` clients."""
    if response.status_code < 400:
        return
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) >= _BODY_CAP:
            break
    raise HttpFault(
        response.status_code,
        bytes(body[:_BODY_CAP]).decode("utf-8", "replace"),
        retry_after_seconds(response.headers),
    )


@contextmanager
def mapped(target: Target) -> Iterator[None]:
    """Let nothing out of this block but `ProviderError` (and cancellation).

    Whatever is no known fault of the network was raised while an answer was read, so it
    is the server's way of talking that was not understood.
    """
    try:
        yield
    except ProviderError:
        raise
    except Exception as error:
        raise translate(error, target) from error


def translate(error: Exception, target: Target) -> ProviderError:
    """Return what a foreign exception means."""
    elsewhere = next((each for each in _chain(error) if isinstance(each, OtherOrigin)), None)
    if elsewhere is not None:
        return _redirected(elsewhere, target)
    fault = _http_fault(error)
    if fault is not None:
        kind = _kind_of_codes(fault.body)
        if kind is None and fault.status in _VAGUE_STATUSES:
            kind = _kind_of_message(fault.body)
        kind = kind or _kind_of_status(fault.status)
        return target.error(kind, fault.body.message, retry_after=fault.retry_after)
    stated = getattr(error, "body", None) or getattr(error, "error", None)
    if stated:
        body = _Body.read(stated)
        kind = _kind_of_codes(body) or _kind_of_message(body) or ProviderErrorKind.OVERLOADED
        return target.error(kind, body.message)
    return target.error(_kind_of_class(error), _words_of(error))


def _redirected(error: OtherOrigin, target: Target) -> ProviderError:
    name, place = target.settings.name, quoted(error.place, target.settings.masker)
    return ProviderError(
        ProviderErrorKind.UNAVAILABLE,
        f"{name} redirects to {place}, which is another server.",
        f"Nothing was sent there. If it is right, set providers.{name}.base_url to it.",
    )


def refused_parameter(error: Exception, optional: Collection[str]) -> str | None:
    """Return which of the optional parameters a server does not take, if that is its error."""
    fault = _http_fault(error)
    if fault is None or fault.status not in {400, 422}:
        return None
    body = fault.body
    if body.param in optional:
        return body.param
    if _NOT_TAKEN.search(body.message):
        for name in sorted(optional, key=len, reverse=True):
            if re.search(rf"\b{re.escape(name)}\b", body.message):
                return name
    return None


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return the wait that response headers ask for; RFC 9110 has seconds or a date.

    What is neither, or no finite number, asks for nothing.
    """
    milliseconds, value = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        seconds = float(milliseconds) / 1000 if milliseconds else float(value or "nan")
    except ValueError:
        seconds = _seconds_until(value or "")
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _seconds_until(date: str) -> float:
    """Return how far off a date is; NaN for what is no date."""
    try:
        until = parsedate_to_datetime(date)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return (until - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return math.nan


@dataclass(frozen=True, slots=True)
class _Body:
    """An error body, whichever vendor's."""

    message: str
    codes: tuple[str, ...] = ()
    param: str | None = None

    @classmethod
    def read(cls, stated: object) -> _Body:
        inner = stated.get("error", stated) if isinstance(stated, Mapping) else stated
        if not isinstance(inner, Mapping):
            return cls(inner if isinstance(inner, str) else "")
        message = inner.get("message") or inner.get("detail") or inner.get("error") or ""
        param = inner.get("param")
        return cls(
            message if isinstance(message, str) else json.dumps(message),
            tuple(str(inner[key]) for key in ("code", "type") if inner.get(key)),
            param if isinstance(param, str) else None,
        )


def _loaded(body: str) -> object:
    try:
        return json_safe.loads(body)
    except ValueError:
        return "" if body.lstrip().startswith("<") else body


def _kind_of_codes(body: _Body) -> ProviderErrorKind | None:
    for code in body.codes:
        if code in _KIND_BY_CODE:
            return _KIND_BY_CODE[code]
        status = read_whole(code)
        if status is not None and status > 400:
            return _kind_of_status(status)
    return None


def _kind_of_message(body: _Body) -> ProviderErrorKind | None:
    if _OVERFLOW.search(body.message):
        return ProviderErrorKind.CONTEXT_OVERFLOW
    if _NO_MODEL.search(body.message):
        return ProviderErrorKind.UNKNOWN_MODEL
    return None


def _kind_of_status(status: int) -> ProviderErrorKind:
    other = ProviderErrorKind.OVERLOADED if status >= 500 else ProviderErrorKind.PROTOCOL
    return _KIND_BY_STATUS.get(status, other)


def _kind_of_class(error: Exception) -> ProviderErrorKind:
    if any(type(each).__name__ == "ConnectTimeout" for each in _chain(error)):
        return ProviderErrorKind.NETWORK
    for each in _chain(error):
        for base in type(each).__mro__:
            if base.__name__ in _KIND_BY_CLASS:
                return _KIND_BY_CLASS[base.__name__]
    return ProviderErrorKind.PROTOCOL


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _http_fault(error: Exception) -> HttpFault | None:
    """Find the fault; the Anthropic SDK wraps what a hook raises."""
    return next((each for each in _chain(error) if isinstance(each, HttpFault)), None)


def _words_of(error: Exception) -> str:
    """Return what the innermost exception says; an SDK's own wrapping says less."""
    words = [str(each) for each in _chain(error) if str(each)]
    return words[-1] if words else type(error).__name__
