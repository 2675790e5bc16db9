"""Who sits on one side: name, model, what it is doing, and how full its context is."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from core.text import clean_line

_GAUGE_CELLS = 8


@dataclass(frozen=True, slots=True)
class SeatView:
    """What a seat header shows."""

    name: str
    model: str
    doing: str = ""
    """`writing`, `thinking`, `41 tok/s` …; empty while the other side speaks."""
    live: bool = False
    """Whether this side is the one that speaks now."""
    used: int = 0
    """Tokens of its last prompt."""
    context: int = 0
    """Tokens that its model holds; 0: not known yet."""
    assumed: bool = False
    spent: str = ""
    """What it all took and cost so far, for the right end of the second line."""


class SeatHeader(Widget):
    """Two lines above a column of the conversation."""

    DEFAULT_CLASSES = "seat"

    class Pressed(Message):
        """Somebody clicked on the header to change who sits there."""

        def __init__(self, header: SeatHeader) -> None:
            super().__init__()
            self.header = header

        @property
        def control(self) -> SeatHeader:
            return self.header

    view: reactive[SeatView | None] = reactive(None)

    def watch_view(self, view: SeatView | None) -> None:
        self.set_class(view is not None and view.live, "-live")

    def render(self) -> RenderResult:
        view = self.view
        if view is None:
            return Content("")
        width = max(1, self.content_size.width)
        first = _spread(_who(view), Content.styled(view.doing, "bold"), width)
        return Content("\n").join([first, _spread(_gauge(view), _spent(view), width)])

    def on_click(self) -> None:
        self.post_message(self.Pressed(self))


def _who(view: SeatView) -> Content:
    mark = "● " if view.live else "○ "
    return Content.assemble(
        mark, (clean_line(view.name), "bold"), (f" · {clean_line(view.model)}", "dim")
    )


def _gauge(view: SeatView) -> Content:
    if not view.context:
        return Content("")
    full = min(_GAUGE_CELLS, round(_GAUGE_CELLS * view.used / view.context))
    bar = "▰" * full + "▱" * (_GAUGE_CELLS - full)
    about = "~" if view.assumed else ""
    text = f"  context {bar} {thousands(view.used)} of {about}{thousands(view.context)}"
    return Content.styled(text, "dim")


def _spent(view: SeatView) -> Content:
    return Content.styled(clean_line(view.spent), "dim")


def thousands(count: int) -> str:
    """Return a number of tokens in as many digits as can be taken in at a glance."""
    if count < 1000:
        return str(count)
    if count < 1_000_000:
        return f"{count / 1000:.1f}k" if count < 100_000 else f"{count // 1000}k"
    return f"{count / 1_000_000:.1f}M"


def _spread(left: Content, right: Content, width: int) -> Content:
    """Put one text to the left and one to the right; the left one gives way."""
    room = max(0, width - right.cell_length - 1)
    if left.cell_length > room:
        left = left.truncate(room, ellipsis=True)
    gap = width - left.cell_length - right.cell_length
    return Content.assemble(left, " " * max(1, gap), right)
