"""A change of a profile: what, where, and on which words it rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from core.profiles.fields import FIELDS
from core.profiles.profile import Evidence, Profile, Value
from core.sessions.record import Record, format_time, parse_time

Op = Literal["set", "append", "remove"]
OPS: tuple[Op, ...] = ("set", "append", "remove")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one field."""

    field: str
    """Path of the field."""
    op: Op
    """`set` replaces (`old` by `new`), `append` adds `new`, `remove` takes `old` away."""
    old: str | None = None
    new: str | None = None
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 1.0
    restores: Value | None = None
    """The value as it was, where the edit goes back to an earlier version."""

    def to_json(self) -> dict[str, Any]:
        """Return the edit as the data of a record."""
        data: dict[str, Any] = {
            "field": self.field,
            "op": self.op,
            "old": self.old,
            "new": self.new,
            "evidence": [each.to_json() for each in self.evidence],
            "confidence": self.confidence,
        }
        if self.restores is not None:
            at = self.restores.at
            data["restores"] = {
                "version": self.restores.version,
                "at": None if at is None else format_time(at),
            }
        return data

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: the values are not those of an edit.
        """
        path, op = str(values["field"]), values["op"]
        if path not in FIELDS or op not in OPS:
            raise ValueError(f"{op} {path} is no edit")
        old, new = values.get("old"), values.get("new")
        evidence = tuple(Evidence.from_json(each) for each in values.get("evidence", ()))
        confidence = float(values.get("confidence", 1.0))
        restores = None
        if (earlier := values.get("restores")) is not None:
            at = earlier.get("at")
            restores = Value(
                str(new),
                evidence,
                confidence,
                str(earlier["version"]),
                None if at is None else parse_time(str(at)),
            )
        return cls(path, op, old, new, evidence, confidence, restores)

    def value(self, version: str, at: datetime | None) -> Value:
        """Return the value that the edit brings, as a record of it gives it."""
        if self.restores is not None:
            return self.restores
        return Value(str(self.new), self.evidence, self.confidence, version, at)

    def in_words(self) -> str:
        """Return the edit on one line."""
        if self.op == "remove":
            return f"{self.field}: no longer {self.old}"
        return f"{self.field}: {self.new}" + (f" (was: {self.old})" if self.old else "")


def applied(profile: Profile, edit: Edit, version: str, at: datetime | None) -> Profile:
    """Return the profile after an edit; one that changes nothing gives the same profile."""
    values = profile.values.get(edit.field, ())
    left = tuple(each for each in values if each.text != edit.old)
    if edit.op == "remove":
        return profile.with_field(edit.field, left)
    new = edit.value(version, at)
    if not FIELDS[edit.field].many:
        return profile.with_field(edit.field, (new,))
    kept = tuple(each for each in (left if edit.op == "set" else values) if each.text != new.text)
    return profile.with_field(edit.field, (*kept, new))


def edit_of(record: Record) -> Edit | None:
    """Return the edit on record; `None` where its texts were erased or it is none."""
    try:
        return Edit.from_json(record.data)
    except (KeyError, TypeError, ValueError):
        return None
