"""Every error that Salon raises on purpose.

SalonError                  something a person can act on
├── UsageError              the call itself is wrong (exit status 2)
├── ConfigError             a settings file, variable or flag is wrong
├── PersonaError            a persona cannot be found or read
├── CommandError            an engine cannot carry out a command just now
├── PredictionError         customers' data cannot be read, fitted or predicted from
│   └── InsufficientData    there is too little of it to learn anything
├── StoreError              a session cannot be read or written
│   ├── SessionNotFound
│   ├── SessionBusy         another process holds the session's lock
│   └── SessionDamaged
└── ProviderError           a model did not answer; see `ProviderErrorKind`
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class SalonError(Exception):
    """An error with a sentence on what happened and one on what to do about it.

    `exit_code` is the status with which a command ends that does not handle it.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class UsageError(SalonError):
    """The command line, a steering line or a flag cannot be understood."""

    exit_code = 2


class ConfigError(SalonError):
    """A setting is invalid; the message names its file (or variable) and key."""

    exit_code = 2


class PersonaError(SalonError):
    """A persona file cannot be found, read or understood."""


class CommandError(SalonError):
    """An engine refuses a command in its present state."""


class PredictionError(SalonError):
    """Customers' data cannot be read, fitted or predicted from."""


class InsufficientData(PredictionError):
    """There is too little data to fit or to learn from."""


class StoreError(SalonError):
    """A session file cannot be read or written."""


class SessionNotFound(StoreError):
    """No session has that id, or more than one begins with it."""


class SessionBusy(StoreError):
    """Another process is writing to the session; it may still be read or forked."""


class SessionDamaged(StoreError):
    """A session file holds nothing that can be read as records."""


class ProviderErrorKind(StrEnum):
    """What went wrong between Salon and a model, whatever the vendor calls it."""

    AUTH = "auth"
    UNKNOWN_MODEL = "unknown_model"
    RATE_LIMIT = "rate_limit"
    OVERLOADED = "overloaded"
    LOADING = "loading"
    CONTEXT_OVERFLOW = "context_overflow"
    REFUSED = "refused"
    NETWORK = "network"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    CANCELLED = "cancelled"
    NOT_RECORDED = "not_recorded"
    UNAVAILABLE = "unavailable"


RETRYABLE_KINDS = frozenset({
    ProviderErrorKind.RATE_LIMIT,
    ProviderErrorKind.OVERLOADED,
    ProviderErrorKind.LOADING,
    ProviderErrorKind.NETWORK,
    ProviderErrorKind.TIMEOUT,
})


class ProviderError(SalonError):
    """A model did not answer.

    `retry_after` is the wait the server asked for, in seconds, if it named one; `retries` is
    false where sending the same request again cannot help, although its kind may pass.
    """

    def __init__(
        self,
        kind: ProviderErrorKind,
        message: str,
        hint: str = "",
        *,
        retry_after: float | None = None,
        retries: bool = True,
    ) -> None:
        super().__init__(message, hint)
        self.kind = kind
        self.retry_after = retry_after
        self.retries = retries

    def reworded(self, message: str, hint: str) -> ProviderError:
        """Return the same error in other words."""
        return ProviderError(
            self.kind, message, hint, retry_after=self.retry_after, retries=self.retries
        )

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed a moment later."""
        return self.retries and self.kind in RETRYABLE_KINDS


def nearest(name: str, known: Iterable[str], *, prefix: str = "") -> str:
    """Return a sentence naming what `name` may have been meant to be, `prefix` put before it."""
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(name, names, n=3, cutoff=0.55)
    listed = [prefix + each for each in close or names]
    if close:
        return f"Did you mean {' or '.join(listed)}?"
    return f"Known are: {', '.join(listed)}." if names else ""
