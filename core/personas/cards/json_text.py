"""JSON with every member's place in the text, so that what is not changed stays as it was.

Numbers keep their spelling, members their order, repeated keys all their values. Texts from
anywhere are safe to read: their size, depth and number of values are capped before anything
is built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.personas.cards.problems import CardError

MAX_BYTES = 16 * 1024 * 1024
"""Longest text that is read."""
_MOST_TOKENS = 250_000
_DEEPEST = 64

# A text that is never closed reaches to the end: tried again from every quote in it, the
# search would take the square of the time.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]*")


class Number(str):
    """A number as it was written; also the NaN and Infinity that some programs write."""

    __slots__ = ()


_DECODER = json.JSONDecoder(
    parse_int=Number, parse_float=Number, parse_constant=Number, strict=False
)


@dataclass(frozen=True, slots=True)
class Member:
    """A key of an object with its value."""

    key: str
    key_start: int
    start: int
    """Where the value begins."""
    end: int
    value: Any
    inner: JsonObject | None = None
    """The value, if it is an object near enough to the root."""


@dataclass(frozen=True)
class JsonObject:
    """An object and where its members stand in the text."""

    text: str
    start: int
    end: int
    members: tuple[Member, ...]

    @cached_property
    def values(self) -> dict[str, Any]:
        """The members as a dictionary; of repeated keys the last counts."""
        return {each.key: each.value for each in self.members}

    def inner(self, key: str) -> JsonObject | None:
        """Return the object that stands under a key."""
        found = self._last(key)
        return found.inner if found is not None else None

    def literal(self, key: str) -> str | None:
        """Return a value as it is written."""
        found = self._last(key)
        return self.text[found.start : found.end] if found is not None else None

    def source(self) -> str:
        """Return the object as it is written."""
        return self.text[self.start : self.end]

    def rebuilt(self, changes: Mapping[str, str | None]) -> str:
        """Return the object's text with other values, or none, under some keys.

        All the rest is copied; new keys come last.
        """
        if all(self.literal(key) == value for key, value in changes.items()):
            return self.source()
        parts: list[str] = []
        lead = ""
        after = self.start + 1
        for member in self.members:
            lead = _BLANK.match(self.text, after).group()  # type: ignore[union-attr]
            after = _after_comma(self.text, member.end)
            if member.key not in changes or member is not self._last(member.key):
                parts.append(lead + self.text[member.key_start : member.end])
            elif (value := changes[member.key]) is not None:
                parts.append(lead + self.text[member.key_start : member.start] + value)
        for key, value in changes.items():
            if value is not None and self._last(key) is None:
                parts.append(f"{lead}{dump(key)}: {value}")
        tail = self.text[self.members[-1].end : self.end - 1] if self.members else ""
        return "{" + ",".join(parts) + tail + "}"

    def replaced_in_text(self, changes: Mapping[str, str | None]) -> str:
        """Return the whole text with the object rebuilt."""
        return self.text[: self.start] + self.rebuilt(changes) + self.text[self.end :]

    def elements(self, key: str) -> list[JsonObject | None]:
        """Return the elements of the array under a key, `None` for those that are no objects.

        In place of an array, an object whose keys are of no account will do.
        """
        found = self._last(key)
        if found is not None and isinstance(found.value, list):
            return list(_elements(self.text, found.start))
        if found is not None and isinstance(found.value, dict):
            return [each.inner for each in _object(self.text, found.start, 3).members]
        return []

    def _last(self, key: str) -> Member | None:
        return next((each for each in reversed(self.members) if each.key == key), None)


def parse(text: str, *, depth: int = 3) -> JsonObject:
    """Read a text that is one object; `depth` levels of objects know where their members are.

    Raises:
        CardError: it is no JSON object, too deep, or holds too many values.
    """
    _check(text)
    start = _blank(text, 0)
    if not text.startswith("{", start):
        raise CardError("It holds no JSON object.", "A card is one object: {…}.")
    try:
        found = _object(text, start, depth)
    except (json.JSONDecodeError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CardError(f"It is not valid JSON{place}.") from error
    if text[found.end :].strip(" \t\r\n\0"):
        raise CardError("More text follows the JSON object.")
    return found


def dump(value: Any) -> str:
    """Return a value as JSON, numbers that were read as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(dump, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{dump(str(key))}: {dump(each)}' for key, each in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _check(text: str) -> None:
    depth = 0
    for count, token in enumerate(_TOKEN.finditer(text)):
        mark = text[token.start()]
        depth += (mark in "[{") - (mark in "]}")
        if depth > _DEEPEST:
            raise CardError(f"The JSON is nested deeper than {_DEEPEST} levels.")
        if count > _MOST_TOKENS:
            raise CardError("The JSON holds too many values.")


def _object(text: str, start: int, depth: int) -> JsonObject:
    members: list[Member] = []
    at = _blank(text, start + 1)
    while not text.startswith("}", at):
        if not text.startswith('"', at):
            raise json.JSONDecodeError("a key is missing", text, at)
        key, end = _DECODER.raw_decode(text, at)
        colon = _blank(text, end)
        if not text.startswith(":", colon):
            raise json.JSONDecodeError("a colon is missing", text, colon)
        member = _member(text, key, at, _blank(text, colon + 1), depth)
        members.append(member)
        at = _blank(text, member.end)
        if text.startswith(",", at):
            at = _blank(text, at + 1)
        elif not text.startswith("}", at):
            raise json.JSONDecodeError("a comma is missing", text, at)
    return JsonObject(text, start, at + 1, tuple(members))


def _member(text: str, key: str, key_start: int, start: int, depth: int) -> Member:
    if depth > 1 and text.startswith("{", start):
        inner = _object(text, start, depth - 1)
        return Member(key, key_start, start, inner.end, inner.values, inner)
    value, end = _DECODER.raw_decode(text, start)
    return Member(key, key_start, start, end, value)


def _elements(text: str, start: int) -> Iterator[JsonObject | None]:
    at = _blank(text, start + 1)
    while not text.startswith("]", at):
        if text.startswith("{", at):
            found = _object(text, at, 2)
            yield found
            at = found.end
        else:
            yield None
            at = _DECODER.raw_decode(text, at)[1]
        at = _after_comma(text, at)
        at = _blank(text, at)


def _blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _after_comma(text: str, at: int) -> int:
    at = _blank(text, at)
    return at + 1 if text.startswith(",", at) else at
