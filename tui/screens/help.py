"""What the keys and commands of a pane do, taken from the pane itself."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding
from textual.screen import Screen

from tui.screens.page import PageScreen
from tui.widgets.transcript import Entry


class HelpScreen(PageScreen):
    """Help for the screen that was open."""

    def __init__(self, about: Screen[object]) -> None:
        super().__init__("Help", _entries(about))


def _entries(about: Screen[object]) -> Iterator[Entry]:
    intro = getattr(about, "help_text", "")
    if intro:
        yield Entry(id="intro", text=intro)
    yield Entry(id="keys", header="Keys", text=_keys(about))


def _keys(about: Screen[object]) -> str:
    from tui.widgets.prompt import Prompt
    from tui.widgets.transcript import Transcript

    rows = ["| key | does |", "|---|---|"]
    for namespace in (type(about), type(about.app), Transcript, Prompt):
        for binding in Binding.make_bindings(vars(namespace).get("BINDINGS", ())):
            if binding.description or binding.tooltip:
                key = about.app.get_key_display(binding)
                row = f"| `{key}` | {binding.tooltip or binding.description} |"
                if row not in rows:
                    rows.append(row)
    rows.append("| `^p` | Every action, by name |")
    return "\n".join(rows)
