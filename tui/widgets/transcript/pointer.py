"""Where a drag began, so that what it selects stays in that transcript and that column."""

from textual.selection import Selection
from textual.widget import Widget

from tui.widgets.transcript.entry import Entry
from tui.widgets.transcript.look import Look


class Pointer:
    """The state of a selection by mouse."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._column: int | None = None
        self._down = False
        self._kept: Selection | None = None

    def press(self, x: int, entry: Entry | None) -> None:
        """The button went down, over an entry or below all of them."""
        self._down = True
        self._kept = None
        across = entry is not None and self._look.column_of(entry) is None
        self._column = None if across or self._look.columns == 1 else self._column_at(x)

    def release(self) -> None:
        """The button went up."""
        self._down = False

    def selects(self, entry: Entry) -> bool:
        """Whether a selection may hold text of this entry."""
        return self._column is None or self._look.column_of(entry) == self._column

    def contain(self, widget: Widget, selections: dict[Widget, Selection]) -> Selection | None:
        """What is selected in the widget, given that a drag stays in the pane where it began.

        Args:
            widget: The transcript.
            selections: All that Textual takes for selected.
        """
        selection = selections.get(widget)
        alone = len(selections) < 2
        if not self._down:
            return selection if alone else None
        if alone and selection is not None and None not in selection:
            self._kept = selection
        return self._kept

    def _column_at(self, x: int) -> int:
        return 1 if x > self._look.column_width else 0
