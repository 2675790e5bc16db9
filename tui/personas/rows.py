"""The rows of the list of personas: headings of groups, and personas below them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rich.cells import cell_len

from core.personas.facts import short_path
from core.personas.groups import Group
from core.personas.headers import PersonaHeader
from core.personas.library import SHIPPED
from core.text import clean_line
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part

_ROLE_FROM = 52
"""Cells of the list from which the role stands beside the name."""
_SOURCE_FROM = 76
_NAME_SHARE = 0.5
_LANGUAGE = 6
_SHORT_LANGUAGE = 4
_SOURCE = 16
_MARK = 5
_INDENT = 3


# Rows are told apart by identity: those that are made anew are other rows.
@dataclass(frozen=True, slots=True, eq=False)
class GroupRow:
    """The heading of a group."""

    group: Group
    closed: bool

    @property
    def key(self) -> str:
        return self.group.key

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        return [list(self._parts(width))]

    def _parts(self, width: int) -> Iterator[Part]:
        group = self.group
        title = f" {'▸' if self.closed else '▾'} {shown_source(clean_line(group.title))}"
        count = f" {len(group.members):,} "
        detail = clean_line(short_path(Path(group.detail))) if group.detail else ""
        room = width - cell_len(title) - len(count)
        yield (title if room >= 0 else fitted(title, max(1, width - len(count)))), "live"
        shown = f"  {detail}" if detail and cell_len(detail) + 4 <= room else ""
        yield shown + " " * max(0, room - cell_len(shown)), "quiet"
        yield count, "quiet"


@dataclass(frozen=True, slots=True, eq=False)
class PersonaRow:
    """A persona in a group: columns that line up, marks that need no colour."""

    group: Group
    header: PersonaHeader

    @property
    def key(self) -> str:
        return self.header.file

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        return [list(self._parts(width))]

    def _parts(self, width: int) -> Iterator[Part]:
        header = self.header
        language = clean_line(header.language or "")
        with_role, with_source = width >= _ROLE_FROM, width >= _SOURCE_FROM
        if not with_role:
            language = language.partition("-")[0]
        language_room = _LANGUAGE if with_role else _SHORT_LANGUAGE
        room = max(4, width - _INDENT - _MARK - language_room - _SOURCE * with_source - 1)
        yield " " * _INDENT, "row"
        if with_role:
            name_room = max(16, int(room * _NAME_SHARE))
            yield f"{fitted(clean_line(header.name), name_room - 2)}  ", "row"
            yield fitted(clean_line(header.role), room - name_room), "quiet"
        else:
            yield fitted(clean_line(header.name), room), "row"
        sign, sign_role = _mark(header)
        yield f" {sign:>{_MARK - 1}}", sign_role
        yield f" {fitted(language, language_room - 1)}", "quiet"
        if with_source:
            yield f" {fitted(shown_source(clean_line(header.source)), _SOURCE - 1)}", "quiet"
        yield " ", "row"


Row = GroupRow | PersonaRow


class Spot(NamedTuple):
    """What a cursor stands on, in words that outlive the rows: a group, or a persona in it."""

    key: str
    persona: str | None
    """Path of its file; `None` for the group itself."""


class PersonaRows(Sequence[Row]):
    """The rows that some groups make; each is worked out when it is looked at."""

    def __init__(self, groups: Sequence[Group] = (), closed: Collection[str] = ()) -> None:
        self.groups = tuple(groups)
        self._closed = frozenset(closed)
        self._starts: list[int] = []
        self._count = 0
        for group in groups:
            self._starts.append(self._count)
            self._count += self._height(group)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self._count:
            raise IndexError(index)
        number = bisect_right(self._starts, index) - 1
        group = self.groups[number]
        member = index - self._starts[number] - _heading(group)
        if member < 0:
            return GroupRow(group, self._is_closed(group))
        return PersonaRow(group, group.members[member])

    def spot(self, index: int) -> Spot | None:
        """Return what stands on a row, or `None` where there is none."""
        if not 0 <= index < self._count:
            return None
        row = self[index]
        return Spot(row.group.key, row.header.file if isinstance(row, PersonaRow) else None)

    def find(self, spot: Spot) -> int | None:
        """Return the row of a spot; else its closed group, else the same persona elsewhere."""
        elsewhere = None
        for group, start in zip(self.groups, self._starts, strict=True):
            here = group.key == spot.key
            if here and (spot.persona is None or self._is_closed(group)):
                return start
            if (here or elsewhere is None) and not self._is_closed(group):
                member = _member(group, spot.persona)
                if member is not None:
                    elsewhere = start + _heading(group) + member
                    if here:
                        return elsewhere
        return elsewhere

    def first_persona(self) -> int | None:
        """Return the row of the first persona that is not folded away."""
        for group, start in zip(self.groups, self._starts, strict=True):
            if group.members and not self._is_closed(group):
                return start + _heading(group)
        return None

    def _is_closed(self, group: Group) -> bool:
        return bool(group.title) and group.key in self._closed

    def _height(self, group: Group) -> int:
        return _heading(group) + (0 if self._is_closed(group) else len(group.members))


def shown_source(label: str) -> str:
    """Return how the label of a folder of personas is shown."""
    return "Built-in" if label == SHIPPED else label


def _mark(header: PersonaHeader) -> tuple[str, str]:
    """Return the mark of a persona that has problems, and its role."""
    if header.problem:
        return "✗", "error"
    if header.complaints:
        return f"! {min(header.complaints, 99)}", "mark"
    return "", "quiet"


def _heading(group: Group) -> int:
    """Return how many rows a group's heading takes."""
    return 1 if group.title else 0


def _member(group: Group, file: str | None) -> int | None:
    """Return where in a group a persona stands."""
    return next((at for at, each in enumerate(group.members) if each.file == file), None)
