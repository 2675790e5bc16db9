"""A population's day: sums, segments, what was done, and some customers as a sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.clm.simulation.state import SimulationState
from core.clm.simulation.summary import DaySummary
from core.text import clean_line
from tui.clm.figures import action_words, money
from tui.widgets.bars import block_bar, sparkline
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
    placeholder: reactive[str] = reactive("", layout=True)
    """What stands here before the first day is over."""

    def show(self, state: SimulationState, day: int) -> None:
        """Show a day that is over."""
        self.history = tuple(each.margin for each in state.series[max(0, day - 60) : day])
        self.summary = state.series[day - 1] if 0 < day <= state.over else None

    def render(self) -> RenderResult:
        width = max(20, self.content_size.width)
        if self.summary is None:
            return Content.styled(self.placeholder, "$text-muted")
        return Content("\n").join(list(_lines(self.summary, self.history, width)))


def _lines(day: DaySummary, history: tuple[float, ...], width: int) -> Iterator[Content]:
    low, high = min(history, default=0.0), max(history, default=1.0)
    yield Content.assemble(
        ("bought ", "$text-muted"),
        (f"{day.successes:,}", "bold"),
        (f" of {day.customers:,}", "$text-muted"),
    )
    yield Content.assemble(
        ("spent  ", "$text-muted"),
        (f"{money(day.spend):>11}", "bold"),
        ("   earned ", "$text-muted"),
        (f"{money(day.margin):>11} ", "bold"),
        (sparkline(history, max(0, min(60, width - 42)), low, high), "$text-success"),
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
    columns = [each for each in _COLUMNS if _NAME + each.end <= width]
    head = "".join(f"{each.name:>{each.cells}}" for each in columns)
    yield Content.styled(f"{'':{_NAME}}{head}", "$text-muted")
    for name, said in day.segments.items():
        cells = "".join(f"{each.show(said[each.key]):>{each.cells}}" for each in columns)
        yield Content(fitted(f"{fitted(clean_line(name), _NAME)}{cells}", width))


def _sample(day: DaySummary, width: int) -> Iterator[Content]:
    head = f"{'':{_NAME}}{'engaged':>8}{'value':>9}{'silent':>8}{'alive':>7}  segment"
    yield Content.styled(fitted(head, width), "$text-muted")
    for each in day.sample:
        alive, silent = each.get("alive"), each.get("silent")
        parts = [
            fitted(action_words(clean_line(str(each["action"]))), _NAME),
            f"{each['engagement']:>8.0f}",
            f"{money(each['value']):>9}",
            f"{'' if silent is None else f'{silent} d':>8}",
            f"{'' if alive is None else f'{alive:.0%}':>7}",
            f"  {clean_line(str(each['segment']))}",
        ]
        yield Content(fitted("".join(parts), width))


class _Column(NamedTuple):
    name: str
    key: str
    cells: int
    end: int
    """Cells up to its right edge."""
    show: Callable[[float], str]


def _whole(number: float) -> str:
    return f"{number:,.0f}"


_COLUMNS = (
    _Column("customers", "customers", 11, 11, _whole),
    _Column("engaged", "engagement", 9, 20, lambda value: f"{value:.1f}"),
    _Column("margin", "margin", 12, 32, money),
    _Column("at risk", "at_risk", 10, 42, _whole),
    _Column("lost", "presumed_lost", 10, 52, _whole),
)
