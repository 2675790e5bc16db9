"""Whom a request was for, and what is said about it when it fails."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.errors import ProviderError, ProviderErrorKind
from core.masking import Masker, known_secrets
from core.providers.addresses import without_user
from core.providers.base import ProviderSettings
from core.providers.causes import MEANINGS, Cause
from core.text import clean_line

_DETAIL_CAP = 300
"""Characters of a server's own words that are shown."""
LONGEST_ASKED_WAIT = 60.0
"""Seconds; a server that asks for a longer wait is not asked again."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a request was for; what an error's sentences are about."""

    settings: ProviderSettings
    model: str = ""

    def error(
        self,
        kind: ProviderErrorKind,
        said: str = "",
        *,
        sentence: str = "",
        hint: str = "",
        retry_after: float | None = None,
        retries: bool = True,
    ) -> ProviderError:
        """Build the error of a kind; `said` are the server's words, never trusted.

        `sentence` and `hint` say more than the kind alone says.
        """
        message = sentence or _sentence(self, kind)
        words = quoted(said, self.settings.masker or known_secrets({}, [self.settings.api_key]))
        if words:
            end = "" if words[-1] in ".!?…" else "."
            mark = " ·" if ":" in message else ":"
            message = f"{message.removesuffix('.')}{mark} {words}{end}"
        hint = hint or _hint(self, kind)
        if retry_after is not None and retry_after > LONGEST_ASKED_WAIT:
            hint = f"It asks to wait {duration(retry_after)}. {hint}"
        return ProviderError(kind, message, hint, retry_after=retry_after, retries=retries)

    def fault(
        self, cause: Cause, said: str = "", *, retry_after: float | None = None
    ) -> ProviderError:
        """Build the error of a cause; `said` are the server's words, never trusted."""
        meaning, settings = MEANINGS[cause], self.settings
        names = {
            "name": settings.name,
            "model": self.model,
            "key": settings.key_variable or settings.name,
        }
        return self.error(
            meaning.kind,
            said,
            sentence=meaning.sentence.format(**names),
            hint=meaning.hint.format(**names),
            retry_after=retry_after,
            retries=meaning.retries,
        )


def duration(seconds: float) -> str:
    """Return a time as people say it: `45 s`, `12 min 23 s`, `3 h 20 min`."""
    whole = math.ceil(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(math.ceil(whole / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def key_problem(settings: ProviderSettings) -> ProviderError | None:
    """Return why no request can be sent with the key as it is, if so."""
    key = settings.api_key
    if not key:
        if not settings.key_required:
            return None
        variable = settings.key_variable
        said = f"No {variable} in the environment." if variable else f"{settings.name} has no key."
    elif key.isascii() and key.isprintable() and " " not in key:
        return None
    else:
        said = f"The key for {settings.name} holds characters that no key has."
    return ProviderError(ProviderErrorKind.AUTH, said, "Set it, or pick a local model.")


def quoted(text: str, masker: Masker | None = None) -> str:
    """Return a server's words fit to be shown: one short line without controls or keys."""
    if masker:
        text = masker.mask(text)
    line = clean_line(without_user(text))
    return line if len(line) <= _DETAIL_CAP else line[: _DETAIL_CAP - 1] + "…"


def _sentence(target: Target, kind: ProviderErrorKind) -> str:
    name, model = target.settings.name, target.model
    key = "does not accept the key" if target.settings.api_key else "asks for a key"
    missing = f"has no model {model!r}" if model else "does not answer at this address"
    return {
        ProviderErrorKind.AUTH: f"{name} {key}.",
        ProviderErrorKind.UNKNOWN_MODEL: f"{name} {missing}.",
        ProviderErrorKind.RATE_LIMIT: f"{name}: rate limited.",
        ProviderErrorKind.OVERLOADED: f"{name} cannot answer just now.",
        ProviderErrorKind.LOADING: f"{name} is loading the model.",
        ProviderErrorKind.CONTEXT_OVERFLOW: "The conversation is longer than the model can read.",
        ProviderErrorKind.REFUSED: f"{name} refused to answer.",
        ProviderErrorKind.NETWORK: f"The connection to {name} failed.",
        ProviderErrorKind.TIMEOUT: f"{name} took too long to answer.",
        ProviderErrorKind.PROTOCOL: f"{name} and Salon do not understand each other.",
        ProviderErrorKind.UNAVAILABLE: f"{name} cannot be used.",
    }[kind]


def _hint(target: Target, kind: ProviderErrorKind) -> str:
    name, model = target.settings.name, target.model
    variable = target.settings.key_variable
    listing = f"`salon models {name}` lists its models."
    if kind is ProviderErrorKind.UNKNOWN_MODEL and model and target.settings.kind == "ollama":
        return f"`ollama pull {model}` fetches it; {listing}"
    return {
        ProviderErrorKind.AUTH: f"Check {variable or 'its key'}, or pick a local model.",
        ProviderErrorKind.UNKNOWN_MODEL: f"{listing} If it is there, check the base_url.",
        ProviderErrorKind.RATE_LIMIT: "Wait a moment, or slow the conversation down.",
        ProviderErrorKind.OVERLOADED: "Try again in a moment, or pick another model.",
        ProviderErrorKind.LOADING: "Try again once it is loaded.",
        ProviderErrorKind.CONTEXT_OVERFLOW: "Take turns back, or lower the context length.",
        ProviderErrorKind.REFUSED: "Say it in another way, or pick another model.",
        ProviderErrorKind.NETWORK: f"Check that {name} runs and that its base_url is right.",
        ProviderErrorKind.TIMEOUT: "Try again, or raise its read_timeout.",
        ProviderErrorKind.PROTOCOL: "Check its base_url and the parameters sent.",
        ProviderErrorKind.UNAVAILABLE: "Check its base_url and your account, or pick another.",
    }[kind]
