"""The top line: the name of the program, its panes, the model that is ready."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.text import clean_line


class TopBar(Widget):
    """Shown by every pane."""

    pane: reactive[str] = reactive("")
    ready: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        width = max(1, self.content_size.width)
        left = Content.assemble((" Salon", "bold"), ("   ", ""), self.pane)
        right = Content(clean_line(self.ready))
        gap = max(1, width - left.cell_length - right.cell_length - 1)
        return Content.assemble(left, " " * gap, right, " ")
