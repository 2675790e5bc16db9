"""Decorators of a lorebook entry: lines `@@name value` in its content (Character Card V3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.personas.values import read_keys, whole

_LINE = re.compile(
    r"^[ \t]*+(@@@?+)([A-Za-z][A-Za-z0-9_]*+)(?:[ \t]++([^\n]*+))?+$\n?", re.MULTILINE
)
_ROLES = ("assistant", "system", "user")
POSITIONS = ("before_desc", "after_desc", "personality", "scenario")


def _positive(value: str) -> int | None:
    return whole(value) or None


def _depth(value: str) -> int | None:
    # Below 1 means after the newest message, which 0 says as well.
    return 0 if value.startswith("-") else whole(value)


def _one_of(*names: str) -> Callable[[str], str | None]:
    return lambda value: value if value in names else None


def _words(value: str) -> tuple[str, ...] | None:
    return tuple(read_keys(value)) or None


def _nothing(value: str) -> bool:
    return True


# What a chat can honour. The others are dropped, as the specification wants it of a program
# that cannot act on them: those for prompts that are no chat, for icons, for other screens.
_KNOWN: Mapping[str, Callable[[str], Any]] = {
    "activate": _nothing,
    "activate_only_after": whole,
    "activate_only_every": _positive,
    "additional_keys": _words,
    "depth": _depth,
    "dont_activate": _nothing,
    "dont_activate_after_match": _nothing,
    "exclude_keys": _words,
    "is_greeting": whole,
    "keep_activate_after_match": _nothing,
    "position": _one_of(*POSITIONS),
    "role": _one_of(*_ROLES),
    "scan_depth": whole,
}


@dataclass(frozen=True, slots=True)
class Decorated:
    """A content without its decorators, and those of them that are understood."""

    content: str
    values: Mapping[str, Any] = field(default_factory=dict)


def read_decorators(content: str) -> Decorated:
    """Take the decorators off a content; the first of each name counts.

    A line with three `@` stands in for the one above it where that is not understood.
    """
    if "@@" not in content:
        return Decorated(content)
    values: dict[str, Any] = {}
    understood = True
    for at, name, text in _LINE.findall(content):
        if at == "@@@" and understood:
            continue
        read = _KNOWN.get(name.lower())
        value = read(text.strip()) if read is not None else None
        understood = value is not None
        if understood:
            values.setdefault(name.lower(), value)
    return Decorated(_LINE.sub("", content).strip(), values)
