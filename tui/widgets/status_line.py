"""One quiet line: how the run stands on the left, where to look next on the right."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.text import clean_line


class StatusLine(Widget):
    """Shows `state` and, for a while or until the next one, a `hint` or a problem.

    Where there is no room for both the state gives way: it comes back, and the hint does not.
    """

    DEFAULT_CSS = """
    StatusLine {
        height: auto;
        max-height: 4;
        padding: 0 1;
        color: $text-muted;
        background: $surface;
        &.-problem {
            color: $text-error;
            text-style: bold;
        }
    }
    """

    state: reactive[str] = reactive("")
    hint: reactive[str] = reactive("")
    problem: reactive[str] = reactive("", layout=True)

    def watch_problem(self, problem: str) -> None:
        self.set_class(bool(problem), "-problem")

    def render(self) -> RenderResult:
        width = max(1, self.content_size.width)
        right = Content(clean_line(self.problem or self.hint))
        if self.problem:
            return right
        left = Content(clean_line(self.state))
        right = _within(right, width)
        between = 2 if right else 0
        left = _within(left, max(0, width - right.cell_length - between))
        gap = max(1, width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right)


def _within(text: Content, width: int) -> Content:
    return text.truncate(width, ellipsis=True) if text.cell_length > width else text
