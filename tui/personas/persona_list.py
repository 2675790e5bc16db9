"""The list of personas: groups that fold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.personas.groups import Group
from core.personas.headers import PersonaHeader
from tui.personas.rows import GroupRow, PersonaRow, PersonaRows, Row, Spot
from tui.widgets.row_list import RowList


class PersonaList(RowList[Row]):
    """Personas in groups that fold. Feed it with `show_groups`."""

    # A scroll bar that comes and goes would have the pane laid out with every letter typed.
    DEFAULT_CSS = "PersonaList { overflow-y: scroll; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "fold(True)", "Fold the group", show=False),
        Binding("right,l", "fold(False)", "Unfold the group", show=False),
        Binding("minus", "fold_all(True)", "Fold all groups", show=False),
        Binding("plus", "fold_all(False)", "Unfold all groups", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._in_groups = PersonaRows()
        self._folded: set[str] = set()

    @property
    def persona(self) -> PersonaHeader | None:
        """The selected persona."""
        return self.current.header if isinstance(self.current, PersonaRow) else None

    @property
    def group(self) -> Group | None:
        """The selected group: the cursor is on its heading."""
        return self.current.group if isinstance(self.current, GroupRow) else None

    @property
    def groups(self) -> Sequence[Group]:
        """The groups shown."""
        return self._in_groups.groups

    def show_groups(self, groups: Sequence[Group], *, keep: bool = True) -> None:
        """Show these groups; the cursor stays on its persona, or goes to the first one."""
        self._show(groups, self._spot if keep else None)

    def go_to(self, path: Path) -> bool:
        """Put the cursor on a persona, its group unfolded; whether it is there."""
        for group in self.groups:
            if any(header.file == str(path) for header in group.members):
                self._folded.discard(group.key)
                self._show(self.groups, Spot(group.key, str(path)))
                return True
        return False

    @property
    def _spot(self) -> Spot | None:
        return self._in_groups.spot(self.cursor)

    def _show(self, groups: Sequence[Group], spot: Spot | None) -> None:
        rows = self._in_groups = PersonaRows(groups, self._folded)
        # Without a spot the cursor goes to the first persona; from one that is gone, to the next.
        self.show(rows, cursor=rows.find(spot) if spot else rows.first_persona() or 0)

    def action_fold(self, closed: bool | None = None) -> None:
        """Fold or unfold the group that the cursor is in."""
        spot = self._spot
        if spot is None:
            return
        if closed is None:
            closed = spot.key not in self._folded
        if closed:
            self._folded.add(spot.key)
        else:
            self._folded.discard(spot.key)
        self._show(self.groups, spot)

    def action_fold_all(self, closed: bool) -> None:
        """Fold or unfold all groups."""
        keys = {group.key for group in self.groups}
        self._folded = self._folded | keys if closed else self._folded - keys
        self._show(self.groups, self._spot)

    def clicked(self, times: int) -> None:
        if self.group is not None:
            self.action_fold()
        else:
            super().clicked(times)
