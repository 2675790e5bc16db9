"""The list of personas: one widget that paints the rows in view, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from core.personas.groups import Group
from core.personas.headers import PersonaHeader
from tui.personas.row_look import COMPONENT_CLASSES, COMPONENT_CSS, FOCUSED_CSS, PREFIX, paint_row
from tui.personas.rows import GroupRow, PersonaRow, Rows, Spot


class PersonaList(ScrollView, can_focus=True):
    """Personas in groups that fold. Feed it with `show`."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = COMPONENT_CLASSES
    DEFAULT_CSS = (
        "PersonaList { background: $background; color: $foreground; overflow-x: hidden; "
        f"overflow-y: scroll; scrollbar-size-vertical: 1; {COMPONENT_CSS} "
        f"&:focus {{ {FOCUSED_CSS} }} }}"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next persona", show=False),
        Binding("up,k", "move(-1)", "Previous persona", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("home,g", "end(-1)", "First persona", show=False),
        Binding("end,G", "end(1)", "Last persona", show=False),
        Binding("space", "fold", "Fold or unfold the group", show=False),
        Binding("left,h", "fold(True)", "Fold the group", show=False),
        Binding("right,l", "fold(False)", "Unfold the group", show=False),
        Binding("minus", "fold_all(True)", "Fold all groups", show=False),
        Binding("plus", "fold_all(False)", "Unfold all groups", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another row, or its row has changed."""

    class Chosen(Message):
        """A persona was clicked twice."""

    cursor: reactive[int] = reactive(0)
    _hovered: reactive[int] = reactive(-1)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.placeholder: Sequence[str] = ()
        """Lines that an empty list shows."""
        self._rows = Rows()
        self._folded: set[str] = set()
        self._styles: dict[str, Style] = {}
        self._home = str(Path.home())

    @property
    def current(self) -> PersonaHeader | None:
        """The persona under the cursor."""
        row = self._rows.at(self.cursor)
        return row.header if isinstance(row, PersonaRow) else None

    @property
    def group(self) -> Group | None:
        """The group on whose heading the cursor stands."""
        row = self._rows.at(self.cursor)
        return row.group if isinstance(row, GroupRow) else None

    @property
    def groups(self) -> Sequence[Group]:
        """The groups shown."""
        return self._rows.groups

    @property
    def spot(self) -> Spot | None:
        """What the cursor stands on."""
        return self._rows.spot(self.cursor)

    @property
    def row_count(self) -> int:
        """How many rows there are, headings included."""
        return len(self._rows)

    def rows_of(self, groups: Sequence[Group]) -> Rows:
        """Return the rows for some groups; takes a while, so that a thread may do it."""
        return Rows(groups, frozenset(self._folded))

    def show(self, rows: Rows, *, keep: bool = True) -> None:
        """Show these rows; the cursor stays on its persona, or goes to the first one."""
        self._replace(rows, self.spot if keep else None)

    def go_to(self, path: Path) -> bool:
        """Put the cursor on a persona, its group unfolded; whether it is there."""
        for group in self._rows.groups:
            if any(header.file == str(path) for header in group.members):
                self._folded.discard(group.key)
                self._replace(Rows(self._rows.groups, self._folded), Spot(group.key, str(path)))
                return True
        return False

    def _replace(self, rows: Rows, spot: Spot | None) -> None:
        found = rows.find(spot) if spot is not None else None
        if found is None:
            # Where somebody has gone, the next one moves up.
            found = min(self.cursor, len(rows) - 1) if spot is not None else rows.first_persona()
        self._rows = rows
        self._stretch()
        self.set_reactive(PersonaList.cursor, max(0, found or 0))
        self._hovered = -1
        self._into_view(above=self.scrollable_content_region.height // 3)
        self.refresh()
        self.post_message(self.Moved())

    def _stretch(self) -> None:
        """Be as high as the rows. The scroll bar is always there: nothing has to be laid out."""
        count = len(self._rows)
        size = Size(self.scrollable_content_region.width, count)
        self.set_reactive(PersonaList.virtual_size, size)
        self.vertical_scrollbar.window_virtual_size = count
        if self.scroll_offset.y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False)

    # Moving and folding

    def watch_cursor(self, old: int, new: int) -> None:
        self._into_view()
        for row in (old, new):
            self._refresh_row(row)
        self.post_message(self.Moved())

    def watch__hovered(self, old: int, new: int) -> None:
        for row in (old, new):
            self._refresh_row(row)

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._rows) - 1))

    def action_move(self, step: int) -> None:
        """Move by rows."""
        self.cursor += step

    def action_page(self, step: int) -> None:
        """Move by the height of the list."""
        self.cursor += step * max(1, self.scrollable_content_region.height - 1)

    def action_end(self, step: int) -> None:
        """Go to the first or the last row."""
        self.cursor = len(self._rows) if step > 0 else 0

    def action_fold(self, closed: bool | None = None) -> None:
        """Fold or unfold the group that the cursor is in."""
        spot = self.spot
        if spot is None:
            return
        if closed is None:
            closed = spot.key not in self._folded
        if closed:
            self._folded.add(spot.key)
        else:
            self._folded.discard(spot.key)
        self._replace(Rows(self._rows.groups, self._folded), spot)

    def action_fold_all(self, closed: bool) -> None:
        """Fold or unfold all groups."""
        keys = {group.key for group in self._rows.groups}
        self._folded = self._folded | keys if closed else self._folded - keys
        self._replace(Rows(self._rows.groups, self._folded), self.spot)

    def _into_view(self, *, above: int | None = None) -> None:
        """Scroll as little as will do, or so that as many rows stand above the cursor."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if not height or top <= self.cursor < top + height:
            return
        if above is None:
            above = 0 if self.cursor < top else height - 1
        self.scroll_to(y=max(0, self.cursor - above), animate=False)

    # Painting

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if not len(self._rows):
            line = self.placeholder[y] if y < len(self.placeholder) else ""
            return Strip.blank(width, self.rich_style) if not line else self._plain(line, width)
        index = y + self.scroll_offset.y
        row = self._rows.at(index)
        if row is None:
            return Strip.blank(width, self.rich_style)
        return paint_row(
            row,
            width,
            self._style,
            cursor=index == self.cursor,
            hover=index == self._hovered,
            home=self._home,
        )

    def _plain(self, line: str, width: int) -> Strip:
        style = self._style("quiet")
        return Strip([Segment(f"  {line}", style)]).adjust_cell_length(width, style)

    def _style(self, role: str) -> Style:
        style = self._styles.get(role)
        if style is None:
            style = self._styles[role] = self.get_component_rich_style(PREFIX + role)
        return style

    def _refresh_row(self, row: int) -> None:
        self.refresh(Region(0, row - self.scroll_offset.y, self.size.width, 1))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def on_focus(self) -> None:
        self._styles.clear()

    def on_blur(self) -> None:
        self._styles.clear()

    def on_resize(self) -> None:
        self._stretch()
        self._into_view()

    # Mouse

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._hovered = event.y + self.scroll_offset.y

    def on_leave(self) -> None:
        self._hovered = -1

    def on_click(self, event: events.Click) -> None:
        """Once puts the cursor there, on a heading also folds; twice chooses."""
        index = event.y + self.scroll_offset.y
        if self._rows.at(index) is None:
            return
        self.cursor = index
        if self.group is not None:
            self.action_fold()
        elif event.chain > 1:
            self.post_message(self.Chosen())
