"""Covers a pane that failed: what happened, where the details are, and what can be done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Label

from core.errors import SalonError
from core.faults import Fault
from core.text import clean

_PANE = "The {pane} pane has stopped. Other panes and whatever runs go on; everything said is kept."
_ACTION = "The {pane} pane could not do that. Whatever runs goes on; everything said is kept."
_DIALOG = "The dialog was closed. Whatever runs goes on; everything said is kept."


class FaultScreen(Screen[None]):
    """Says what failed, and names its keys itself: it uses as little as it can.

    Args:
        told: What a person is told.
        pane: Title of the pane.
        dialog: Whether a dialog over the pane failed, and not the pane.
        closable: Whether what is below can still be used.
        reload: Makes anew what failed; `None` where that is not possible.
    """

    CSS_PATH = "fault.tcss"
    BINDINGS = [
        Binding("r", "reload", "Reload", tooltip="Open what failed anew"),
        Binding("y", "copy", "Copy details", tooltip="Copy the details of the error"),
        Binding("escape", "close", "Close", tooltip="Go back to the pane as it is"),
    ]

    def __init__(
        self,
        told: SalonError,
        pane: str,
        *,
        dialog: bool,
        closable: bool,
        reload: Callable[[], Awaitable[None]] | None,
    ) -> None:
        super().__init__()
        self._told = told
        self._others = 0
        self._closable = closable
        self._reload = reload
        self._meaning = (_DIALOG if dialog else _ACTION if closable else _PANE).format(pane=pane)
        self._note = Label("", id="fault-note", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="fault"):
            yield Label(clean(self._told.message), id="fault-message", markup=False)
            yield Label(self._meaning, markup=False)
            yield Label(clean(self._told.hint), id="fault-log", markup=False)
            yield self._note
            yield Label(self._keys(), id="fault-keys", markup=False)

    def _keys(self) -> str:
        offered = [("r", "reload", "Reload"), ("y", "copy", "Copy details")]
        offered += [("esc", "close", "Close")]
        return "   ".join(
            f"{key} {title}" for key, action, title in offered if self.check_action(action, ())
        )

    def add(self, told: SalonError) -> None:
        """Take in that something else failed meanwhile; its details are in the log."""
        self._others += 1
        count = f"{self._others} more error{'s' if self._others > 1 else ''} since"
        self._note.update(f"{count}; the last: {clean(told.message)}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done."""
        if action == "reload":
            return self._reload is not None
        return self._closable if action == "close" else True

    def action_reload(self) -> None:
        """Open what failed anew."""
        if self._reload is not None:
            self.app.run_worker(self._reload(), group="reload", exclusive=True)

    def action_copy(self) -> None:
        """Copy the details of the error."""
        told = self._told
        self.app.copy_to_clipboard(told.details if isinstance(told, Fault) else str(told))
        self._note.update("The details were sent to the terminal's clipboard.")

    def action_close(self) -> None:
        """Go back to what is below."""
        self.dismiss()
