"""The right side of the Personas pane: name, role, facts, problems and text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.app import ComposeResult, RenderResult
from textual.containers import Container
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Label

from core.errors import PersonaError
from core.personas.encoding import decode, split_lines
from core.personas.facts import facts, short_path
from core.personas.headers import PersonaHeader
from core.personas.headings import title_heading
from core.personas.lint import lint
from core.personas.markdown import parse_persona, read_bytes
from core.personas.persona import Persona
from core.personas.problems import Problem
from core.text import clean_line
from tui.personas.rows import shown_source
from tui.widgets.transcript import Entry, EntryKind, Transcript

_LABEL = 11
_GAP = " · "
_PLAIN = frozenset({"language", "gender", "tags", "size", "source", "file"})
"""Facts that speak for themselves where rows are dear."""


@dataclass(frozen=True, slots=True)
class PersonaPreview:
    """A persona as a page. All text in it is untrusted but for the names, which are clean."""

    header: PersonaHeader
    name: str
    role: str
    facts: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    text: str
    """Markdown, without the heading that names the persona."""


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


class PersonaPreviewPane(Container):
    """Shows one persona, or says what the pane is for."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = Label("", id="preview-name", markup=False)
        self._role = Label("", id="preview-role", markup=False)
        self._facts = FactsStrip(id="preview-facts")
        self.text = Transcript(id="preview-text")
        """Where the persona's text is read."""

    def compose(self) -> ComposeResult:
        yield from (self._title, self._role, self._facts, self.text)

    def list_facts(self, listed: bool) -> None:
        """Have the facts one below the other, or flowing."""
        self._facts.listed = listed

    def show(self, preview: PersonaPreview, *, from_top: bool = True) -> None:
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
        self._title.update(name)
        self._role.update(role)
        self._role.display = bool(role)
        self._facts.facts = tuple(facts)


def _entries(preview: PersonaPreview) -> Iterator[Entry]:
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


def read_preview(header: PersonaHeader, default_model: str) -> PersonaPreview:
    """Read a persona's file; one that does not load is shown as it stands."""
    try:
        data = read_bytes(header.path)
    except PersonaError as error:
        return _broken(header, (Problem(1, error.message),), "")
    problems = tuple(lint(data, header.path))
    try:
        persona = parse_persona(data, header.path)
    except PersonaError:
        return _broken(header, problems, _as_it_stands(data))
    return PersonaPreview(
        header,
        clean_line(persona.name),
        clean_line(persona.role),
        (("source", shown_source(header.source)), *facts(persona, default_model)),
        problems,
        _text(persona),
    )


def _broken(header: PersonaHeader, problems: tuple[Problem, ...], text: str) -> PersonaPreview:
    shown = (("source", shown_source(header.source)), ("file", short_path(header.path)))
    return PersonaPreview(header, clean_line(header.name), "does not load", shown, problems, text)


def _as_it_stands(data: bytes) -> str:
    try:
        text = decode(data, None).text
    except PersonaError:  # no text at all; the problem says so
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _text(persona: Persona) -> str:
    lines = split_lines(persona.body)
    heading = title_heading(lines)
    if heading is not None:
        del lines[heading.index : heading.index + heading.height]
    return "".join(lines).strip()
