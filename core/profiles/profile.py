"""A profile: values by field, each with the words it rests on. Immutable; edits make new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from core.profiles.fields import FIELDS, GROUPS, in_group
from core.sessions.record import format_time, parse_time
from core.text import clean_line

LONGEST_VALUE = 400
"""Characters of a value."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that a value rests on, and where they stand."""

    session: str
    record: str
    """Id of the message that holds them."""
    start: int
    """Offset of the quote in the message's text, in characters."""
    end: int
    quote: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "session": self.session,
            "record": self.record,
            "span": [self.start, self.end],
            "quote": self.quote,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of evidence.
        """
        start, end = values["span"]
        return cls(
            str(values["session"]),
            str(values["record"]),
            int(start),
            int(end),
            str(values["quote"]),
        )


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    """Empty where a person wrote it, or where it came with a file."""
    confidence: float = 1.0
    """From 0 to 1, as whoever proposed it said."""
    version: str = ""
    """Id of the record that brought it; empty where it came with a file."""
    at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "value": self.text,
            "evidence": [each.to_json() for each in self.evidence],
            "confidence": self.confidence,
            "version": self.version,
            "at": None if self.at is None else format_time(self.at),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of a value.
        """
        at = values.get("at")
        return cls(
            text=str(values["value"]),
            evidence=tuple(Evidence.from_json(each) for each in values.get("evidence", ())),
            confidence=float(values.get("confidence", 1.0)),
            version=str(values.get("version", "")),
            at=None if at is None else parse_time(str(at)),
        )


@dataclass(frozen=True)
class Profile:
    """What is known of a person."""

    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    """Values by the path of their field; fields without any are not there."""

    @classmethod
    def of(cls, texts: Mapping[str, str | list[str] | tuple[str, ...]]) -> Self:
        """Build a profile of plain texts by path; empty ones are left out."""
        values: dict[str, tuple[Value, ...]] = {}
        for path in FIELDS:
            given = texts.get(path, ())
            items = [given] if isinstance(given, str) else list(given)
            found = dict.fromkeys(text for each in items if (text := tidy(each)))
            if found:
                values[path] = tuple(Value(each) for each in found)
        return cls(values)

    def texts(self, path: str) -> tuple[str, ...]:
        """Return the values of a field as texts."""
        return tuple(each.text for each in self.values.get(path, ()))

    def items(self) -> Iterator[tuple[str, Value]]:
        """Yield every value with the path of its field, fields in order."""
        for path in FIELDS:
            for value in self.values.get(path, ()):
                yield path, value

    def with_field(self, path: str, values: tuple[Value, ...]) -> Profile:
        """Return a profile with other values of one field, in the order they were learnt."""
        changed = dict(self.values)
        changed.pop(path, None)
        if values:
            changed[path] = tuple(sorted(values, key=lambda each: each.version))
        return Profile({key: changed[key] for key in FIELDS if key in changed})

    def only(self, paths: frozenset[str] | set[str]) -> Profile:
        """Return a profile with these fields alone."""
        return Profile({path: each for path, each in self.values.items() if path in paths})

    def plain(self) -> dict[str, str | list[str]]:
        """Return the texts by path: a list where a field may hold several."""
        return {
            path: [each.text for each in values] if FIELDS[path].many else values[0].text
            for path, values in self.values.items()
        }

    def lines(self) -> list[str]:
        """Return the profile in words, a line a field: `preference.format: short lists`."""
        return [f"{path}: {'; '.join(self.texts(path))}" for path in self.values]

    def grouped(self) -> dict[str, dict[str, str | list[str]]]:
        """Return the texts by group and field, as a front matter holds them."""
        plain = self.plain()
        found = {
            group: {
                each.path.partition(".")[2]: plain[each.path]
                for each in in_group(group)
                if each.path in plain
            }
            for group in GROUPS
        }
        return {group: fields for group, fields in found.items() if fields}

    def to_json(self) -> dict[str, Any]:
        """Return the profile with all provenance as JSON values."""
        return {path: [each.to_json() for each in values] for path, values in self.values.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; fields that do not exist are passed over.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of a profile.
        """
        found = {
            path: tuple(Value.from_json(each) for each in values[path])
            for path in FIELDS
            if values.get(path)
        }
        return cls(found)

    def __bool__(self) -> bool:
        return bool(self.values)


def tidy(text: object) -> str:
    """Return a value as it is stored: on one line, harmless, not too long."""
    return clean_line(str(text))[:LONGEST_VALUE].strip()
