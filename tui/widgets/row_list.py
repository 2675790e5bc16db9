"""A list that paints the rows in view, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

Part = tuple[str, str]
"""A text and its role."""


class Row(Protocol):
    """One row of a list."""

    @property
    def key(self) -> str:
        """What tells it from all others, also when the list is made anew."""

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        """Return how it reads in that many cells, a line each."""


R = TypeVar("R", bound=Row)
_PREFIX = "row-list--"
_ROLES = {
    "row": "color: $foreground;",
    "quiet": "color: $text-muted;",
    "title": "color: $foreground; text-style: bold;",
    "mark": "color: $text-warning;",
    "live": "color: $text-primary; text-style: bold;",
    "error": "color: $text-error;",
    "good": "color: $text-success;",
    "match": "color: $text-warning; background: $warning-muted; text-style: bold underline;",
    "hover": "background: $block-hover-background;",
    "cursor": "color: $block-cursor-blurred-foreground; "
    "background: $block-cursor-blurred-background;",
}
_FOCUSED = (
    f"& > .{_PREFIX}cursor {{ color: $block-cursor-foreground; "
    "background: $block-cursor-background; text-style: $block-cursor-text-style; }"
)


class RowList(ScrollView, Generic[R], can_focus=True):
    """Rows of equal height. Feed it with `show` and `extend`."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {_PREFIX + role for role in _ROLES}
    DEFAULT_CSS = (
        "RowList { background: $background; color: $foreground; overflow-x: hidden; "
        "overflow-y: auto; scrollbar-size-vertical: 1; "
        + " ".join(f"& > .{_PREFIX}{role} {{ {rules} }}" for role, rules in _ROLES.items())
        + f" &:focus {{ {_FOCUSED} }} }}"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next row", show=False),
        Binding("up,k", "move(-1)", "Previous row", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("home,g", "end(-1)", "First row", show=False),
        Binding("end,G", "end(1)", "Last row", show=False),
    ]

    class Told(Message):
        """Something happened in a list."""

        def __init__(self, rows: RowList[Any]) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> RowList[Any]:
            return self.rows

    class Moved(Told):
        """The cursor stands on another row, or its row has changed."""

    class Chosen(Told):
        """A row was clicked twice."""

    cursor: reactive[int] = reactive(0)
    _hovered: reactive[int] = reactive(-1)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.placeholder: str = ""
        """What an empty list says."""
        self._rows: Sequence[R] = ()
        self._height = 1
        self._styles: dict[str, Style] = {}

    @property
    def current(self) -> R | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def rows(self) -> Sequence[R]:
        """All rows."""
        return self._rows

    def show(
        self,
        rows: Sequence[R],
        *,
        height: int = 1,
        go_to: str | None = None,
        cursor: int | None = None,
    ) -> None:
        """Show these rows, each of so many lines.

        The cursor goes to `cursor`, or to the row with the key `go_to`; without them it stays
        on its row, or where that is gone, on its place.
        """
        before = self.current
        if cursor is None:
            wanted = go_to if go_to is not None else before.key if before is not None else None
            cursor = next((i for i, row in enumerate(rows) if row.key == wanted), self.cursor)
        self._rows = rows
        self._height = height
        self._hovered = -1
        self.set_reactive(RowList.cursor, self.validate_cursor(cursor))
        self._measure()
        self._into_view(above=self._room // height // 3)
        self.refresh()
        if self.current != before:
            self.post_message(self.Moved(self))

    def extend(self, rows: Sequence[R]) -> None:
        """Add rows at the end."""
        first = not self._rows
        self._rows = [*self._rows, *rows]
        self._measure()
        self.refresh()
        if first and rows:
            self.post_message(self.Moved(self))

    # Moving

    def watch_cursor(self, old: int, new: int) -> None:
        self._into_view()
        for index in (old, new):
            top = index * self._height - self.scroll_offset.y
            self.refresh(Region(0, top, self.size.width, self._height))
        self.post_message(self.Moved(self))

    def watch__hovered(self, old: int, new: int) -> None:
        for index in (old, new):
            top = index * self._height - self.scroll_offset.y
            self.refresh(Region(0, top, self.size.width, self._height))

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._rows) - 1))

    def action_move(self, step: int) -> None:
        """Move by rows."""
        self.cursor += step

    def action_page(self, step: int) -> None:
        """Move by the height of the list."""
        self.cursor += step * max(1, self._room // self._height - 1)

    def action_end(self, step: int) -> None:
        """Go to the first or the last row."""
        self.cursor = len(self._rows) if step > 0 else 0

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.height

    def _measure(self) -> None:
        size = Size(self.scrollable_content_region.width, len(self._rows) * self._height)
        if self.styles.overflow_y != "scroll":
            self.virtual_size = size
            return
        # The scroll bar is always there: nothing has to be laid out.
        self.set_reactive(RowList.virtual_size, size)
        self.vertical_scrollbar.window_virtual_size = size.height
        if self.scroll_offset.y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)

    def _into_view(self, *, above: int | None = None) -> None:
        """Scroll as little as will do, or so that as many rows stand above the cursor."""
        top, first = self.scroll_offset.y, self.cursor * self._height
        if not self._room or top <= first <= top + self._room - self._height:
            return
        if above is not None:
            first -= above * self._height
        elif first > top:
            first += self._height - self._room
        self.scroll_to(y=max(0, first), animate=False, immediate=True)

    # Painting

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if not self._rows:
            lines = self.placeholder.splitlines()
            text = f"  {lines[y]}" if y < len(lines) else ""
            return self._strip([(text, "quiet")], width, None)
        index, line = divmod(y + self.scroll_offset.y, self._height)
        if index >= len(self._rows):
            return Strip.blank(width, self._style("row"))
        ground = "cursor" if index == self.cursor else "hover" if index == self._hovered else None
        lines_of_row = self._rows[index].lines(width)
        return self._strip(lines_of_row[line] if line < len(lines_of_row) else [], width, ground)

    def _strip(self, parts: Sequence[Part], width: int, ground: str | None) -> Strip:
        under = self._style(ground) if ground else None
        segments = [Segment(text, self._over(role, ground, under)) for text, role in parts if text]
        return Strip(segments).adjust_cell_length(width, under or self._style("row"))

    def _over(self, role: str, ground: str | None, under: Style | None) -> Style:
        style = self._style(role)
        if under is None:
            return style
        if ground == "cursor":
            # One colour for the whole row; what was found stays bold and underlined.
            return under + Style(bold=style.bold, underline=style.underline)
        return style + under

    def _style(self, role: str) -> Style:
        style = self._styles.get(role)
        if style is None:
            style = self._styles[role] = self.get_component_rich_style(_PREFIX + role)
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    @on(events.Focus)
    @on(events.Blur)
    def _focus_changed(self) -> None:
        self._styles.clear()

    def on_resize(self) -> None:
        self._measure()
        self._into_view()

    # Mouse

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._hovered = (event.y + self.scroll_offset.y) // self._height

    def on_leave(self) -> None:
        self._hovered = -1

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row."""
        index = (event.y + self.scroll_offset.y) // self._height
        if index < len(self._rows):
            self.cursor = index
            self.clicked(event.chain)

    def clicked(self, times: int) -> None:
        """Act on a click on the row under the cursor: the second one chooses it."""
        if times > 1:
            self.post_message(self.Chosen(self))
