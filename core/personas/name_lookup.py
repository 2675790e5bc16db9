"""Which persona is meant by what somebody typed, and which ones come near it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.personas.casefold import fold

if TYPE_CHECKING:
    from core.personas.library import PersonaHeader


def meant(wanted: str, headers: Sequence[PersonaHeader]) -> list[PersonaHeader]:
    """Return who has the folded text `wanted` as name or file stem, else who begins with it.

    If there is none: whose name has a word that begins with it.
    """
    for fits in (_is_whole, _begins, _begins_word) if wanted else ():
        found = [header for header in headers if fits(wanted, header)]
        if found:
            return found
    return []


def nearest_hint(wanted: str, headers: Sequence[PersonaHeader]) -> str:
    """Return a hint with the names that are spelt most alike."""
    if not headers:
        return "No folder on the search path holds personas; SALON_PERSONAS can add one."
    keys: dict[str, str] = {}
    spellings: tuple[Callable[[PersonaHeader], str], ...] = (_name, _stem)
    for header in headers:
        for spelling in spellings:
            keys.setdefault(spelling(header), header.name)
        for word in _name(header).split():
            keys.setdefault(word, header.name)
    close = difflib.get_close_matches(wanted, keys, n=6, cutoff=0.55)
    names = list(dict.fromkeys(keys[each] for each in close))[:3]
    if names:
        return f"Did you mean {' or '.join(names)}?"
    return "`salon personas list` shows all there are."


def _name(header: PersonaHeader) -> str:
    return fold(header.name)


def _stem(header: PersonaHeader) -> str:
    return fold(header.path.stem)


def _is_whole(wanted: str, header: PersonaHeader) -> bool:
    return wanted in (_name(header), _stem(header), fold(header.file_name))


def _begins(wanted: str, header: PersonaHeader) -> bool:
    return _name(header).startswith(wanted) or _stem(header).startswith(wanted)


def _begins_word(wanted: str, header: PersonaHeader) -> bool:
    return any(word.startswith(wanted) for word in _name(header).split())
