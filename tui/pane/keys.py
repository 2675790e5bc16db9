"""The keys that do something now, as plain rows, and how many of them fit into a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len

from core.text import clean_line

if TYPE_CHECKING:
    from textual.app import App
    from textual.binding import ActiveBinding
    from textual.screen import Screen

_LEAVE = "escape"
_DISABLED = -1_000_000
_FIRST = 1_000_000


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key that does something now.

    Attributes:
        key: The key by Textual's name; a click on the row presses it.
        display: The key as it is shown, such as `^p`.
        label: What it does, in a word or two.
        action: The action that it runs.
        importance: Where there is no room, the rows with the lowest are left out.
        enabled: Whether it works; otherwise it is shown dimmed.
        group: Neighbours of one group share this label, where there is one.
        tooltip: What it does, in a sentence.
        docked: Whether it is shown at the right end of the line.
    """

    key: str
    display: str
    label: str
    action: str
    importance: int = 0
    enabled: bool = True
    group: str = ""
    tooltip: str = ""
    docked: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Keys with one label, as they stand in a line.

    Attributes:
        rows: The keys, side by side.
        label: The label to the right of them.
        docked: Whether it is shown at the right end of the line.
    """

    rows: tuple[KeyRow, ...]
    label: str
    docked: bool = False

    @property
    def width(self) -> int:
        """Cells that keys and label take."""
        keys = sum(cell_len(row.display) for row in self.rows)
        return keys + (1 + cell_len(self.label) if self.label else 0)

    @property
    def importance(self) -> int:
        return max(row.importance for row in self.rows)


def key_rows(screen: Screen[object]) -> tuple[KeyRow, ...]:
    """Return what the keys of a screen do now: one row an action, in order of declaration.

    What is declared first is the most important; the key that leaves and the command palette
    come before everything, what is disabled behind it.
    """
    active = screen.active_bindings
    app = screen.app
    shown: dict[str, KeyRow] = {}
    for each in active.values():
        if each.binding.show and each.binding.action not in shown:
            shown[each.binding.action] = _row(app, each, len(shown))
    palette = active.get(app.COMMAND_PALETTE_BINDING)
    rows = tuple(shown.values())
    if palette is None or not app.ENABLE_COMMAND_PALETTE:
        return rows
    return *rows, _row(app, palette, -1, docked=True)


def _row(app: App[object], active: ActiveBinding, place: int, *, docked: bool = False) -> KeyRow:
    _, binding, enabled, tooltip = active
    importance = _FIRST if binding.key == _LEAVE else -place
    return KeyRow(
        key=binding.key,
        display=clean_line(app.get_key_display(binding)),
        label=clean_line(binding.description),
        action=binding.action,
        importance=importance if enabled else importance + _DISABLED,
        enabled=enabled,
        group=binding.group.description if binding.group is not None else "",
        tooltip=tooltip or (binding.description if docked or binding.group is not None else ""),
        docked=docked,
    )


def items_of(rows: Sequence[KeyRow]) -> list[Item]:
    """Put neighbours of one group together."""
    return [item for _, part in groupby(rows, _together) for item in _grouped(tuple(part))]


def _together(row: KeyRow) -> tuple[str, bool]:
    return row.group, row.docked


def _grouped(rows: tuple[KeyRow, ...]) -> Iterator[Item]:
    if rows[0].group and len(rows) > 1:
        yield Item(rows, rows[0].group, rows[0].docked)
    else:
        yield from (Item((row,), row.label, row.docked) for row in rows)


def fitting(items: Sequence[Item], width: int, *, dock: int) -> list[Item]:
    """Return the items that have room in a line, in their order.

    Args:
        items: All of them.
        width: Cells of the line.
        dock: Cells that a docked item takes beside its own.
    """
    kept: set[int] = set()
    left = right = 0
    for index in sorted(range(len(items)), key=lambda at: (-items[at].importance, at)):
        item = items[index]
        if item.docked:
            right += item.width + dock
        else:
            left += item.width + (1 if left else 0)
        if left + right > width:
            break
        kept.add(index)
    return [item for index, item in enumerate(items) if index in kept]
