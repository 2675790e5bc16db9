"""The right side of the people pane: who it is, the facts, the problems, the text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult, RenderResult
from textual.containers import Container
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Label

from core.text import clean_line
from tui.personas.reading import Preview
from tui.widgets.transcript import Entry, EntryKind, Transcript

_LABEL = 11
_GAP = " · "
_PLAIN = frozenset({"language", "gender", "tags", "size", "source", "file"})
"""Facts that speak for themselves where rows are dear."""


class FactsStrip(Widget):
    """Labels and values: one below the other, or flowing where rows are dear."""

    DEFAULT_CSS = """
    FactsStrip {
        height: auto;
        max-height: 8;
    }
    """

    facts: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)
    listed: reactive[bool] = reactive(False, layout=True)
    """One below the other."""

    def render(self) -> RenderResult:
        return Content("\n").join(self._lines(max(8, self.content_size.width)))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(list(self._lines(max(8, width))))

    def _lines(self, width: int) -> Iterator[Content]:
        facts = [(label, clean_line(value)) for label, value in self.facts]
        return _listed(facts, width) if self.listed else _flowing(facts, width)


class PreviewPane(Container):
    """Shows one persona, or says what the pane is for."""

    def compose(self) -> ComposeResult:
        yield Label("", id="preview-name", markup=False)
        yield Label("", id="preview-role", markup=False)
        yield FactsStrip(id="preview-facts")
        yield Transcript(id="preview-text")

    @property
    def text(self) -> Transcript:
        """Where the persona's text is read."""
        return self.query_one("#preview-text", Transcript)

    def list_facts(self, listed: bool) -> None:
        """Have the facts one below the other, or flowing."""
        self.query_one(FactsStrip).listed = listed

    def show(self, preview: Preview, *, from_top: bool = True) -> None:
        """Show a persona; a text that was only changed stays where it is being read."""
        self._head(preview.name, preview.role, preview.facts)
        text = self.text
        text.load(_entries(preview))
        if from_top:
            text.action_scroll_home()

    def mark(self, query: str) -> None:
        """Mark in the text what was typed, or the longest word of it that stands there."""
        whole = query.strip()
        for words in (whole, *sorted(whole.split(), key=len, reverse=True)):
            if self.text.search(words):
                return
        self.text.clear_search()

    def show_nothing(self, title: str, words: str) -> None:
        """Say something in place of a persona."""
        self._head(title, "", ())
        self.text.load([Entry("words", words, kind=EntryKind.QUIET)] if words else [])

    def _head(self, name: str, role: str, facts: Sequence[tuple[str, str]]) -> None:
        self.query_one("#preview-name", Label).update(name)
        line = self.query_one("#preview-role", Label)
        line.update(role)
        line.display = bool(role)
        self.query_one(FactsStrip).facts = tuple(facts)


def _entries(preview: Preview) -> Iterator[Entry]:
    if preview.problems:
        lines = [f"line {each.line}: {each.message}" for each in preview.problems]
        head = f"{len(lines)} {'problem' if len(lines) == 1 else 'problems'} in the file"
        yield Entry("problems", "\n".join(lines), kind=EntryKind.ERROR, header=head)
    yield Entry("text", preview.text or "*Nothing is said about this persona yet.*")


def _listed(facts: Sequence[tuple[str, str]], width: int) -> Iterator[Content]:
    room = max(4, width - _LABEL)
    for label, value in facts:
        for number, part in enumerate(_cut(value, room)):
            head = f"{label if number == 0 else '':<{_LABEL}}"
            yield Content.assemble((head, "dim"), part)


def _cut(text: str, width: int) -> list[str]:
    """Break a text at its blanks, a long word anywhere."""
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def _flowing(facts: Sequence[tuple[str, str]], width: int) -> Iterator[Content]:
    """Put as many facts on a line as fit whole."""
    line = Content("")
    for label, value in facts:
        fact = Content.assemble(("" if label in _PLAIN else f"{label} ", "dim"), value)
        wanted = line.cell_length + cell_len(_GAP) + fact.cell_length
        if line.cell_length and wanted > width:
            yield line
            line = Content("")
        fact = fact.truncate(width, ellipsis=True) if fact.cell_length > width else fact
        line = Content.assemble(line, (_GAP, "dim"), fact) if line.cell_length else fact
    if line.cell_length:
        yield line
