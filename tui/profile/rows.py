"""The profile of the person at the keyboard as rows: what waits first, then group by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.profile.store import OwnProfile
from core.profiles.edits import Edit
from core.profiles.fields import FIELDS, GROUPS, in_group
from core.profiles.profile import Evidence, Value
from core.text import clean_line
from tui.profile.wording import day, named
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part

_NAME = 28
_DAY = 12
_LOCKED = 8
_NARROW = 60
"""Cells below which a row leaves out when its value was learnt."""


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One line: a heading, an edit that waits, a value, or a locked field without one."""

    key: str
    name: str
    text: str = ""
    """How it reads; nothing for headings."""
    path: str = ""
    """Of the field, or the group of a heading."""
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    """What is said of it besides the evidence."""
    when: str = ""
    locked: bool = False
    value: str | None = None
    """The value as it is stored; `None` where there is none."""
    proposal: str = ""
    """Id of the record that proposes it."""
    edit: Edit | None = None
    """What is proposed."""

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return how it reads."""
        if not self.text:
            return [[(fitted(self.name, width), "title")]]
        name = min(_NAME, width // 3)
        days = 0 if width < _NARROW else _DAY
        room = max(4, width - name - 2 - days - _LOCKED)
        role = "mark" if self.proposal else "row" if self.value is not None else "quiet"
        return [
            [
                (f" {fitted(self.name, name)} ", "quiet"),
                (fitted(self.text, room), role),
                (fitted(f"  {self.when}", days), "quiet"),
                ("  locked" if self.locked else " " * _LOCKED, "live"),
            ]
        ]


def own_rows(own: OwnProfile) -> list[OwnRow]:
    """Return the rows of a profile as it stands."""
    return [*_waiting(own), *_known(own)]


def first_of(rows: Sequence[OwnRow]) -> str | None:
    """Return the key of the first row that is no heading."""
    return next((each.key for each in rows if each.text), None)


def _waiting(own: OwnProfile) -> Iterator[OwnRow]:
    pending = own.state.pending
    if pending:
        yield OwnRow("waiting", f"Proposed: {len(pending)}  ·  a accept, c change, r refuse")
    for key in pending:
        edit = own.state.proposal(key)
        if edit is None:
            continue
        yield OwnRow(
            key=key,
            name=named(edit.field),
            text=_change(edit),
            path=edit.field,
            evidence=edit.evidence,
            why=f"proposed, {edit.confidence:.0%} sure",
            when=day(pending[key].at),
            locked=edit.field in own.state.locked,
            proposal=key,
            edit=edit,
        )


def _known(own: OwnProfile) -> Iterator[OwnRow]:
    for group, title in GROUPS.items():
        fields = [
            each
            for each in in_group(group)
            if each.path in own.profile.values or each.path in own.state.locked
        ]
        if fields:
            yield OwnRow(f"group {group}", title, path=group)
        for field in fields:
            locked = field.path in own.state.locked
            values = own.profile.values.get(field.path, ())
            for value in values:
                yield _row(field.path, value, locked=locked)
            if not values:
                name = named(field.path)
                yield OwnRow(field.path, name, "–", field.path, why=field.means, locked=locked)


def _row(path: str, value: Value, *, locked: bool) -> OwnRow:
    return OwnRow(
        key=f"{path} {value.text}",
        name=named(path),
        text=clean_line(value.text),
        path=path,
        evidence=value.evidence,
        why=_why(path, value),
        when=day(value.at),
        locked=locked,
        value=value.text,
    )


def _change(edit: Edit) -> str:
    """Return an edit as `old → new`."""
    old = "" if edit.old is None else clean_line(edit.old)
    if edit.op == "remove":
        return f"{old} → nothing"
    new = clean_line(edit.new or "")
    return f"{old} → {new}" if old else f"→ {new}"


def _why(path: str, value: Value) -> str:
    when = day(value.at)
    if value.evidence:
        said = f"learnt {when}".strip()
        return f"{said} · {value.confidence:.0%} sure" if value.confidence < 1 else said
    # The record is the same for both.
    return f"you wrote it or took it in, {when} · {FIELDS[path].means}"
