"""What a run of the lab came to, in figures; and another run's beside it."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.errors import SalonError
from core.lab.measuring.report import Report
from core.lab.spec import ENGINE
from core.lab.state import LabState
from core.runtime import Runtime
from core.sessions.session import Session
from core.sessions.tree import SessionTree
from core.text import clean_line, counted
from tui.conversation.dialogs import ask_session
from tui.lab.figures import AnyRow, TextRow, compared_rows, life_rows, report_rows
from tui.lab.reporting import report_on
from tui.pane.key_bar import KeyBar
from tui.widgets.row_list import RowList

_GAP = TextRow("before people", ())


class LabReportScreen(ModalScreen[None]):
    """Figures by setting, what differs and how sure that is, the judge, notes, and people.

    Args:
        runtime: for prices, and for the runs to compare with.
        session: of the run.
        state: of the run, which may go on meanwhile.
        tree: the records of the run.
    """

    CSS_PATH = "report_page.tcss"
    BINDINGS = [
        Binding("escape", "back", "Back"),
        Binding("q", "close", "Close", show=False),
        Binding("c", "compare", "Compare", tooltip="Show another run's figures beside these"),
        Binding("r", "again", "Count again", tooltip="Count what has come in meanwhile"),
    ]

    def __init__(
        self, runtime: Runtime, session: Session, state: LabState, tree: SessionTree
    ) -> None:
        super().__init__()
        self._runtime = runtime
        self._session = session
        self._state = state
        self._tree = tree
        self.report: Report | None = None
        """The figures, once they are made."""
        self.other: Report | None = None
        """Those of the run that is shown beside."""
        self._lives: list[AnyRow] = []
        self._told = Static(id="lab-report-told", markup=False)
        self._rows: RowList[AnyRow] = RowList(id="lab-report-rows")

    def compose(self) -> ComposeResult:
        with Vertical(id="lab-report"):
            yield self._told
            yield self._rows
            yield KeyBar()

    def on_mount(self) -> None:
        self.set_focus(self._rows)
        self.action_again()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        if action == "again":
            return self.report is not None and not self.report.finished and self.other is None
        return self.report is not None if action == "compare" else True

    def action_again(self) -> None:
        """Make the report of what is on record now."""
        self._make()

    @work(group="report", exclusive=True)
    async def _make(self) -> None:
        people = counted(len(self._state.taking_part()), "person", "people")
        self._tell(f"Counting what {people} lived through …", "$text-warning")
        try:
            report = await report_on(self._tree, self._runtime.settings.prices)
        except SalonError as error:
            self._tell(str(error), "bold $text-error")
            return
        self.report = report
        names = {key: each.name for key, each in self._state.people.items()}
        self._lives = life_rows(report, names)
        self._tell("")
        self._show()

    @work(group="report", exclusive=True)
    async def action_compare(self) -> None:
        """Show the figures of another run beside these."""
        question = "Compare with which run?"
        try:
            chosen = await ask_session(self, self._runtime, ENGINE, question)
            if chosen is None:
                return
            if chosen == self._session.id:
                self._tell("That is this run itself: choose another one.", "$text-warning")
                return
            self._tell("Counting the other run …", "$text-warning")
            tree = (await self._runtime.store.read(chosen)).tree
            self.other = await report_on(tree, self._runtime.settings.prices)
        except SalonError as error:
            self._tell(str(error), "bold $text-error")
            return
        self._tell("")
        self._show()
        self._rows.action_end(-1)

    def action_back(self) -> None:
        """Show this run alone again, or go back."""
        if self.other is None:
            self.dismiss(None)
            return
        self.other = None
        self._show()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def _show(self) -> None:
        """Lay the figures out in the cells that there are."""
        if self.report is None:
            return
        width = self._rows.scrollable_content_region.width
        if self.other is None:
            self._rows.show([*report_rows(self.report, width), _GAP, *self._lives])
        else:
            self._rows.show(compared_rows(self.report, self.other, width))
        self.refresh_bindings()

    def _tell(self, text: str, style: str = "") -> None:
        self._told.update(Content.styled(clean_line(text), style))
        self._told.display = bool(text)
