"""The page of one customer: how they stand, what works for them, every day so far."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.clm.simulation.state import SimulationState
from core.text import clean_line
from tui.clm.figures import money
from tui.clm.ledger_rows import LedgerRow, LedgerView
from tui.clm.plots import customer_plot
from tui.clm.stories import StoryList
from tui.clm.telling import story_of
from tui.navigation import ChatWith, NavigationRequest, SeatAt
from tui.pane.key_bar import KeyBar
from tui.widgets.bars import bar
from tui.widgets.chart import Chart
from tui.widgets.row_list import RowList


class CustomerScreen(ModalScreen[NavigationRequest | None]):
    """Dismisses with what another pane is to do about this customer, or `None`.

    Args:
        state: of the run, which may go on meanwhile.
        customer: the id of whom to show at first.
    """

    CSS_PATH = "customer.tcss"
    BINDINGS = [
        Binding("escape,q", "close", "Back"),
        Binding("t", "chat", "Chat with them", tooltip="Chat with this customer's persona"),
        Binding("o", "seat", "Meetup", tooltip="Seat them on the right of the next meetup"),
        Binding("left", "other(-1)", "Before", tooltip="The customer before"),
        Binding("right", "other(1)", "Next", tooltip="The next customer"),
    ]

    def __init__(self, state: SimulationState, customer: str) -> None:
        super().__init__()
        self._state = state
        self._ids = list(state.customers)
        self._who = customer
        self._facts = Static(id="customer-facts", markup=False)
        self._chart = Chart(id="customer-chart")
        self._ledger: RowList[LedgerRow] = RowList(id="customer-learnt")
        self._ledger.placeholder = "Nothing was tried with them yet."
        self._stories = StoryList(id="customer-stories")
        self._stories.placeholder = "Their first day is still to come."

    def compose(self) -> ComposeResult:
        with Vertical(id="customer"):
            yield self._facts
            with Horizontal(id="customer-both"):
                with Vertical(id="customer-side"):
                    yield self._chart
                    yield self._ledger
                yield self._stories
            yield KeyBar()

    def on_mount(self) -> None:
        self._ledger.border_title = "What works"
        self.on_resize()
        self.set_focus(self._stories)
        self._show()

    def on_resize(self) -> None:
        self.set_class(self.size.width < 110, "-narrow")

    def action_other(self, step: int) -> None:
        """Show the customer before or after."""
        place = (self._ids.index(self._who) + step) % len(self._ids)
        self._who = self._ids[place]
        self._stories.following = True
        self._show()

    def action_chat(self) -> None:
        """Chat with the persona of that name."""
        self.dismiss(ChatWith(self._state.customers[self._who].name))

    def action_seat(self) -> None:
        """Let the persona of that name talk with somebody, about an offer for example."""
        self.dismiss(SeatAt("b", self._state.customers[self._who].name))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def _show(self) -> None:
        who = self._state.customers[self._who]
        facts = [who.segment, who.stage, who.status.value, f"spent {money(who.spend)}"]
        facts.append(f"earned {money(who.margin)}")
        self._facts.update(
            Content.assemble(
                (clean_line(who.name), "bold $text-primary"),
                (f"   {who.score:3.0f} ", "bold"),
                (bar(who.score / 100, 10), "$text-primary"),
                (f"   {' · '.join(clean_line(each) for each in facts if each)}", "$text-muted"),
            )
        )
        self._chart.plot = customer_plot(who)
        self._ledger.show(LedgerView().of(self._state, who.id))
        self._stories.show([story_of(who, card, of_day=True) for card in who.cards])
