"""The last line of a screen: the keys that do something now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui.pane.keys import Item, KeyRow, fitting, items_of, key_rows

_RULE = "▏"
_DOCK = len(_RULE) + 1
"""Cells beside a docked item: a rule before it, a blank behind."""


class KeyBar(Widget, can_focus=False):
    """Shows the keys of its screen that do something now; a click on one presses it.

    Where there is no room for all of them the least important are left out; no label is cut.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-bar--key",
        "key-bar--label",
        "key-bar--hover",
        "key-bar--rule",
    }
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        width: 1fr;
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
        & > .key-bar--key {
            color: $footer-key-foreground;
            background: $footer-key-background;
            text-style: bold;
        }
        & > .key-bar--label {
            color: $footer-description-foreground;
            background: $footer-description-background;
        }
        & > .key-bar--hover {
            background: $block-hover-background;
        }
        & > .key-bar--rule {
            color: $foreground 20%;
        }
        &.-pointing {
            pointer: pointer;
        }
    }
    """

    rows: reactive[tuple[KeyRow, ...]] = reactive(())
    """What is shown, as far as there is room."""
    _pointed: reactive[KeyRow | None] = reactive(None)
    """The row under the mouse."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._due = False
        self._cells: list[KeyRow | None] = []
        """The row at each cell of the line."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed, immediate=True)
        self._look_soon()

    def _bindings_changed(self, screen: Screen[object]) -> None:
        # An app that has lost the focus of its terminal has no focused widget either: the keys
        # stay those that work once it has it again.
        if screen.app.app_focus:
            self._look_soon()

    def _look_soon(self) -> None:
        if not self._due:
            self._due = True
            self.call_after_refresh(self._look)

    def _look(self) -> None:
        self._due = False
        # A screen that is not seen says so when it is: what it offers is not asked before.
        if self.is_attached and self.screen.is_current:
            self.rows = key_rows(self.screen)

    @property
    def shown(self) -> list[KeyRow]:
        """The rows that have room, from left to right."""
        return [row for item in self._fitting() for row in item.rows]

    def _fitting(self) -> list[Item]:
        return fitting(items_of(self.rows), self.content_size.width, dock=_DOCK)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw the line, and keep which row stands where."""
        width = self.content_size.width
        base = self.get_visual_style().rich_style
        if y > 0:
            return Strip.blank(width, base)
        items = self._fitting()
        left = [part for item in items if not item.docked for part in (*self._drawn(item), _GAP)]
        right = [part for item in items if item.docked for part in self._docked(item)]
        room = width - sum(Segment(text).cell_length for text, _, _ in left + right)
        # What stands right of the last item of a full line is its gap.
        if room < 0:
            left, room = left[:-1], room + 1
        parts = [*left, (" " * room, "", None), *right]
        self._cells = [row for text, _, row in parts for _ in range(Segment(text).cell_length)]
        return Strip([Segment(text, self._style(name, row, base)) for text, name, row in parts])

    def _drawn(self, item: Item) -> Iterator[_Part]:
        for row in item.rows:
            yield row.display, "key", row
        if item.label:
            yield f" {item.label}", "label", item.rows[-1]

    def _docked(self, item: Item) -> Iterator[_Part]:
        yield _RULE, "rule", None
        yield from self._drawn(item)
        yield _GAP

    def _style(self, name: str, row: KeyRow | None, base: Style) -> Style:
        if not name:
            return base
        style = self.get_visual_style(f"key-bar--{name}").rich_style
        if row is not None and not row.enabled:
            style += Style(dim=True)
        if row is not None and row == self._pointed:
            hover = self.get_visual_style("key-bar--hover").rich_style
            style += Style(bgcolor=hover.bgcolor)
        return style

    # Mouse

    def _row_at(self, event: events.MouseEvent) -> KeyRow | None:
        x = event.x - self.gutter.left
        return self._cells[x] if event.y == 0 and 0 <= x < len(self._cells) else None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._pointed = self._row_at(event)

    def on_leave(self) -> None:
        self._pointed = None

    def watch__pointed(self, row: KeyRow | None) -> None:
        self.set_class(row is not None, "-pointing")
        self.tooltip = row.tooltip or None if row is not None else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        row = self._row_at(event)
        if row is None:
            return
        if row.enabled:
            self.app.simulate_key(row.key)
        else:
            self.app.bell()


_Part = tuple[str, str, KeyRow | None]
"""A text, the end of the name of its component class, and the row that it belongs to."""
_GAP: _Part = (" ", "", None)
