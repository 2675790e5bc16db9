"""The rows of the list of personas: headings of groups, and personas below them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from core.personas.grouping import Group
from core.personas.headers import PersonaHeader


class GroupRow(NamedTuple):
    """The heading of a group."""

    group: Group
    closed: bool


class PersonaRow(NamedTuple):
    """A persona in a group."""

    key: str
    """Of its group."""
    header: PersonaHeader


Row = GroupRow | PersonaRow


class Spot(NamedTuple):
    """What a cursor stands on, in words that outlive the rows: a group, or somebody in it."""

    key: str
    persona: str
    """Path of its file; empty for the group itself."""


class Rows:
    """The rows that some groups make."""

    def __init__(self, groups: Sequence[Group] = (), closed: Collection[str] = ()) -> None:
        self.groups = tuple(groups)
        self.rows: list[Row] = []
        for group in groups:
            shut = bool(group.title) and group.key in closed
            if group.title:
                self.rows.append(GroupRow(group, shut))
            if not shut:
                self.rows += [PersonaRow(group.key, header) for header in group.members]

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, index: int) -> Row | None:
        """Return a row, or `None` where there is none."""
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def spot(self, index: int) -> Spot | None:
        """Return what stands on a row."""
        row = self.at(index)
        if row is None:
            return None
        if isinstance(row, GroupRow):
            return Spot(row.group.key, "")
        return Spot(row.key, str(row.header.path))

    def find(self, spot: Spot) -> int | None:
        """Return the row of a spot; else its closed group, else the same persona elsewhere."""
        elsewhere = None
        for index, row in enumerate(self.rows):
            if isinstance(row, GroupRow):
                if row.group.key == spot.key and (row.closed or not spot.persona):
                    return index
            elif spot.persona and str(row.header.path) == spot.persona:
                if row.key == spot.key:
                    return index
                elsewhere = index if elsewhere is None else elsewhere
        return elsewhere

    def first_persona(self) -> int | None:
        """Return the row of the first persona."""
        return next((i for i, row in enumerate(self.rows) if isinstance(row, PersonaRow)), None)
