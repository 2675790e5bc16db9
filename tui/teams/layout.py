"""What of the Teams pane has room, and what of it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from textual.widget import Widget

if TYPE_CHECKING:
    from tui.pane.screen import CommandScreen

_NARROW = 100
"""Columns below which everything stands in one column."""
_WIDE = 140
"""Columns from which the timeline is shown without being asked for."""


class LayoutWidgets(Protocol):
    """The widgets between which the keys are moved."""

    @property
    def nodes(self) -> Widget:
        """The tree."""
        ...

    @property
    def talk(self) -> Widget:
        """The page of a node."""
        ...

    @property
    def timeline(self) -> Widget:
        """The timeline."""
        ...


class Layout:
    """Shows and hides the tree and the timeline."""

    def __init__(self, screen: CommandScreen[Any], shown: LayoutWidgets) -> None:
        self._screen = screen
        self._shown = shown
        self._timeline: bool | None = None
        """Whether the timeline was asked for; `None`: where there is room."""

    @property
    def narrow(self) -> bool:
        """Whether there is room for one thing only."""
        return self._screen.size.width < _NARROW

    @property
    def timeline_shown(self) -> bool:
        """Whether the timeline is on screen."""
        wide = self._screen.size.width >= _WIDE
        wanted = wide if self._timeline is None else self._timeline
        return wanted and not self._screen.has_class("-choosing")

    def update(self, *, chosen: bool) -> None:
        """Fit the layout to the size of the screen, with a team or with the list of teams."""
        screen = self._screen
        screen.set_class(not chosen, "-choosing")
        screen.set_class(screen.size.width >= _WIDE, "-wide")
        screen.set_class(self.narrow, "-narrow")
        screen.set_class(self.timeline_shown, "-timeline")

    def toggle_timeline(self) -> None:
        """Show or hide the timeline; where there is room for one thing only, in its place."""
        self._timeline = not self.timeline_shown
        self._screen.update_layout()
        if self.timeline_shown:
            self._screen.set_focus(self._shown.timeline)
        elif self._screen.focused is self._shown.timeline:
            self._screen.set_focus(self._shown.nodes)

    def show_page(self) -> None:
        """Show the page of the selected node, where the timeline stands in its place."""
        if self.timeline_shown and self._screen.has_class("-narrow"):
            self.toggle_timeline()

    def toggle_tree(self) -> None:
        """Show or hide the tree."""
        self._screen.toggle_class("-no-tree")
        if self._screen.has_class("-no-tree") and self._screen.focused is self._shown.nodes:
            self._screen.set_focus(self._shown.talk)
