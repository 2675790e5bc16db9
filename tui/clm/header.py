"""The two lines above a run: which run on which day, and how it goes."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.clm.simulation.state import SimulationState
from core.text import clean_line
from tui.clm.figures import money
from tui.widgets.bars import bar, sparkline
from tui.widgets.spread import spread

_SPARK, _LONG_SPARK = 10, 30
_WIDE = 110
_BAR = 10
_BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class ClmView:
    """What stands above a run."""

    day: int
    planned: int
    """Days that are meant to be run; 0: no end."""
    shown: int
    """The day whose cards are shown."""
    what: str
    """World, policy, model, seed."""
    doing: str
    """What is under way; empty while it waits."""
    engagement: float
    means: tuple[float, ...]
    """Mean engagement at the end of each day."""
    spend: float
    margin: float
    unit: str
    counts: str
    """Customers who are not simply well."""

    @classmethod
    def of(cls, state: SimulationState, shown: int, doing: str) -> ClmView:
        """Return what a run says of itself."""
        spec = state.spec
        means = tuple(each.engagement for each in state.series[-200:])
        model = f" on {state.model}" if state.policy == "llm" and state.model else ""
        what = f"{spec.world} · {spec.customers:,} customers · {state.policy}{model}"
        return cls(
            day=state.day,
            planned=state.days,
            shown=shown,
            what=clean_line(f"{what} · seed {spec.seed}"),
            doing=doing,
            engagement=state.engagement,
            means=means,
            spend=state.spend,
            margin=state.margin,
            unit="",
            counts=_counts(state),
        )


class ClmHeader(Widget):
    """Shows a `ClmView`; every number keeps its place."""

    DEFAULT_CSS = """
    ClmHeader {
        height: 2;
        padding: 0 1;
        background: $surface;
    }
    """

    view: reactive[ClmView | None] = reactive(None)

    def render(self) -> RenderResult:
        view = self.view
        if view is None:
            return Content("")
        width = max(1, self.content_size.width)
        return Content("\n").join([_first(view, width), _second(view, width)])


def _first(view: ClmView, width: int) -> Content:
    of = f" of {view.planned:,}" if view.planned else ""
    day = f"Day {view.day:,}{of}"
    left = Content.assemble((day, "bold"), (f"  {view.what}", "$text-muted"))
    right = Content("")
    if view.shown != view.day:
        right = Content.styled(
            f"looking at day {view.shown} · → on, f from here, G newest", "$text-warning"
        )
    elif view.doing:
        right = Content.styled(f"● {view.doing}", "bold $text-primary")
    return spread(left, right, width)


def _second(view: ClmView, width: int) -> Content:
    cells = _LONG_SPARK if width >= _WIDE else _SPARK
    parts = [
        ("engagement ", "$text-muted"),
        (f"{view.engagement:5.1f} ", "bold"),
        (sparkline(view.means, cells), "$text-primary"),
        ("   spend ", "$text-muted"),
        (f"{money(view.spend):>10}", "bold"),
        ("   margin ", "$text-muted"),
        (f"{money(view.margin):>11}", "bold"),
    ]
    left = Content.assemble(*parts)
    counts = _fitting(view.counts, width - left.cell_length - 1)
    right = Content.styled(counts, "$text-warning")
    if view.planned and view.day and width >= _WIDE:
        done = bar(len(view.means) / view.planned, _BAR)
        right = Content.assemble((view.counts, "$text-warning"), (f"  {done}", "$text-muted"))
    return spread(left, right, width)


def _fitting(counts: str, room: int) -> str:
    """Return as many of the counts as there is room for; they stand with the customers too."""
    parts = counts.split(_BETWEEN)
    while parts and cell_len(_BETWEEN.join(parts)) > room:
        parts.pop()
    return _BETWEEN.join(parts)


def _counts(state: SimulationState) -> str:
    if state.spec.is_population:
        statuses = dict(state.series[-1].statuses) if state.series else {}
    else:
        statuses = {}
        for who in state.customers.values():
            statuses[who.status.value] = statuses.get(who.status.value, 0) + 1
    words = {"at risk": "at risk", "presumed lost": "presumed lost", "churned": "gone"}
    told = (f"{statuses[key]:,} {word}" for key, word in words.items() if statuses.get(key))
    return _BETWEEN.join(told)
