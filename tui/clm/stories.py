"""The cards of a day, one below the other; only those in view are painted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.clm.story import Part, Story, story_lines

_PREFIX = "stories--"
_ROLES = {
    "ground": "color: $text-muted; background: $background;",
    "card": "color: $foreground; background: $surface;",
    "text": "color: $foreground; background: $surface;",
    "quiet": "color: $text-muted; background: $surface;",
    "title": "color: $foreground; background: $surface; text-style: bold;",
    "bar": "color: $text-primary; background: $surface;",
    "thought": "color: $text-accent; background: $surface;",
    "thought-text": "color: $foreground 85%; background: $surface; text-style: italic;",
    "action": "color: $text-primary; background: $surface;",
    "action-text": "color: $text-primary; background: $surface; text-style: bold;",
    "message": "color: $text-secondary; background: $surface;",
    "good": "color: $text-success; background: $surface;",
    "bad": "color: $text-error; background: $surface;",
    "mark": "color: $text-warning; background: $surface;",
    "edge-waiting": "color: $foreground 20%; background: $surface;",
    "edge-plain": "color: $primary 60%; background: $surface;",
    "edge-thinking": "color: $accent; background: $surface;",
    "edge-good": "color: $success 80%; background: $surface;",
    "edge-bad": "color: $error 80%; background: $surface;",
    "cursor": "background: $panel;",
}
_KEPT = 400
"""Cards whose lines are remembered."""
_ROOMY = 20
"""Rows from which cards are told at length."""


class StoryList(ScrollView, can_focus=True):
    """Cards. Feed it with `show`; it follows the newest until the reader goes elsewhere."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {_PREFIX + role for role in _ROLES}
    DEFAULT_CSS = (
        "StoryList { background: $background; overflow-x: hidden; overflow-y: auto; "
        "scrollbar-size-vertical: 1; scrollbar-gutter: stable; "
        + " ".join(f"& > .{_PREFIX}{role} {{ {rules} }}" for role, rules in _ROLES.items())
        + " }"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next card", show=False),
        Binding("up,k", "move(-1)", "Previous card", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("home,g", "end(-1)", "First card", show=False),
        Binding("end,G", "end(1)", "Last card, and follow", show=False),
    ]

    class Told(Message):
        """Something happened in a list."""

        def __init__(self, stories: StoryList) -> None:
            super().__init__()
            self.stories = stories

        @property
        def control(self) -> StoryList:
            return self.stories

    class Chosen(Told):
        """A card was clicked twice."""

    class Newest(Told):
        """The reader wants to see what is newest."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.placeholder = ""
        """What an empty list says."""
        self.following = True
        """Whether the newest card is kept in view."""
        self.pinned = False
        """Whether these cards are old ones, so that their end is not where news come."""
        self.cursor = 0
        self._stories: Sequence[Story] = ()
        self._width = 0
        """In cells, for which the lines below are laid out."""
        self._roomy = False
        self._tops: list[int] = [0]
        self._lines: dict[tuple[Story, int, bool], list[list[Part]]] = {}
        self._styles: dict[str, Style] = {}

    @property
    def stories(self) -> Sequence[Story]:
        """The cards in their order."""
        return self._stories

    @property
    def current(self) -> Story | None:
        """The card under the cursor."""
        return self._stories[self.cursor] if self.cursor < len(self._stories) else None

    def show(self, stories: Sequence[Story], *, follow: bool = True) -> None:
        """Show these cards; the cursor stays on its card where it is still there.

        Args:
            stories: the cards in their order.
            follow: whether new ones may be brought into view, if the reader follows at all.
        """
        before = self.current
        self._stories = stories
        last = max(0, len(stories) - 1)
        if self.following and follow:
            self.cursor = last
        elif before is not None:
            keys = (i for i, each in enumerate(stories) if each.key == before.key)
            self.cursor = next(keys, min(self.cursor, last))
        self._measure()
        if self.following and follow:
            self._into_view()
        self.refresh()

    def go_to(self, key: str) -> bool:
        """Put the cursor on a card; false where there is none of that key."""
        for index, each in enumerate(self._stories):
            if each.key == key:
                self._move_to(index)
                return True
        return False

    # Moving

    def action_move(self, step: int) -> None:
        """Move by cards; a card longer than the page is read through first."""
        bottom = self.scroll_offset.y + self._room
        if step > 0 and self._end(self.cursor) - 1 > bottom:
            self.scroll_relative(y=max(1, self._room // 2), animate=False)
            return
        if step < 0 and self._tops[self.cursor] < self.scroll_offset.y:
            self.scroll_relative(y=-max(1, self._room // 2), animate=False)
            return
        self._move_to(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Move by the height of the list."""
        target = self.scroll_offset.y + step * max(1, self._room - 1)
        self.scroll_to(y=target, animate=False, immediate=True)
        self.following = step > 0 and target >= self.max_scroll_y and not self.pinned
        self.cursor = self._at(max(0, min(target, self.virtual_size.height - 1)))
        self.refresh()

    def action_end(self, step: int) -> None:
        """Go to the first or the last card."""
        self._move_to(len(self._stories) - 1 if step > 0 else 0)
        if step > 0:
            self.post_message(self.Newest(self))

    def _move_to(self, index: int) -> None:
        last = max(0, len(self._stories) - 1)
        self.cursor = max(0, min(index, last))
        self.following = self.cursor == last and not self.pinned
        self._into_view()
        self.refresh()

    def _into_view(self) -> None:
        if not self._stories or not self._room:
            return
        top, end = self._tops[self.cursor], self._end(self.cursor) - 1
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True)
        elif end > self.scroll_offset.y + self._room:
            y = min(top, end - self._room) if not self.following else end - self._room
            self.scroll_to(y=y, animate=False, immediate=True)

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.height

    def _end(self, index: int) -> int:
        return self._tops[min(index + 1, len(self._tops) - 1)]

    def _at(self, y: int) -> int:
        """Return the card at a line of the whole."""
        return max(0, min(bisect_right(self._tops, y) - 1, len(self._stories) - 1))

    # Painting

    def _measure(self) -> None:
        self._width = width = self.scrollable_content_region.width
        self._roomy = self._room >= _ROOMY
        if len(self._lines) > max(_KEPT, 2 * len(self._stories)):
            self._lines.clear()
        heights = (len(self._lines_of(each)) for each in self._stories)
        self._tops = [0, *accumulate(heights)]
        self.virtual_size = Size(width, max(0, self._tops[-1] - 1))

    def _lines_of(self, story: Story) -> list[list[Part]]:
        key = story, self._width, self._roomy
        lines = self._lines.get(key)
        if lines is None:
            lines = story_lines(story, self._width, roomy=self._roomy)
            self._lines[key] = lines
        return lines

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        ground = self._style("ground")
        if not self._stories:
            lines = self.placeholder.splitlines()
            text = f"  {lines[y]}" if y < len(lines) else ""
            return Strip([Segment(text, ground)]).adjust_cell_length(width, ground)
        at = y + self.scroll_offset.y
        if at >= self._tops[-1]:
            return Strip.blank(width, ground)
        index = self._at(at)
        parts = self._lines_of(self._stories[index])[at - self._tops[index]]
        if not parts:
            return Strip.blank(width, ground)
        under = self._style("cursor") if index == self.cursor and self.has_focus else Style()
        card = self._style("card") + under
        segments = [Segment(text, self._style(role) + under) for text, role in parts if text]
        strip = Strip(segments).adjust_cell_length(width - 1, card)
        return Strip.join([strip, Strip.blank(1, ground)])

    def _style(self, role: str) -> Style:
        style = self._styles.get(role)
        if style is None:
            # Under the cursor only the ground is another one.
            style = self.get_component_rich_style(_PREFIX + role, partial=role == "cursor")
            self._styles[role] = style
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def on_resize(self) -> None:
        self._measure()
        self._into_view()

    def on_click(self, event: events.Click) -> None:
        """Once puts the cursor there, twice chooses."""
        at = event.y + self.scroll_offset.y
        if self._stories and at < self._tops[-1]:
            self.cursor = self._at(at)
            self.following = self.cursor == len(self._stories) - 1 and not self.pinned
            self.refresh()
            if event.chain > 1:
                self.post_message(self.Chosen(self))

    def on_mouse_scroll_up(self) -> None:
        """Stay where the reader scrolls to."""
        self.following = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        at_end = new_value >= self.max_scroll_y and self.cursor >= len(self._stories) - 1
        if at_end and not self.pinned:
            self.following = True
