"""How many tokens a text roughly is, for where no server says so.

Tokenizers differ by model; these are the averages of the usual byte-pair vocabularies,
rounded up, so that a budget built on them errs on the safe side. Looking at each
character costs about 0.1 ms a 1,000 characters; ASCII, the common case, costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.messages import MeasuredMessages, Message

_ASCII_CHARACTERS = 4.0
"""Characters of English or code in a token."""
_ALPHABET_CHARACTERS = 2.5
"""Letters of other alphabets in a token."""
_FIRST_IDEOGRAPHIC = 0x1100
"""From here on (Hangul, kana, CJK, emoji) a character is about one token."""
_MESSAGE_OVERHEAD = 4
"""Tokens that a chat template puts around a message."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` is; 0 only for the empty text."""
    if not text:
        return 0
    if text.isascii():
        return int(len(text) / _ASCII_CHARACTERS) + 1
    plain = alphabetic = whole = 0
    for character in text:
        code = ord(character)
        if code < 0x80:
            plain += 1
        elif code < _FIRST_IDEOGRAPHIC or 0x2000 <= code < 0x2070:
            alphabetic += 1
        else:
            whole += 1
    return int(plain / _ASCII_CHARACTERS + alphabetic / _ALPHABET_CHARACTERS + whole) + 1


def estimate_messages(messages: Iterable[Message]) -> int:
    """Return about how many tokens a prompt of these messages is."""
    if isinstance(messages, MeasuredMessages):
        return messages.tokens
    return sum(estimate_tokens(message.content) + _MESSAGE_OVERHEAD for message in messages)
