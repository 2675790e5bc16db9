"""The words that a value rests on, below the profile."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.text import clean_line
from tui.lab.known import KnownRow
from tui.widgets.wrapping import at_most

_MOST_LINES = 6


class EvidenceCard(Widget):
    """Shows what a row rests on; nothing where no row is selected."""

    DEFAULT_CSS = """
    EvidenceCard {
        height: auto;
        max-height: 10;
        padding: 0 1;
        border-top: solid $panel;
        border-title-color: $text-muted;
        color: $text-muted;
    }
    """

    row: reactive[KnownRow | None] = reactive(None, layout=True)
    where: reactive[str] = reactive("", layout=True)
    """Where the words were said."""

    def watch_row(self, row: KnownRow | None) -> None:
        self.display = row is not None and bool(row.text)

    def render(self) -> RenderResult:
        row, width = self.row, max(10, self.content_size.width)
        if row is None:
            return Content("")
        lines = [
            Content.styled(each, "bold $text")
            for each in at_most(f"{row.name}: {row.text}", width, 3)
        ]
        for evidence in row.evidence:
            quote = f"“{clean_line(evidence.quote)}”"
            lines += [
                Content.styled(each, "italic $text-accent")
                for each in at_most(quote, width, _MOST_LINES)
            ]
        said = " · ".join(filter(None, (self.where, row.why)))
        lines += [Content.styled(each, "$text-muted") for each in at_most(said, width, 3)]
        return Content("\n").join(lines)
