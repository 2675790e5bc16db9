"""How a row of the list of personas looks: columns that line up, marks that need no colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from core.personas.headers import PersonaHeader
from core.text import clean_line
from tui.personas.rows import GroupRow, PersonaRow, Row
from tui.widgets.cells import fitted

PREFIX = "people-list--"
_ROLES = {
    "row": "color: $foreground;",
    "quiet": "color: $text-muted;",
    "group": "color: $text-primary; text-style: bold;",
    "problem": "color: $text-warning;",
    "broken": "color: $text-error;",
    "hover": "background: $block-hover-background;",
    "cursor": "color: $block-cursor-blurred-foreground; "
    "background: $block-cursor-blurred-background;",
}
COMPONENT_CLASSES = {PREFIX + role for role in _ROLES}
COMPONENT_CSS = "\n".join(f"& > .{PREFIX}{role} {{ {rules} }}" for role, rules in _ROLES.items())
FOCUSED_CSS = f"""
& > .{PREFIX}cursor {{
    color: $block-cursor-foreground;
    background: $block-cursor-background;
    text-style: $block-cursor-text-style;
}}
"""

_ROLE_FROM = 52
"""Cells of the list from which the role stands beside the name."""
_SOURCE_FROM = 76
_NAME_SHARE = 0.5
_LANGUAGE = 6
_SHORT_LANGUAGE = 4
_SOURCE = 16
_MARK = 5
_INDENT = 3

Styles = Callable[[str], Style]


def paint_row(
    row: Row, width: int, styles: Styles, *, cursor: bool, hover: bool, home: str
) -> Strip:
    """Return a row as painted; `styles` looks a role up, `home` is shown as `~`."""
    if isinstance(row, GroupRow):
        parts = _group_parts(row, width, home)
    else:
        parts = _persona_parts(row, width)
    ground = styles("cursor") if cursor else styles("hover") if hover else None
    segments = [
        Segment(text, ground if cursor else styles(role) + ground if ground else styles(role))
        for text, role in parts
        if text
    ]
    return Strip(segments).adjust_cell_length(width, ground or styles("row"))


def mark(header: PersonaHeader) -> tuple[str, str]:
    """Return the mark of a persona that has problems, and its role."""
    if header.problem:
        return "✗", "broken"
    if header.complaints:
        return f"! {min(header.complaints, 99)}", "problem"
    return "", "quiet"


def _group_parts(row: GroupRow, width: int, home: str) -> Iterable[tuple[str, str]]:
    group = row.group
    title = f" {'▸' if row.closed else '▾'} {clean_line(group.title)}"
    count = f" {len(group.members):,} "
    detail = clean_line(group.detail)
    if home and detail.startswith(home):
        detail = f"~{detail.removeprefix(home)}"
    room = width - cell_len(title) - len(count)
    yield (title if room >= 0 else fitted(title, max(1, width - len(count)))), "group"
    shown = f"  {detail}" if detail and cell_len(detail) + 4 <= room else ""
    yield shown + " " * max(0, room - cell_len(shown)), "quiet"
    yield count, "quiet"


def _persona_parts(row: PersonaRow, width: int) -> Iterable[tuple[str, str]]:
    header = row.header
    language = clean_line(header.language or "")
    with_role, with_source = width >= _ROLE_FROM, width >= _SOURCE_FROM
    if not with_role:
        language = language.partition("-")[0]
    language_room = _LANGUAGE if with_role else _SHORT_LANGUAGE
    room = max(4, width - _INDENT - _MARK - language_room - _SOURCE * with_source - 1)
    yield " " * _INDENT, "row"
    if with_role:
        name_room = max(16, int(room * _NAME_SHARE))
        yield f"{fitted(clean_line(header.name), name_room - 2)}  ", "row"
        yield fitted(clean_line(header.role), room - name_room), "quiet"
    else:
        yield fitted(clean_line(header.name), room), "row"
    sign, sign_role = mark(header)
    yield f" {sign:>{_MARK - 1}}", sign_role
    yield f" {fitted(language, language_room - 1)}", "quiet"
    if with_source:
        yield f" {fitted(clean_line(header.source), _SOURCE - 1)}", "quiet"
    yield " ", "row"
