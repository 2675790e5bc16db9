"""The card on which a run is set up: a few lines, each with one thing to choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from core.clm.run.spec import LLM
from core.text import clean_line
from tui.days.draft import RunDraft
from tui.days.wrapping import at_most

_ABOUT = (
    "An agent looks after customers, one day at a time: it observes, decides, acts, sees what "
    "came of it, and learns. You watch it think, and change who decides whenever you like."
)
_LABEL, _VALUE = 12, 28
_WIDEST = 92
_TURNED = frozenset({"world", "policy", "predictor"})
_NUMBERS = frozenset({"customers", "seed", "days", "budget"})
POLICIES = {
    "llm": "a model decides, and says why",
    "one-strike": "never again what failed once",
    "rules": "a fixed action for each state",
    "random": "anything that is allowed",
    "epsilon-greedy": "the best yet, at times anything",
    "ucb1": "the best that is still plausible",
    "thompson": "as often as likely to be the best",
    "hierarchical-thompson": "thompson, sharing within segments",
    "oracle": "knows the truth: a yardstick",
}
_WORLDS = {
    "classic": "fixed rules, small and legible",
    "market": "buyers tire and leave in silence",
}
_PREDICTORS = {
    "": "nobody foretells anything",
    "local": "learns who is likely to come back",
    "mock": "made-up scores, to try things out",
    "kumo": "a service; rows leave the machine",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the card."""

    field: str
    value: str
    note: str


def lines_of(draft: RunDraft, cast: int) -> Iterator[Line]:
    """Yield what a draft chooses; `cast` is how many customers the settings have."""
    yield Line("world", draft.world, _WORLDS[draft.world])
    yield _customers(draft, cast)
    yield Line("policy", draft.policy, POLICIES.get(draft.policy, ""))
    if draft.policy == LLM:
        yield Line("model", clean_line(draft.model), "m chooses another")
    yield Line("seed", str(draft.seed), "the same seed, the same customers")
    yield Line("days", str(draft.days) if draft.days else "no end", "")
    if draft.bulk:
        yield Line("budget", f"{draft.budget:,}" if draft.budget else "none", "money for each day")
    else:
        yield Line("predictor", draft.predictor or "none", _PREDICTORS[draft.predictor])


def _customers(draft: RunDraft, cast: int) -> Line:
    if draft.cast is not None:
        return Line("customers", clean_line(draft.cast.name), "from this file")
    if draft.people:
        return Line("customers", str(len(draft.people)), "those of the last run")
    if draft.world == "classic" and not draft.size:
        return Line("customers", str(cast), "type how many; / takes a file")
    note = "a population: sums and a sample" if draft.bulk else "drawn from the seed"
    return Line("customers", f"{draft.size:,}", note)


class StartForm(Widget, can_focus=True):
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

        def __init__(self, draft: RunDraft) -> None:
            super().__init__()
            self.draft = draft

    draft: reactive[RunDraft | None] = reactive(None, layout=True)
    cast: reactive[int] = reactive(5)
    at: reactive[str] = reactive("world")
    """The field under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._typed = False
        """Whether the last key was a digit, so that the next one is added to it."""

    def _lines(self) -> list[Line]:
        return [] if self.draft is None else list(lines_of(self.draft, self.cast))

    def validate_at(self, at: str) -> str:
        return at if at in {each.field for each in self._lines()} or not self._lines() else "policy"

    def watch_draft(self) -> None:
        self.at = self.validate_at(self.at)

    def watch_at(self) -> None:
        self._typed = False

    def render(self) -> RenderResult:
        width = max(20, self.content_size.width)
        return Content("\n").join([self._row(each, width) for each in self._lines()])

    def _row(self, line: Line, width: int) -> Content:
        here = line.field == self.at and self.has_focus
        turned = line.field in _TURNED or line.field in _NUMBERS
        value = f"‹ {line.value} ›" if here and turned else f"  {line.value}  "
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
        if self.draft is None:
            return
        self._typed = False
        step = step if self.at in _NUMBERS else (1 if step > 0 else -1)
        if self.at == "model":
            return
        self._change(self.draft.turned(self.at, step))

    def action_shorten(self) -> None:
        """Take the last digit away."""
        if self.draft is not None and self.at in _NUMBERS:
            self._typed = True
            self._change(self.draft.with_number(self.at, self.draft.number(self.at) // 10))

    def on_key(self, event: events.Key) -> None:
        """Digits are typed into a number; elsewhere they go to the app."""
        if self.draft is None or self.at not in _NUMBERS:
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

    def _change(self, draft: RunDraft) -> None:
        self.draft = draft
        self.post_message(self.Changed(draft))


class StartCard(Vertical):
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
        & StartText { height: auto; }
        & StartForm { margin: 1 0; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.form = StartForm(id="start-form")

    def compose(self) -> Iterator[Widget]:
        with Vertical():
            yield StartText("The day simulator", _ABOUT)
            yield self.form
            yield StartText("", "", keys=True)


class StartText(Widget):
    """Words of the card."""

    def __init__(self, title: str, text: str, *, keys: bool = False) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._keys = keys

    def render(self) -> RenderResult:
        width = max(20, self.content_size.width)
        if self._keys:
            return _keys(width)
        lines = at_most(self._text, min(width, _WIDEST), 6)
        return Content("\n").join(
            [Content.styled(self._title, "bold $text-primary"), Content(" ")]
            + [Content.styled(line, "$text-muted") for line in lines]
        )


def _keys(width: int) -> Content:
    keys = (
        ("enter", "starts it"),
        ("↑ ↓", "go to a line"),
        ("← →", "change it, or type a number"),
        ("ctrl+r", "an earlier run"),
        ("F1", "help"),
    )
    parts = [Content.assemble((key, "bold $text-accent"), f" {does}") for key, does in keys]
    rows: list[Content] = []
    for part in parts:
        longer = Content("   ").join([rows[-1], part]) if rows else part
        if rows and longer.cell_length <= width:
            rows[-1] = longer
        else:
            rows.append(part)
    return Content("\n").join(rows)
