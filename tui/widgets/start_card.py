"""The card on which something is set up: a few lines, each with one thing to choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, Self, TypeVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.wrap import at_most

_LABEL, _VALUE = 12, 28
_WIDEST = 92


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the card."""

    field: str
    value: str
    note: str = ""
    kind: Literal["choice", "number", "fixed"] = "choice"
    """Whether it is turned, typed, or changed by a key of its own."""


class Draft(Protocol):
    """What is set up: immutable, a change gives another one."""

    def number(self, what: str) -> int:
        """Return a field that is a number; 0 for any other."""

    def with_number(self, what: str, number: int) -> Self:
        """Return the draft with another number in a field, kept within its bounds."""

    def turned(self, what: str, step: int) -> Self:
        """Return the draft with the next of the choices of a field, or the one before."""


D = TypeVar("D", bound=Draft)
T = TypeVar("T")


def turned(choices: Sequence[T], present: T, step: int) -> T:
    """Return the choice so many steps on; from a value of one's own, the first or the last."""
    at = choices.index(present) if present in choices else -1 if step > 0 else 0
    return choices[(at + step) % len(choices)]


class StartForm(Widget, Generic[D], can_focus=True):
    """The lines. Up and down choose one, left and right or digits change it."""

    DEFAULT_CSS = """
    StartForm { height: auto; }
    """
    BINDINGS = [
        Binding("down,j", "move(1)", "Next line", show=False),
        Binding("up,k", "move(-1)", "Line before", show=False),
        Binding("right,l", "turn(1)", "Change", show=False, tooltip="The next choice, one more"),
        Binding("left,h", "turn(-1)", "Change back", show=False),
        Binding("shift+right,plus", "turn(10)", "Ten more", show=False),
        Binding("shift+left,minus", "turn(-10)", "Ten fewer", show=False),
        Binding("backspace", "shorten", "Last digit", show=False),
    ]

    class Changed(Message):
        """Something else was chosen."""

        def __init__(self, draft: Any) -> None:
            super().__init__()
            self.draft = draft

    draft: reactive[D | None] = reactive(None, layout=True)
    at: reactive[str] = reactive("")
    """The field under the cursor."""

    def __init__(self, lines: Callable[[D], Iterable[Line]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines_of = lines
        self._typed = False
        """Whether the last key was a digit, so that the next one is added to it."""

    def _lines(self) -> list[Line]:
        return [] if self.draft is None else list(self._lines_of(self.draft))

    def _kind(self) -> str:
        return next((each.kind for each in self._lines() if each.field == self.at), "fixed")

    def validate_at(self, at: str) -> str:
        fields = [each.field for each in self._lines()]
        return at if at in fields or not fields else fields[0]

    def watch_draft(self) -> None:
        self.at = self.validate_at(self.at)

    def watch_at(self) -> None:
        self._typed = False

    def render(self) -> RenderResult:
        width = max(20, self.content_size.width)
        return Content("\n").join([self._row(each, width) for each in self._lines()])

    def _row(self, line: Line, width: int) -> Content:
        here = line.field == self.at and self.has_focus
        value = f"‹ {line.value} ›" if here and line.kind != "fixed" else f"  {line.value}  "
        room = max(0, width - _LABEL - _VALUE - 2)
        note = Content(line.note).truncate(room, ellipsis=True)
        shown = Content(value).truncate(max(4, width - _LABEL - 2), ellipsis=True)
        gap = " " * max(1, _VALUE - shown.cell_length)
        return Content.assemble(
            ("▌ " if here else "  ", "$primary"),
            (line.field.ljust(_LABEL), "bold $text-primary" if here else "$text-muted"),
            shown.stylize("bold"),
            gap,
            note.stylize("$text-muted"),
        )

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_move(self, step: int) -> None:
        """Go to another line."""
        fields = [each.field for each in self._lines()]
        if fields:
            place = fields.index(self.at) if self.at in fields else 0
            self.at = fields[max(0, min(len(fields) - 1, place + step))]

    def action_turn(self, step: int) -> None:
        """Take another choice."""
        kind = self._kind()
        if self.draft is None or kind == "fixed":
            return
        self._typed = False
        step = step if kind == "number" else (1 if step > 0 else -1)
        self._change(self.draft.turned(self.at, step))

    def action_shorten(self) -> None:
        """Take the last digit away."""
        if self.draft is not None and self._kind() == "number":
            self._typed = True
            self._change(self.draft.with_number(self.at, self.draft.number(self.at) // 10))

    def on_key(self, event: events.Key) -> None:
        """Digits are typed into a number; elsewhere they go to the app."""
        if self.draft is None or self._kind() != "number":
            return
        if event.character is not None and event.character in "0123456789":
            event.stop().prevent_default()
            digit = int(event.character)
            number = self.draft.number(self.at) * 10 + digit if self._typed else digit
            self._typed = True
            self._change(self.draft.with_number(self.at, number))

    def on_click(self, event: events.Click) -> None:
        """Choose a line; on the one that is chosen, take the next choice."""
        lines = self._lines()
        if event.y < len(lines):
            if self.at == lines[event.y].field:
                self.action_turn(1)
            self.at = lines[event.y].field

    def _change(self, draft: D) -> None:
        self.draft = draft
        self.post_message(self.Changed(draft))


class StartCard(Vertical, Generic[D]):
    """What the pane is for, the form, and which keys come next."""

    DEFAULT_CSS = """
    StartCard {
        height: 1fr;
        align: center middle;
        & > Vertical {
            width: 96;
            max-width: 100%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border-left: outer $primary;
        }
        & StartWords, & StartKeys { height: auto; }
        & StartForm { margin: 1 0; }
    }
    """

    def __init__(
        self,
        title: str,
        about: str,
        lines: Callable[[D], Iterable[Line]],
        keys: Sequence[tuple[str, str]] = (),
        *,
        id: str | None = None,
    ) -> None:
        """`keys` are shown beside those that every card has."""
        super().__init__(id=id)
        self._title, self._about = title, about
        self._keys = keys
        self.form: StartForm[D] = StartForm(lines, id="start-form")

    def compose(self) -> Iterator[Widget]:
        with Vertical():
            yield StartWords(self._title, self._about)
            yield self.form
            yield StartKeys(self._keys)


class StartWords(Widget):
    """What the card is for."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def render(self) -> RenderResult:
        width = max(20, self.content_size.width)
        lines = at_most(self._text, min(width, _WIDEST), 6)
        return Content("\n").join(
            [Content.styled(self._title, "bold $text-primary"), Content(" ")]
            + [Content.styled(line, "$text-muted") for line in lines]
        )


class StartKeys(Widget):
    """Which keys come next."""

    def __init__(self, more: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._keys = (
            ("enter", "starts it"),
            ("↑ ↓", "go to a line"),
            ("← →", "change it, or type a number"),
            *more,
            ("ctrl+r", "an earlier run"),
            ("F1", "help"),
        )

    def render(self) -> RenderResult:
        width = max(20, self.content_size.width)
        parts = [
            Content.assemble((key, "bold $text-accent"), f" {does}") for key, does in self._keys
        ]
        rows: list[Content] = []
        for part in parts:
            longer = Content("   ").join([rows[-1], part]) if rows else part
            if rows and longer.cell_length <= width:
                rows[-1] = longer
            else:
                rows.append(part)
        return Content("\n").join(rows)
