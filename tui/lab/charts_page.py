"""All charts of a run of the lab on one page."""

from __future__ import annotations

from core.lab.measuring.report import Report
from core.lab.state import LabState
from core.text import counted
from tui.dialogs.chart_page import ChartPage
from tui.lab.plots import lab_plots


class LabChartsScreen(ChartPage):
    """Every measure scene by scene, and what profiles had learnt by then.

    Args:
        state: of the run, which may go on meanwhile.
        report: its figures as they are drawn.
    """

    def __init__(self, state: LabState, report: Report) -> None:
        plots = lab_plots(report)
        title = f"{report.title}: means over {counted(report.people, 'person', 'people')}"
        if plots and not report.finished:
            done, total = state.counts()
            title += f" · {done} of {total} done: later scenes have fewer people"
        super().__init__(title, plots, "There is nothing to draw yet: no scene is over.")
