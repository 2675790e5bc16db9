"""What the keys and commands of a pane do, taken from the pane itself."""

from __future__ import annotations

from collections.abc import Iterator

from textual.screen import Screen

from tui.dialogs.page import PageScreen
from tui.palette import own_bindings
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
    """Return what the keys of the screen do, then those of the app and of each widget."""
    widgets = (type(each) for each in about.query("*"))
    keys: dict[str, list[str]] = {}
    for namespace in dict.fromkeys((type(about), type(about.app), *widgets)):
        for binding in own_bindings(namespace):
            does = binding.tooltip or binding.description
            key = about.app.get_key_display(binding)
            if does and key not in keys.setdefault(does, []):
                keys[does].append(key)
    rows = [f"| {' '.join(f'`{key}`' for key in names)} | {does} |" for does, names in keys.items()]
    return "\n".join(["| key | does |", "|---|---|", *rows, "| `^p` | Every action, by name |"])
