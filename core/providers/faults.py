"""The one place where what vendors raise and answer becomes a `ProviderError`.

Errors with an HTTP status never reach the SDKs: `check_response` is hooked into their
HTTP clients, reads a capped part of the body and raises `HttpFault`. So all of them keep
their `Retry-After`, and a body of a gigabyte is never read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from core.errors import ProviderError, ProviderErrorKind
from core.providers.causes import Cause, cause_of
from core.providers.error_bodies import ErrorBody, page_words
from core.providers.event_stream import Malformed, WebPage
from core.providers.origins import OtherOrigin
from core.providers.target import Target, quoted

_BODY_CAP = 16_384
"""Bytes of an error body that are read."""
_WAIT = re.compile(
    r"(?:try again|retry|available|wait|resets?)(?: after| in| again in)?:? "
    r"(?:(\d{1,4}) ?h(?:ours?)?,? ?)?(?:(\d{1,5}) ?m(?:in(?:utes?)?)?(?!s),? ?)?"
    r"(?:(\d{1,6}(?:\.\d{1,9})?) ?s(?:ec(?:onds?)?)?\b)?",
    re.IGNORECASE,
)
"""A wait in words: "Please try again in 7m12.5s"."""

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
        self.body = ErrorBody.parse(body)
        self.retry_after = retry_after


class StatedFault(Exception):
    """An error that a server states in the body of an answer: status 200, or in mid-stream."""

    def __init__(self, body: ErrorBody) -> None:
        super().__init__(body.message)
        self.body = body


class Silence(Exception):
    """A server said nothing for too long; `setting` is the limit that was reached."""

    def __init__(self, seconds: float, setting: str) -> None:
        super().__init__(f"nothing for {seconds:g} s")
        self.seconds = seconds
        self.setting = setting


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
    for each in _chain(error):
        match each:
            case OtherOrigin():
                return _redirected(each, target)
            case HttpFault():
                return _stated(each.status, each.body, each.retry_after, target)
            case StatedFault():
                return _stated(0, each.body, None, target)
            case Silence():
                return _silent(each, target)
            case WebPage():
                return target.fault(Cause.PAGE, page_words(str(each)))
            case Malformed():
                return _malformed(str(each), target)
    if stated := getattr(error, "body", None) or getattr(error, "error", None):
        return _stated(0, ErrorBody.of(stated), None, target)
    if _is_silence(error):
        limit = max(target.settings.prompt_timeout, target.settings.read_timeout)
        return _silent(Silence(limit, "prompt_timeout"), target)
    return target.error(_kind_of_class(error), _words_of(error))


def _stated(
    status: int, body: ErrorBody, retry_after: float | None, target: Target
) -> ProviderError:
    wait = retry_after if retry_after is not None else body.wait
    if wait is None:
        wait = _wait_in(body.message)
    return target.fault(cause_of(status, body), body.message, retry_after=wait)


def _silent(error: Silence, target: Target) -> ProviderError:
    name = target.settings.name
    return target.error(
        ProviderErrorKind.TIMEOUT,
        sentence=f"{name} sent nothing for {error.seconds:g} s.",
        hint=f"Try again, or raise providers.{name}.{error.setting}.",
        # The server may still be reading the prompt: another one would double its work.
        retries=False,
    )


def _malformed(began: str, target: Target) -> ProviderError:
    """Return the error for what cannot be read; its own words may say what is wrong."""
    body = ErrorBody.parse(began)
    return target.error(
        ProviderErrorKind.PROTOCOL,
        body.message or began,
        sentence=f"{target.settings.name} sent what is no part of an answer.",
    )


def _is_silence(error: Exception) -> bool:
    names = {type(each).__name__ for each in _chain(error)}
    return "ReadTimeout" in names and not names & {"ConnectTimeout", "PoolTimeout"}


def _wait_in(message: str) -> float | None:
    """Return the seconds that a message says to wait."""
    for match in _WAIT.finditer(message):
        hours, minutes, seconds = match.groups()
        if hours or minutes or seconds:
            return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)
    return None


def _redirected(error: OtherOrigin, target: Target) -> ProviderError:
    name, place = target.settings.name, quoted(error.place, target.settings.masker)
    return ProviderError(
        ProviderErrorKind.UNAVAILABLE,
        f"{name} redirects to {place}, which is another server.",
        f"Nothing was sent there. If it is right, set providers.{name}.base_url to it.",
    )


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


def http_fault(error: Exception) -> HttpFault | None:
    """Return the response that an exception is about; an SDK may wrap what a hook raises."""
    return next((each for each in _chain(error) if isinstance(each, HttpFault)), None)


def _words_of(error: Exception) -> str:
    """Return what the innermost exception says; an SDK's own wrapping says less."""
    words = [str(each) for each in _chain(error) if str(each)]
    return words[-1] if words else type(error).__name__
