"""The two lines above a run: what it is about, how far it is, and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.lab.engine import LabEngine
from core.lab.progress import Progress, duration
from core.text import clean_line, counted
from tui.widgets.bars import bar
from tui.widgets.spread import spread

_BAR, _SHORT_BAR, _WIDE = 30, 12, 110


@dataclass(frozen=True, slots=True)
class LabView:
    """What stands above a run."""

    title: str
    what: str
    """Settings, models, seed."""
    doing: str
    """What is under way; empty while it waits."""
    progress: Progress
    counts: str
    """What went wrong or was refused, as far as anything did."""

    @classmethod
    def of(cls, engine: LabEngine, doing: str) -> Self:
        """Return what a run says of itself."""
        state = engine.state
        spec = state.spec
        people = len(state.people) if "people" not in spec.phases else spec.plan.people
        models = dict.fromkeys(each.model for each in spec.seats.values())
        refused = sum(len(each.refused) for each in state.episodes.values())
        told = (
            f"edits refused: {refused}" if refused else "",
            f"gaps: {len(state.gaps)}" if state.gaps else "",
            f"failed: {len(state.failures)}" if state.failures else "",
        )
        settings = " · ".join(spec.settings) if "learning" in spec.phases else "no learning"
        return cls(
            title=f"{counted(people, 'person', 'people')} × {counted(spec.plan.scenes, 'scene')}",
            what=clean_line(f"{settings} · {', '.join(models)} · seed {spec.plan.seed}"),
            doing=doing,
            progress=engine.progress,
            counts=" · ".join(filter(None, told)),
        )


class LabHeader(Widget):
    """Shows a `LabView`; every number keeps its place."""

    DEFAULT_CSS = """
    LabHeader {
        height: 2;
        padding: 0 1;
        background: $surface;
    }
    """

    view: reactive[LabView | None] = reactive(None)

    def render(self) -> RenderResult:
        view = self.view
        if view is None:
            return Content("")
        width = max(1, self.content_size.width)
        return Content("\n").join([_first(view, width), _second(view, width)])


def _first(view: LabView, width: int) -> Content:
    left = Content.assemble((view.title, "bold"), (f"  {view.what}", "$text-muted"))
    right = Content.styled(f"● {view.doing}", "bold $text-primary") if view.doing else Content("")
    return spread(left, right, width)


def _second(view: LabView, width: int) -> Content:
    done = view.progress
    cells = _BAR if width >= _WIDE else _SHORT_BAR
    left_over = "" if done.seconds_left is None or not view.doing else (
        f"   about {duration(done.seconds_left)} left"
    )  # fmt: skip
    left = Content.assemble(
        (bar(done.share, cells), "$text-primary"),
        (f" {done.share:4.0%}", "bold"),
        (f"   {done.done:,} of {done.total:,} steps", "$text-muted"),
        (left_over, "$text-muted"),
    )
    return spread(left, Content.styled(view.counts, "$text-warning"), width)
