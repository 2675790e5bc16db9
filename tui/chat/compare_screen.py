"""What several models say to the same message, side by side as they write it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalScroll, Vertical
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Label

from core.bus import Subscription
from core.config.prices import Prices
from core.events import Event, Failed, TextDelta, TurnFinished, TurnStarted
from core.sessions.record import Record
from core.text import clean_line
from tui.conversation.speed import Speed
from tui.conversation.wording import footer_of
from tui.pane.key_bar import KeyBar
from tui.widgets.transcript import Entry, EntryKind, EntryStatus, Transcript

_NARROWEST = 36
"""Cells of a column."""
_TITLE = 40
"""Characters of what was asked that the title tells."""


class Column(Vertical):
    """One model and what it says."""

    def __init__(self, number: int, model: str) -> None:
        super().__init__(classes="compared")
        self.model = model
        self.record: str | None = None
        """The reply's id, from when it begins."""
        self.done: Record | None = None
        """The reply, once it is on record."""
        self._title = f"{number}  {clean_line(model)}"
        self._speed = Speed()

    def compose(self) -> ComposeResult:
        yield Label(self._title, classes="compared-model", markup=False)
        yield Transcript(placeholder="waiting …")

    @property
    def talk(self) -> Transcript:
        """What it says."""
        return self.query_one(Transcript)

    def begin(self, record_id: str) -> None:
        """Show that it begins."""
        self.record = record_id
        self.talk.append(Entry(record_id, speaker="a", status=EntryStatus.STREAMING))
        self._say("thinking …")

    def extend(self, text: str) -> None:
        """Add what it says."""
        if self.record is not None:
            self.talk.extend(self.record, text)
        doing = self._speed.measure(text)
        if doing:
            self._say(doing)

    def finish(self, record: Record, footer: str) -> None:
        """Show how it ended."""
        self.done = record
        status = EntryStatus(record.status)
        self.talk.finish(record.id, text=record.text, status=status, footer=footer)
        self._say("")

    def fail(self, notice: Record) -> None:
        """Show why it failed."""
        self.talk.append(Entry(notice.id, notice.text, kind=EntryKind.ERROR))

    @property
    def keepable(self) -> bool:
        """Whether there is something to keep."""
        return self.done is not None and bool(self.done.text.strip())

    def _say(self, doing: str) -> None:
        text = f"{self._title}  {doing}" if doing else self._title
        self.query_one(Label).update(text)


class Columns(HorizontalScroll, inherit_bindings=False):
    """All columns; it scrolls to the one that is gone to, not by keys of its own."""


class CompareScreen(ModalScreen[str | None]):
    """Dismisses with the id of the reply to keep, or `None`.

    Args:
        asked: What they answer.
        models: Who is asked, in the order of the columns.
        events: What their engine tells; closed with the screen.
        prices: What they cost.
        stop: Stops those that are still writing.
    """

    CSS_PATH = "compare_screen.tcss"
    BINDINGS = [
        Binding("enter", "keep", "Keep this one", priority=True),
        Binding("left,h", "go(-1)", "Other", key_display="← →"),
        Binding("right,l", "go(1)", show=False),
        Binding("escape", "stop", "Stop"),
        Binding("escape", "leave", "Keep none"),
        *[
            Binding(str(number), f"keep_number({number})", "Keep by number", show=False)
            for number in range(1, 9)
        ],
    ]

    writing: reactive[bool] = reactive(True, bindings=True)
    """Whether somebody still writes."""

    def __init__(
        self,
        asked: str,
        models: Sequence[str],
        events: Subscription,
        prices: Prices,
        stop: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._title = f"Which answer to “{_short(asked)}” is to be kept?"
        self.columns = [Column(number, model) for number, model in enumerate(models, 1)]
        self._events = events
        self._prices = prices
        self._stop = stop

    def compose(self) -> ComposeResult:
        with Vertical(id="compare"):
            yield Label(self._title, id="compare-title", markup=False)
            yield Columns(*self.columns, id="compare-columns", can_focus=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.columns[0].talk.screen.set_focus(self.columns[0].talk)
        self._watch()

    def on_resize(self) -> None:
        """Give all columns the same room; where there is too little one scrolls to them."""
        width = max(_NARROWEST, self.size.width // len(self.columns))
        for column in self.columns:
            column.styles.width = width

    def on_unmount(self) -> None:
        self._events.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let Escape stop what is written before it leaves."""
        if action in {"stop", "leave"}:
            return (action == "stop") == self.writing
        if action == "keep":
            return any(each.keepable for each in self.columns)
        return True

    @work(group="watch")
    async def _watch(self) -> None:
        async for event in self._events:
            self._show(event)
            if all(each.done is not None for each in self.columns):
                self.writing = False
            if not isinstance(event, TextDelta):
                self.refresh_bindings()

    def _show(self, event: Event) -> None:
        if isinstance(event, TurnStarted):
            free = [each for each in self.columns if each.record is None]
            named = [each for each in free if each.model == event.model]
            if free:
                (named or free)[0].begin(event.record_id)
        elif isinstance(event, TextDelta):
            for column in self._of(event.record_id):
                column.extend(event.text)
        elif isinstance(event, TurnFinished):
            for column in self._of(event.record.id):
                column.finish(event.record, footer_of(event.record, self._prices))
        elif isinstance(event, Failed):
            for column in self._of(str(event.record.data.get("partial"))):
                column.fail(event.record)

    def _of(self, record_id: str) -> list[Column]:
        return [each for each in self.columns if each.record == record_id]

    def action_go(self, step: int) -> None:
        """Go to the next column, or the one before for -1."""
        at = (self._present() + step) % len(self.columns)
        self.columns[at].talk.screen.set_focus(self.columns[at].talk)
        self.columns[at].scroll_visible(animate=False)

    def action_keep(self) -> None:
        """Keep the reply of the present column."""
        self.action_keep_number(self._present() + 1)

    def action_keep_number(self, number: int) -> None:
        """Keep the reply of a column, once it is written."""
        if number <= len(self.columns):
            column = self.columns[number - 1]
            if column.done is not None and column.keepable:
                self.dismiss(column.done.id)
            else:
                self.query_one("#compare-title", Label).update("That one cannot be kept yet.")

    async def action_stop(self) -> None:
        """Stop those that are still writing."""
        await self._stop()
        # One that had not begun yet sends no event any more.
        self.writing = False

    def action_leave(self) -> None:
        """Keep none; all of them stay on record."""
        self.dismiss(None)

    def _present(self) -> int:
        focused = (n for n, each in enumerate(self.columns) if each.talk.has_focus)
        return next(focused, 0)


def _short(text: str) -> str:
    line = clean_line(text)
    return line if len(line) <= _TITLE else f"{line[:_TITLE].rstrip()} …"
