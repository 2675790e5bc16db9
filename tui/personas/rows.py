"""The rows of the list of personas: headings of groups, and personas below them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

from core.personas.groups import Group
from core.personas.headers import PersonaHeader


class GroupRow(NamedTuple):
    """The heading of a group."""

    group: Group
    closed: bool


class PersonaRow(NamedTuple):
    """A persona in a group."""

    group: Group
    header: PersonaHeader


Row = GroupRow | PersonaRow


class Spot(NamedTuple):
    """What a cursor stands on, in words that outlive the rows: a group, or somebody in it."""

    key: str
    persona: str | None
    """Path of its file; `None` for the group itself."""


class Rows:
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

    def at(self, index: int) -> Row | None:
        """Return a row, or `None` where there is none."""
        if not 0 <= index < self._count:
            return None
        number = bisect_right(self._starts, index) - 1
        group = self.groups[number]
        member = index - self._starts[number] - _heading(group)
        if member < 0:
            return GroupRow(group, self._is_closed(group))
        return PersonaRow(group, group.members[member])

    def spot(self, index: int) -> Spot | None:
        """Return what stands on a row."""
        row = self.at(index)
        if row is None:
            return None
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


def _heading(group: Group) -> int:
    """Return how many rows a group's heading takes."""
    return 1 if group.title else 0


def _member(group: Group, file: str | None) -> int | None:
    """Return where in a group a persona stands."""
    return next((at for at, each in enumerate(group.members) if each.file == file), None)
