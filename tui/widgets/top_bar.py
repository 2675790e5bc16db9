"""The top line: the name of the program, its panes as tabs, the model that is ready."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from core.text import clean_line
from tui.panes import PANES, Pane

if TYPE_CHECKING:
    from tui.pane.shell import Shell

_NAME = " Salon "


class TopBar(Widget):
    """Shown by every pane; what it shows is the app's business, hence the same everywhere."""

    if TYPE_CHECKING:
        app: Shell

    def on_mount(self) -> None:
        self.watch(self.app, "ready", self._look_again, init=False)

    def render(self) -> RenderResult:
        width = max(1, self.content_size.width)
        left = Content.assemble((_NAME, "bold"), *(tab for _, tab in self._tabs()))
        right = Content(clean_line(self.app.ready))
        room = max(0, width - left.cell_length - 2)
        if right.cell_length > room:
            right = right.truncate(room, ellipsis=True)
        gap = max(1, width - left.cell_length - right.cell_length - 1)
        return Content.assemble(left, " " * gap, right, " ")

    async def on_click(self, event: events.Click) -> None:
        at = event.x - self.gutter.left - len(_NAME)
        for pane, tab in self._tabs():
            if 0 <= at < tab.cell_length:
                await self.app.action_pane(pane.name)
                return
            at -= tab.cell_length

    def _look_again(self) -> None:
        self.refresh()

    def _tabs(self) -> Iterator[tuple[Pane, Content]]:
        """Yield each pane with its tab; the keys are left out where they have no room."""
        keys = len(_NAME) + sum(len(_label(each, keys=True)) for each in PANES)
        for each in PANES:
            current = each.name == self.app.current_mode
            text = _label(each, keys=keys <= self.content_size.width, current=current)
            yield each, Content.styled(text, "bold" if current else "dim")


def _label(pane: Pane, *, keys: bool, current: bool = False) -> str:
    mark = "▸" if current else " "
    key = f"{pane.key.upper()} " if keys else ""
    return f" {mark}{key}{pane.title}"
