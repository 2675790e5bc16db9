"""A lorebook: what a persona knows, told to the model when the talk comes to it.

In a persona's front matter it has the shape that character cards give it: a mapping with
`entries`, each with `keys` and `content`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Self

from core.messages import Role
from core.personas.decorators import read_decorators
from core.personas.values import flag, number, read_keys, read_text, whole

_AT_DEPTH = 4
"""The position in `extensions` that means: among the messages."""
_USUAL_DEPTH = 4
_ROLES: Mapping[Any, Role] = {0: "system", 1: "user", 2: "assistant"}
_CERTAIN = 100


class Selective(IntEnum):
    """What the secondary keys of a selective entry have to do; `selectiveLogic` in `extensions`."""

    ANY = 0
    NOT_ALL = 1
    NONE = 2
    ALL = 3


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """One piece of knowledge."""

    index: int
    """Its place in the book."""
    content: str
    """Without decorators."""
    keys: tuple[str, ...] = ()
    secondary_keys: tuple[str, ...] = ()
    enabled: bool = True
    constant: bool = False
    selective: bool = False
    logic: Selective = Selective.ANY
    use_regex: bool = False
    case_sensitive: bool = False
    whole_words: bool = False
    order: float = 0
    """Lower is told earlier."""
    priority: float = 0
    """Lower goes first where room is short; the order where the file says nothing."""
    position: str = ""
    """`before_char`, `after_char` or one of `decorators.POSITIONS`."""
    scan_depth: int | None = None
    probability: float = _CERTAIN
    """In percent."""
    recursed: bool = True
    """Whether other entries can bring it in."""
    recursing: bool = True
    """Whether it can bring in others."""
    depth: int | None = None
    """How many messages from the end it is to be told; `None`: nothing is said."""
    role: Role = "system"
    decorators: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, index: int, values: Mapping[str, Any]) -> Self:
        """Read an entry; what has the wrong type counts as not there."""
        decorated = read_decorators(read_text(values.get("content")))
        extensions = _mapping(values.get("extensions"))
        order = number(values.get("insertion_order")) or 0
        priority = number(values.get("priority"))
        known = decorated.values
        return cls(
            index=index,
            content=decorated.content,
            keys=tuple(read_keys(values.get("keys"))),
            secondary_keys=tuple(read_keys(values.get("secondary_keys"))),
            enabled=flag(values.get("enabled")) is not False,
            constant=bool(flag(values.get("constant"))),
            selective=bool(flag(values.get("selective"))),
            logic=_logic(extensions.get("selectiveLogic")),
            use_regex=bool(flag(values.get("use_regex"))),
            case_sensitive=_first_flag(values, extensions, "case_sensitive"),
            whole_words=bool(flag(extensions.get("match_whole_words"))),
            order=order,
            priority=order if priority is None else priority,
            position=str(known.get("position") or read_text(values.get("position"))),
            scan_depth=known.get("scan_depth", whole(extensions.get("scan_depth"))),
            probability=_probability(extensions),
            recursed=not flag(extensions.get("exclude_recursion")),
            recursing=not flag(extensions.get("prevent_recursion")),
            depth=_depth(known, extensions),
            role=known.get("role") or _ROLES.get(number(extensions.get("role")), "system"),
            decorators=known,
        )


@dataclass(frozen=True, slots=True)
class Lorebook:
    """The entries of a persona, and how they are looked for."""

    entries: tuple[LoreEntry, ...] = ()
    scan_depth: int | None = None
    """How many messages from the end are looked through."""
    token_budget: int | None = None
    """Most tokens that all entries told at once may take."""
    recursive: bool = False
    """Whether an entry's content can bring in others."""

    @classmethod
    def read(cls, value: Any) -> Self:
        """Read a book, or a bare list of entries; what has the wrong type counts as not there."""
        book = _mapping(value)
        entries = enumerate(lore_entries(value))
        return cls(
            entries=tuple(LoreEntry.read(index, entry) for index, entry in entries),
            scan_depth=whole(book.get("scan_depth")),
            token_budget=whole(book.get("token_budget")) or None,
            recursive=bool(flag(book.get("recursive_scanning"))),
        )


def lore_entries(book: Any) -> list[Mapping[str, Any]]:
    """Return the entries of a book, which are a list or, by number, a mapping."""
    entries = book.get("entries") if isinstance(book, Mapping) else book
    if isinstance(entries, Mapping):
        entries = list(entries.values())
    if not isinstance(entries, list):
        return []
    return [each for each in entries if isinstance(each, Mapping)]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _logic(value: Any) -> Selective:
    found = number(value)
    return Selective(int(found)) if found in set(Selective) else Selective.ANY


def _first_flag(values: Mapping[str, Any], extensions: Mapping[str, Any], name: str) -> bool:
    found = flag(values.get(name))
    return bool(flag(extensions.get(name)) if found is None else found)


def _probability(extensions: Mapping[str, Any]) -> float:
    found = number(extensions.get("probability"))
    return _CERTAIN if found is None or flag(extensions.get("useProbability")) is False else found


def _depth(decorators: Mapping[str, Any], extensions: Mapping[str, Any]) -> int | None:
    if "position" in decorators:
        return None
    if "depth" in decorators:
        return int(decorators["depth"])
    if number(extensions.get("position")) != _AT_DEPTH:
        return None
    found = whole(extensions.get("depth"))
    return _USUAL_DEPTH if found is None else found
