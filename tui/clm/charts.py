"""All charts of a run on one page."""

from __future__ import annotations

from core.clm.simulation.state import SimulationState
from tui.clm.plots import calibration_plot, engagement_plot, money_plot, regret_plot
from tui.dialogs.chart_page import ChartPage


class ChartsScreen(ChartPage):
    """Engagement, money, regret, and calibration where chances are foretold."""

    def __init__(self, state: SimulationState) -> None:
        plots = (
            engagement_plot(state),
            money_plot(state),
            regret_plot(state),
            calibration_plot(state, "score"),
            calibration_plot(state, "alive"),
        )
        known = [each for each in plots if each is not None]
        super().__init__(f"{state.over} days of {state.spec.name}", known)
