"""The list of teams: a row for each, and how the selected one reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from core.errors import PersonaError, UsageError
from core.teams.definitions.draft import NodeDraft, TeamDraft
from core.teams.definitions.library import TeamHeader
from core.teams.definitions.templates import fill
from core.text import clean_line, counted
from tui.widgets.cells import fitted
from tui.widgets.row_list import Part
from tui.widgets.transcript import Entry, EntryKind


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in the list."""

    header: TeamHeader

    @property
    def key(self) -> str:
        return str(self.header.path)

    def lines(self, width: int) -> Sequence[Sequence[Part]]:
        header = self.header
        broken = bool(header.problem)
        last = "does not load" if broken else counted(header.nodes, "node")
        room = max(0, width - cell_len(last) - 3)
        below = clean_line(header.title or header.problem or "")
        return [
            [
                (f" {fitted(clean_line(header.name), room)} ", "title"),
                (f"{last} ", "error" if broken else "quiet"),
            ],
            [
                (
                    f"   {fitted(below, width - 4)}",
                    "quiet",
                )
            ],
        ]


def preview_of(draft: TeamDraft) -> Iterator[Entry]:
    """Yield how a declared team reads."""
    lines = "\n".join(_listed(draft.root, 0, _usual(draft)))
    yield Entry("tree", lines, header=clean_line(draft.title or draft.name))
    if draft.parameters:
        rows = [
            f"- **{_plain(each.name)}**{' (required)' if each.required else ''} "
            f"{_plain(each.description)}"
            for each in draft.parameters
        ]
        yield Entry("params", "\n".join(rows), header="It is given")
    if draft.path is not None:
        yield Entry("file", str(draft.path), kind=EntryKind.QUIET)


def problem_of(error: PersonaError) -> Entry:
    """Return how a team reads that does not load."""
    hint = f"\n\n{error.hint}" if error.hint else ""
    return Entry("problem", f"{error.message}{hint}", kind=EntryKind.ERROR)


def _usual(draft: TeamDraft) -> Mapping[str, Any]:
    """Return what the parameters are unless one says otherwise; without any: their names."""
    given: Mapping[str, Any] = {}
    with suppress(UsageError):  # A preset that is wrong is told of when the team is started.
        given = draft.given()
    return {
        each.name: given.get(each.name, each.default) or f"({each.name})"
        for each in draft.parameters
    }


def _listed(node: NodeDraft, depth: int, params: Mapping[str, Any]) -> Iterator[str]:
    what = node.description or (node.persona.role if node.persona is not None else "")
    said = fill(what, {"params": params})
    code = f"code: {node.flow.name}" if node.flow is not None else ""
    marks = " · ".join(filter(None, [_plain(code), _plain(node.model or ""), _plain(said)]))
    yield f"{'  ' * depth}- **{_plain(node.name)}** {marks}"
    for each in node.delegates:
        yield from _listed(each, depth + 1, params)


def _plain(text: str) -> str:
    """Return a text of somebody's as words on one line, not as Markdown."""
    line = clean_line(text)
    return "".join(f"\\{each}" if each in r"\`*_[]<>#|~" else each for each in line)
