"""Charts on one page, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ScrollableContainer, Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from core.text import clean_line
from tui.pane.key_bar import KeyBar
from tui.widgets.chart import Chart
from tui.widgets.plot import Plot

_NARROW = 100
"""Columns below which charts stand one below the other."""
_LOWEST = 8
"""Rows that a chart takes at least; where there are fewer for each, the page scrolls."""
_AROUND = 6
"""Rows of the page that are no chart's."""


class _Charts(ScrollableContainer):
    BINDINGS = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
    ]


class ChartPage(ModalScreen[None]):
    """Shows charts.

    Args:
        title: stands above them.
        plots: what to draw.
        nothing: what the page says where there is nothing to draw.
    """

    CSS_PATH = Path(__file__).with_name("chart_page.tcss")
    BINDINGS = [Binding("escape,q,v", "close", "Back")]

    def __init__(self, title: str, plots: Sequence[Plot], nothing: str = "") -> None:
        super().__init__()
        self._title = clean_line(title)
        self._plots = plots
        self._nothing = nothing

    def compose(self) -> ComposeResult:
        with Vertical(id="charts"):
            yield Label(self._title, id="charts-title", markup=False)
            if not self._plots:
                yield Label(self._nothing, id="charts-nothing", markup=False)
            with _Charts(id="charts-grid"):
                for plot in self._plots:
                    chart = Chart()
                    chart.plot = plot
                    alone = len(self._plots) % 2 and plot is self._plots[-1]
                    chart.set_class(bool(alone), "-alone")
                    yield chart
            yield KeyBar()

    def on_mount(self) -> None:
        self.on_resize()

    def on_resize(self) -> None:
        size, count = self.size, len(self._plots)
        narrow = size.width < _NARROW
        rows = count if narrow else (count + 1) // 2
        self.set_class(narrow, "-narrow")
        self.set_class(size.height - _AROUND < rows * (_LOWEST + 1), "-scrolling")

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
