"""The words that a value rests on, beside or below the profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.profiles.profile import Evidence
from core.text import clean_line
from tui.widgets.wrap import at_most

_MOST_LINES = 6


class Resting(Protocol):
    """A row of a profile that rests on words."""

    @property
    def name(self) -> str:
        """Of the field."""

    @property
    def text(self) -> str:
        """The value; empty for a heading."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The words."""

    @property
    def why(self) -> str:
        """What is said of it besides."""


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

    row: reactive[Resting | None] = reactive(None, layout=True)
    where: reactive[str] = reactive("", layout=True)
    """Where the words were said."""
    origins: reactive[Mapping[str, str]] = reactive[Mapping[str, str]]({}, layout=True)
    """Where each was, by the id of its record, where they were said in several places."""

    def watch_row(self, row: Resting | None) -> None:
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
            said = clean_line(evidence.quote)
            quote = f"“{said}”" if said else "(The words were forgotten.)"
            lines += [
                Content.styled(each, "italic $text-accent")
                for each in at_most(quote, width, _MOST_LINES)
            ]
            origin = clean_line(self.origins.get(evidence.record, ""))
            lines += [Content.styled(f"  {each}") for each in at_most(origin, width - 2, 2)]
        more = " · ".join(filter(None, (self.where, row.why)))
        lines += [Content.styled(each, "$text-muted") for each in at_most(more, width, 3)]
        return Content("\n").join(lines)
