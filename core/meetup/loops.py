"""Notices when two models have nothing left to say to each other.

Two signs, both conservative: each side has said nearly the same three times running, or
the last six messages are all short courtesies or farewells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.sessions.record import Record

_REPEATS = 3
"""Near-identical messages of each side that make a loop."""
_COURTESIES = 6
"""Courtesies in a row that make a spiral."""
_LOOKED_AT = max(2 * _REPEATS, _COURTESIES)
_SIMILAR = 0.9
_SHORT = 12
"""Words below which only equal texts count as a repetition: `Reply 7` is not `Reply 8`."""
_COURTESY_LENGTH = 30
_TOKEN = re.compile(r"\w+")
_COURTESY = re.compile(
    r"\b(good\s?bye|bye|farewell|take care|see you|good night|cheers|"
    r"have a (great|good|nice|lovely|wonderful)|thank(s| you)|you(['’]re| are) welcome|my pleasure|"
    r"until (next|we)|best wishes|"
    r"auf wiedersehen|ihnen auch|tschüss|leb(en sie)? wohl|danke|gern geschehen|alles gute|"
    r"au revoir|adieu|merci|de rien|bonne (journée|nuit|soirée)|à bientôt|"
    r"adiós|gracias|de nada|hasta (luego|pronto)|cuídate|arrivederci|ciao|grazie|prego)\b",
    re.IGNORECASE,
)


def recent(messages: Sequence[Record], since: int) -> Sequence[Record]:
    """Return the messages from index `since` on that the signs can lie in."""
    return messages[max(since, len(messages) - _LOOKED_AT) :]


def find_loop(messages: Sequence[Record]) -> str | None:
    """Return what the talk is stuck in, as a sentence for its watcher, or `None`.

    Args:
        messages: messages of both sides since a human last let them go on, oldest first.
    """
    texts = [each.text for each in messages[-2 * _REPEATS :]]
    if len(texts) == 2 * _REPEATS and _repeats(texts[::2]) and _repeats(texts[1::2]):
        return f"Both sides have said nearly the same {_REPEATS} times running."
    texts = [each.text for each in messages[-_COURTESIES:]]
    if len(texts) == _COURTESIES and all(map(_is_courtesy, texts)):
        return f"The last {_COURTESIES} messages were nothing but courtesies."
    return None


def _repeats(texts: Sequence[str]) -> bool:
    first, *rest = texts
    return all(_alike(first, text) for text in rest)


def _alike(one: str, two: str) -> bool:
    a, b = _TOKEN.findall(one.casefold()), _TOKEN.findall(two.casefold())
    if min(len(a), len(b)) < _SHORT:
        return a == b
    shared = _trigrams(a) & _trigrams(b)
    union = _trigrams(a) | _trigrams(b)
    return len(shared) >= _SIMILAR * len(union)


def _trigrams(tokens: Sequence[str]) -> set[tuple[str, ...]]:
    return set(zip(tokens, tokens[1:], tokens[2:], strict=False))


def _is_courtesy(text: str) -> bool:
    return len(_TOKEN.findall(text)) <= _COURTESY_LENGTH and _COURTESY.search(text) is not None
