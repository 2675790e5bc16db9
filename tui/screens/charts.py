"""All charts of a run on one page."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Label

from core.clm.run.state import RunState
from core.text import clean_line
from tui.days.plots import calibration_plot, engagement_plot, money_plot, regret_plot
from tui.widgets.chart import Chart


class ChartsScreen(ModalScreen[None]):
    """Engagement, money, regret, and calibration where chances are foretold."""

    CSS_PATH = "charts.tcss"
    BINDINGS = [Binding("escape,q,v", "close", "Back")]

    def __init__(self, state: RunState) -> None:
        super().__init__()
        plots = (
            engagement_plot(state),
            money_plot(state),
            regret_plot(state),
            calibration_plot(state, "score"),
            calibration_plot(state, "alive"),
        )
        self._plots = [each for each in plots if each is not None]
        self._title = clean_line(f"{state.over} days of {state.spec.name}")

    def compose(self) -> ComposeResult:
        with Vertical(id="charts"):
            yield Label(self._title, id="charts-title", markup=False)
            with Grid(id="charts-grid"):
                for plot in self._plots:
                    chart = Chart()
                    chart.plot = plot
                    alone = len(self._plots) % 2 and plot is self._plots[-1]
                    chart.set_class(bool(alone), "-alone")
                    yield chart
            yield Footer(compact=True)

    def on_mount(self) -> None:
        self.on_resize()

    def on_resize(self) -> None:
        self.set_class(self.size.width < 100, "-narrow")

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
