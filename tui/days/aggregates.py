"""A population's day: sums, segments, what was done, and some customers as a sample."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.clm.run.state import RunState
from core.clm.run.summary import DaySummary
from core.text import clean_line
from tui.days.figures import action_words, block_bar, money, sparkline
from tui.widgets.cells import fitted

_NAME = 18
_FULL = 24
"""Cells of a bar."""


class Aggregates(Widget):
    """Shows a day of a population."""

    DEFAULT_CSS = """
    Aggregates { height: auto; padding: 0 1; }
    """

    summary: reactive[DaySummary | None] = reactive(None, layout=True)
    history: reactive[tuple[float, ...]] = reactive(())

    def show(self, state: RunState, day: int) -> None:
        """Show a day that is over."""
        self.history = tuple(each.margin for each in state.series[max(0, day - 60) : day])
        self.summary = state.series[day - 1] if 0 < day <= state.over else None

    def render(self) -> RenderResult:
        width = max(20, self.content_size.width)
        if self.summary is None:
            return Content.styled("The first day is being lived …", "$text-muted")
        return Content("\n").join(list(_lines(self.summary, self.history, width)))


def _lines(day: DaySummary, history: tuple[float, ...], width: int) -> Iterator[Content]:
    low, high = min(history, default=0.0), max(history, default=1.0)
    yield Content.assemble(
        ("bought ", "$text-muted"),
        (f"{day.successes:>10,}", "bold"),
        (f" of {day.customers:,}", "$text-muted"),
        ("   spent today ", "$text-muted"),
        (f"{money(day.spend):>10}", "bold"),
        ("   earned today ", "$text-muted"),
        (f"{money(day.margin):>10} ", "bold"),
        (sparkline(history, max(0, min(40, width - 76)), low, high), "$text-success"),
    )
    yield Content("")
    yield _title("How they stand", width)
    yield from _shares(dict(day.statuses), width, "$text-primary")
    yield Content("")
    yield _title("What was done", width)
    yield from _shares({action_words(k): v for k, v in day.actions.items()}, width, "$text-accent")
    if day.segments:
        yield Content("")
        yield _title("Segments", width)
        yield from _segments(day, width)
    if day.sample:
        yield Content("")
        yield _title("A few of them", width)
        yield from _sample(day, width)


def _title(text: str, width: int) -> Content:
    return Content.styled(fitted(text, width), "bold $text-muted")


def _shares(counts: dict[str, int], width: int, style: str) -> Iterator[Content]:
    total = sum(counts.values()) or 1
    cells = max(4, min(_FULL * 2, width - _NAME - 22))
    for name, count in sorted(counts.items(), key=lambda each: -each[1]):
        yield Content.assemble(
            fitted(clean_line(name), _NAME),
            f"{count:>12,} {count / total:>6.1%} ",
            (block_bar(count / total, cells), style),
        )


def _segments(day: DaySummary, width: int) -> Iterator[Content]:
    head = (
        f"{'':{_NAME}}{'customers':>11}{'engagement':>12}{'margin':>12}{'at risk':>10}{'lost':>10}"
    )
    yield Content.styled(fitted(head, width), "$text-muted")
    for name, said in day.segments.items():
        row = (
            f"{fitted(clean_line(name), _NAME)}{said['customers']:>11,}{said['engagement']:>12.1f}"
            f"{money(said['margin']):>12}{said['at_risk']:>10,}{said['presumed_lost']:>10,}"
        )
        yield Content(fitted(row, width))


def _sample(day: DaySummary, width: int) -> Iterator[Content]:
    for each in day.sample:
        name = fitted(f"{each['customer']}  {clean_line(str(each['segment']))}", _NAME + 6)
        alive = each.get("alive")
        parts = [
            name,
            fitted(action_words(clean_line(str(each["action"]))), _NAME),
            f"{each['engagement']:>5.0f} ",
            f"silent {each['silent']:>3} d  " if each.get("silent") is not None else "",
            f"alive {alive:>4.0%}  " if alive is not None else "",
            f"{money(each['value']):>9}",
        ]
        yield Content(fitted("".join(parts), width))
