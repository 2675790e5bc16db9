"""The card below a node's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widgets import Static

from tui.pane.table import CommandTable
from tui.teams.cards import CardView, Key

_FEWEST_ROWS = 3
_SHARE = 4
"""The words take up at most one row in so many of the screen."""


class Card(Vertical):
    """A proposal, a failure or a question, with the keys that deal with it."""

    DEFAULT_CSS = """
    Card {
        height: auto;
        border: round $warning;
        border-title-style: bold;
        border-title-color: $text-warning;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        background: $background;
        & > VerticalScroll {
            height: auto;
            scrollbar-size-vertical: 1;
        }
        & Static { height: auto; }
        & > #card-keys { color: $text-muted; }
        &.-failed {
            border: round $error;
            border-title-color: $text-error;
        }
    }
    """

    view: reactive[CardView | None] = reactive(None)

    keys_away: reactive[bool] = reactive(False)
    """Whether keys go into a text at present, and not to what is shown here."""

    def __init__(self, table: CommandTable[Any], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._table = table
        self.display = False
        self._words = Static(id="card-words", markup=False)
        self._scroll = VerticalScroll(self._words, can_focus=False)
        self._keys = Static(id="card-keys", markup=False)

    def compose(self) -> ComposeResult:
        yield self._scroll
        yield self._keys

    def watch_view(self, view: CardView | None) -> None:
        self.display = view is not None
        if view is None:
            return
        self.set_class(view.tone == "failed", "-failed")
        self.border_title = Content(view.title)
        self.border_subtitle = Content(view.place)
        self._words.update(_words(view))
        self._show_keys(view)
        self._scroll.scroll_home(animate=False)

    def watch_keys_away(self) -> None:
        if self.view is not None:
            self._show_keys(self.view)

    def _show_keys(self, view: CardView) -> None:
        away = Content.styled("esc, then:  " if self.keys_away else "", "dim")
        self._keys.update(away + Content("  ").join(self._key(each) for each in view.keys))

    def _key(self, key: Key) -> Content:
        """Return a key that can be clicked on."""
        row = self._table.by_id[key.command]
        click = Style.from_meta({"@click": f"screen.command('{key.command}')"})
        shown = (row.shown_key or row.key, "bold $text-accent")
        return Content.assemble(shown, f" {key.does}").stylize(click)

    def fit(self, rows: int) -> None:
        """Leave room for the page above, on a screen of so many rows."""
        self._scroll.styles.max_height = max(_FEWEST_ROWS, rows // _SHARE)


def _words(view: CardView) -> Content:
    return Content("\n").join(_lines(view))


def _lines(view: CardView) -> Iterator[Content]:
    for flag in view.flags:
        yield Content.styled(f"⚑ {flag}", "bold $text-warning")
    yield Content(view.text)
    if view.why:
        yield Content.assemble(("why  ", "bold $text-muted"), (view.why, "$text-muted"))
