"""A chart as a widget."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.plot import Plot, plot_rows


class Chart(Widget):
    """Draws a `Plot` in whatever room there is."""

    DEFAULT_CSS = """
    Chart { height: 1fr; min-height: 6; padding: 0 1; }
    """

    plot: reactive[Plot | None] = reactive(None)

    def render(self) -> RenderResult:
        width, height = self.content_size
        if self.plot is None or width < 10 or height < 4:
            return Content("")
        rows = plot_rows(self.plot, width, height)
        return Content("\n").join([
            Content.assemble(*(part for part in row if part[0])) for row in rows
        ])
