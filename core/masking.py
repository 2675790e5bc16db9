"""Hides known secrets in text, whole or streamed.

What counts as a secret is decided here and nowhere else: the values of variables whose names
say so, and passwords in addresses. The mask is applied where text of a server comes in, so
nothing above ever holds a key, and once more where a crash is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

MASK = "[key]"
_SHORTEST = 8
"""Characters; what is shorter is an ordinary word sooner than a key."""
_PLACEHOLDERS = frozenset({
    "lm-studio",
    "no-key-required",
    "sk-no-key-required",
    "not-needed",
    "not-required",
    "your-api-key",
})
"""What servers without keys have their users write, in lower case."""
_SECRET_WORDS = ("APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIALS")
"""How a word of a variable's name ends whose value is secret; `KEY` is one, `AUTH` at the end."""
_NO_SECRET = frozenset({"FILE", "PATH", "DIR", "URL", "ID", "NAME", "PARALLELISM"})
"""Words after those that make the value something else."""
_HEADERS = re.compile(r"_CUSTOM_HEADERS$")
_PASSWORD = re.compile(r"^[a-z][a-z0-9+.-]{0,31}://([^/?#\s]*)@", re.IGNORECASE)


class Masker:
    """Hides each of some texts wherever it occurs; falsy where there is nothing to hide."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = tuple(sorted({each for each in values if each}, key=len, reverse=True))
        # The longest comes first: a key may begin with another one.
        self._any = re.compile("|".join(map(re.escape, self.values))) if self.values else None

    def __bool__(self) -> bool:
        return self._any is not None

    def mask(self, text: str) -> str:
        """Return a text without the secrets."""
        return text if self._any is None else self._any.sub(MASK, text)

    def stream(self) -> StreamMasker:
        """Return a masker for one text that arrives in pieces."""
        return StreamMasker(self)

    def first(self, text: str, start: int) -> re.Match[str] | None:
        """Return the first secret in a text from a position on."""
        return None if self._any is None else self._any.search(text, start)

    def unfinished(self, text: str, start: int) -> int:
        """Return where the end of a text begins that may be the beginning of a secret."""
        found = len(text)
        for value in self.values:
            at = max(start, len(text) - len(value) + 1)
            while (at := text.find(value[0], at, found)) >= 0:
                if value.startswith(text[at:]):
                    found = at
                    break
                at += 1
        return found


class StreamMasker:
    """Hides secrets in a text that arrives in pieces, wherever it is cut.

    What is let through is, all together, the masked text; an end that may be the beginning
    of a secret waits for the next piece.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._held = ""

    def feed(self, text: str) -> str:
        """Take in a piece; return what can be shown now."""
        text = self._held + text
        shown, at = "", 0
        while True:
            held = self._masker.unfinished(text, at)
            match = self._masker.first(text, at)
            if match is None or match.start() >= held:
                break
            shown += text[at : match.start()] + MASK
            at = match.end()
        self._held = text[held:]
        return shown + text[at:held]

    def finish(self) -> str:
        """Return what was held back."""
        held, self._held = self._held, ""
        return self._masker.mask(held)


def known_secrets(variables: Mapping[str, str], more: Iterable[str | None] = ()) -> Masker:
    """Return a masker for what variables hold that is secret, and for more values.

    Short values and the usual placeholders (`lm-studio`) are not hidden: they would take
    ordinary words out of replies.
    """
    found = [value for name, text in variables.items() for value in _secrets_of(name, text)]
    found += [each.strip() for each in more if each]
    return Masker(each for each in found if _is_worth_hiding(each))


def is_secret_name(name: str) -> bool:
    """Say whether a variable's name tells that its value is secret."""
    words = name.upper().split("_")
    if words[-1] == "AUTH":
        return True
    for place, word in enumerate(words):
        if word == "KEY" or word.endswith(_SECRET_WORDS):
            return _NO_SECRET.isdisjoint(words[place:])
    return False


def password_in(address: str) -> Iterable[str]:
    """Yield the user's part of an address, as it is written and as it is meant."""
    match = _PASSWORD.match(address)
    if match is not None:
        user, _, password = match[1].partition(":")
        yield from {password or user, unquote(password or user)}


def _secrets_of(name: str, text: str) -> Iterable[str]:
    if is_secret_name(name):
        yield text.strip()
    elif _HEADERS.search(name.upper()):
        for line in text.splitlines():
            yield line.partition(":")[2].strip()
    yield from password_in(text.strip())


def _is_worth_hiding(value: str) -> bool:
    return (
        len(value) >= _SHORTEST
        and not value.isalpha()
        and value.lower() not in _PLACEHOLDERS
        and "\n" not in value
    )
