"""A run beside the same days with another policy."""

from __future__ import annotations

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.clm.simulation.state import SimulationState
from core.errors import SalonError
from core.runtime import Runtime
from core.text import clean_line
from tui.clm.comparing import Row, compared_plots, live_again, rows_of
from tui.pane.key_bar import KeyBar
from tui.widgets.bars import bar
from tui.widgets.cells import fitted
from tui.widgets.chart import Chart

_BAR = 20
_LABEL = 22
_CELL, _NARROW_CELL = 22, 13
_NARROW = 100


class ClmCompareScreen(ModalScreen[str | None]):
    """Dismisses with the other policy where it is to decide from here on, else `None`.

    Args:
        runtime: what the other run is lived with.
        state: of the run, as it stands.
        policy: the other policy, which lives the same days from the same seed.
    """

    CSS_PATH = "compare_screen.tcss"
    BINDINGS = [
        Binding("escape,q", "close", "Back"),
        Binding("t", "take", "Let it decide", tooltip="Let the other policy decide from here on"),
    ]

    def __init__(self, runtime: Runtime, state: SimulationState, policy: str) -> None:
        super().__init__()
        self._runtime = runtime
        self._state = state
        self._policy = policy
        self._days = state.over
        self._names = ("this run", policy)
        self.other: SimulationState | None = None
        """The other run, once all its days are over."""
        self._head = Static(id="clm-compare-head", markup=False)
        self._table = Static(id="clm-compare-table", markup=False)
        self._charts = (Chart(), Chart())

    def compose(self) -> ComposeResult:
        with Vertical(id="clm-compare"):
            yield self._head
            yield self._table
            with Horizontal(id="clm-compare-charts"):
                yield from self._charts
            yield KeyBar()

    def on_mount(self) -> None:
        self.on_resize()
        self._told(None)
        self._live()

    def on_resize(self) -> None:
        self.set_class(self.size.width < _NARROW, "-narrow")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        return self.other is not None if action == "take" else True

    @work
    async def _live(self) -> None:
        try:
            other = await live_again(
                self._runtime, self._state, self._policy, self._days, self._told
            )
        except SalonError as error:
            self._head.update(Content.styled(clean_line(str(error)), "bold $text-error"))
            return
        self.other = other
        self._told(other)
        self.refresh_bindings()

    def _told(self, other: SimulationState | None) -> None:
        """Show how far the other run has come."""
        over = 0 if other is None else other.over
        self._head.update(self._title(over))
        if other is None or not over:
            return
        cells = _NARROW_CELL if self.size.width < _NARROW else _CELL
        self._table.update(_table(rows_of(self._state, other, over), self._names, cells))
        plots = compared_plots(self._state, other, over, self._names)
        for chart, plot in zip(self._charts, plots, strict=True):
            chart.plot = plot

    def _title(self, over: int) -> Content:
        spec = self._state.spec
        what = f"{self._days} days of {spec.world}, seed {spec.seed}"
        title = Content.assemble(
            (f"this run ({self._state.policy})", "bold $text-primary"),
            " beside ",
            (self._policy, "bold $text-accent"),
            (f"   {what}", "$text-muted"),
        )
        if over < self._days:
            done = f"\nliving day {over + 1} … {bar(over / self._days, _BAR)}  esc stops"
            return title + Content.styled(done, "$text-warning")
        note = "\nOne seed is one draw of chance: salon clm compare tells how sure this is."
        return title + Content.styled(note, "$text-muted")

    def action_take(self) -> None:
        """Let the other policy decide from here on."""
        self.dismiss(self._policy)

    def action_close(self) -> None:
        """Go back; what is still being lived is dropped."""
        self.dismiss(None)


def _table(rows: list[Row], names: tuple[str, str], cells: int) -> Content:
    heads = (*(fitted(name, min(cells - 1, cell_len(name))) for name in names), "difference")
    head = " " * _LABEL + "".join(f"{each:>{cells}}" for each in heads)
    lines = [Content.styled(head, "$text-muted")]
    for row in rows:
        style = "$text-muted" if row.better is None else "$text-success"
        style = "$text-error" if row.better is False else style
        lines.append(
            Content.assemble(
                (f"{row.what:<{_LABEL}}", "$text-muted"),
                f"{row.one:>{cells}}{row.other:>{cells}}",
                (f"{row.difference:>{cells}}", style),
                (_verdict(row), style),
            )
        )
    return Content("\n").join(lines)


def _verdict(row: Row) -> str:
    """Say it also where there are no colours."""
    if row.better is None:
        return ""
    return "  better" if row.better else "  worse"
