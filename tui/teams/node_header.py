"""One line above a node's page: whose it is, on what model, and what becomes of its proposals."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.text import clean_line


@dataclass(frozen=True, slots=True)
class NodeView:
    """What the line shows."""

    path: str
    model: str = ""
    doing: str = ""
    autonomy: str = ""
    """Empty where nothing is decided yet."""
    live: bool = False


class NodeHeader(Widget):
    """The path stays readable; the model gives way first."""

    DEFAULT_CSS = """
    NodeHeader {
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $text-primary;
        &.-live { background: $primary-muted; }
    }
    """

    view: reactive[NodeView | None] = reactive(None)

    def watch_view(self, view: NodeView | None) -> None:
        self.set_class(view is not None and view.live, "-live")

    def render(self) -> RenderResult:
        view = self.view
        if view is None:
            return Content("")
        width = max(1, self.content_size.width)
        right = Content.styled(f"autonomy: {view.autonomy}" if view.autonomy else "", "dim")
        path = clean_line(view.path).replace("/", " / ")
        model = f" · {clean_line(view.model)}" if view.model else ""
        doing = f" · {clean_line(view.doing)}" if view.doing else ""
        left = Content.assemble((path, "bold"), (model, "dim"), doing)
        room = max(0, width - right.cell_length - 1)
        if left.cell_length > room:
            left = Content.assemble((path, "bold"), doing)
        if left.cell_length > room:
            left = left.truncate(room, ellipsis=True)
        gap = max(1, width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right)
